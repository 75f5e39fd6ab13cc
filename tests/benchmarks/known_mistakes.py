"""The six known configuration mistakes, put into a synthesized catalog stack one at a time.

Each stopped a real deployment. Tests check that preflight reports each of them; the benchmark
compares preflight with other tools.
"""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        number: Number in the list of known blockers.
        rule: The offline rule that reports it.
        resource_type: Type of the resource with the mistake; empty for the backend.
        apply: Makes the mistake in a document, in place.
    """

    number: int
    rule: str
    resource_type: str
    apply: Callable[[Document], None]

    def applied_to(self, document: Mapping[str, Any]) -> Document:
        """Return a copy of a synthesized stack with the mistake."""
        changed = deepcopy(dict(document))
        self.apply(changed)
        return changed


KNOWN_MISTAKES: list[Mistake] = []
"""All known mistakes, by number."""


def _mistake(
    rule: str, resource_type: str = ""
) -> Callable[[Callable[[Document], None]], Callable[[Document], None]]:
    """Add the function that makes a mistake to the known mistakes."""

    def add(apply: Callable[[Document], None]) -> Callable[[Document], None]:
        KNOWN_MISTAKES.append(Mistake(len(KNOWN_MISTAKES) + 1, rule, resource_type, apply))
        return apply

    return add


def _only(document: Document, kind: str) -> dict[str, Any]:
    bodies: dict[str, dict[str, Any]] = document["resource"][kind]
    (body,) = bodies.values()
    return body


@_mistake("terraform/unknown-backend-argument")
def _unknown_backend_argument(document: Document) -> None:
    """S3 backend argument that Terraform does not support."""
    document["terraform"]["backend"] = {
        "s3": {
            "bucket": "terraform-state",
            "key": f"{document['output']['environment_suffix']['value']}/catalog.tfstate",
            "region": "eu-north-1",
            "encrypt": True,
            "lock_table": "terraform-locks",
        }
    }


@_mistake("rds/retired-engine-version", "aws_rds_cluster")
def _retired_version(document: Document) -> None:
    """Aurora PostgreSQL version that was retired."""
    _only(document, "aws_rds_cluster")["engine_version"] = "15.3"
    _only(document, "aws_rds_cluster_parameter_group")["family"] = "aurora-postgresql15"


@_mistake("cloudfront/cache-policy-with-forwarded-values", "aws_cloudfront_distribution")
def _forwarded_values(document: Document) -> None:
    """CloudFront cache policy with forwarded values."""
    distribution = _only(document, "aws_cloudfront_distribution")
    distribution["default_cache_behavior"]["forwarded_values"] = {
        "query_string": True,
        "cookies": {"forward": "all"},
    }


@_mistake("ecs/launch-type-with-capacity-provider-strategy", "aws_ecs_service")
def _launch_type(document: Document) -> None:
    """ECS launch type with capacity provider strategy."""
    _only(document, "aws_ecs_service")["launch_type"] = "FARGATE"


@_mistake("s3/lifecycle-rule-without-filter", "aws_s3_bucket_lifecycle_configuration")
def _no_filter(document: Document) -> None:
    """S3 lifecycle rule without filter."""
    del _only(document, "aws_s3_bucket_lifecycle_configuration")["rule"][0]["filter"]


@_mistake("secretsmanager/recovery-window", "aws_secretsmanager_secret")
def _recovery_window(document: Document) -> None:
    """Secret whose name remains in use after destroy."""
    _only(document, "aws_secretsmanager_secret")["recovery_window_in_days"] = 30


def _arguments(kind: str, arguments: Mapping[str, Any]) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        next(iter(document["resource"][kind].values())).update(arguments)

    return apply


CORPUS = [
    Mistake(number, rule, kind, _arguments(kind, arguments))
    for number, (rule, kind, arguments) in enumerate(
        json.loads(Path(__file__).with_name("corpus.json").read_text(encoding="utf-8")),
        len(KNOWN_MISTAKES) + 1,
    )
]
"""More mistakes, each in the arguments of one resource of the stack; they count from seven."""
