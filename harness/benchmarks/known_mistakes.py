"""The six known configuration mistakes, put into a synthesized catalog stack one at a time.

Each stopped a real deployment. Tests check that preflight reports each of them; the benchmark
compares preflight with other tools.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        number: Number in the list of known blockers.
        title: Description.
        rule: The offline rule that reports it.
        resource_type: Type of the resource with the mistake; empty for the backend.
        apply: Makes the mistake in a document, in place.
    """

    number: int
    title: str
    rule: str
    resource_type: str
    apply: Callable[[Document], None]

    def applied_to(self, document: Mapping[str, Any]) -> Document:
        """Return a copy of a synthesized stack with the mistake."""
        changed = deepcopy(dict(document))
        self.apply(changed)
        return changed


def _only(document: Document, kind: str) -> dict[str, Any]:
    bodies: dict[str, dict[str, Any]] = document["resource"][kind]
    (body,) = bodies.values()
    return body


def _unknown_backend_argument(document: Document) -> None:
    document["terraform"]["backend"] = {
        "s3": {
            "bucket": "terraform-state",
            "key": f"{document['output']['environment_suffix']['value']}/catalog.tfstate",
            "region": "eu-north-1",
            "encrypt": True,
            "lock_table": "terraform-locks",
        }
    }


def _retired_version(document: Document) -> None:
    _only(document, "aws_rds_cluster")["engine_version"] = "15.3"
    _only(document, "aws_rds_cluster_parameter_group")["family"] = "aurora-postgresql15"


def _forwarded_values(document: Document) -> None:
    distribution = _only(document, "aws_cloudfront_distribution")
    distribution["default_cache_behavior"]["forwarded_values"] = {
        "query_string": True,
        "cookies": {"forward": "all"},
    }


def _launch_type(document: Document) -> None:
    _only(document, "aws_ecs_service")["launch_type"] = "FARGATE"


def _no_filter(document: Document) -> None:
    del _only(document, "aws_s3_bucket_lifecycle_configuration")["rule"][0]["filter"]


def _recovery_window(document: Document) -> None:
    _only(document, "aws_secretsmanager_secret")["recovery_window_in_days"] = 30


KNOWN_MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        1,
        "S3 backend argument that Terraform does not support",
        "terraform/unknown-backend-argument",
        "",
        _unknown_backend_argument,
    ),
    Mistake(
        2,
        "Aurora PostgreSQL version that was retired",
        "rds/retired-engine-version",
        "aws_rds_cluster",
        _retired_version,
    ),
    Mistake(
        3,
        "CloudFront cache policy with forwarded values",
        "cloudfront/cache-policy-with-forwarded-values",
        "aws_cloudfront_distribution",
        _forwarded_values,
    ),
    Mistake(
        4,
        "ECS launch type with capacity provider strategy",
        "ecs/launch-type-with-capacity-provider-strategy",
        "aws_ecs_service",
        _launch_type,
    ),
    Mistake(
        5,
        "S3 lifecycle rule without filter",
        "s3/lifecycle-rule-without-filter",
        "aws_s3_bucket_lifecycle_configuration",
        _no_filter,
    ),
    Mistake(
        6,
        "Secret whose name remains in use after destroy",
        "secretsmanager/recovery-window",
        "aws_secretsmanager_secret",
        _recovery_window,
    ),
)
"""All known mistakes, by number."""
