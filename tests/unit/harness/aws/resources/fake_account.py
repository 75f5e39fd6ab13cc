"""A target for the sweep: AWS as the test answers it, and resources to choose from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from harness.aws.capability import Capability
from harness.aws.resources.resource import Kind, Resource
from harness.targets.base import Target
from tests.unit.harness.checks.fake_aws import Answer, FakeAws
from tests.unit.harness.teardown.test_proof import EMPTY

REGION = "eu-north-1"
SUFFIX = "pr1"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PAST, FUTURE = "2026-05-31T22:00:00Z", "2026-06-01T22:00:00Z"
NOTHING: dict[str, Answer] = {
    **EMPTY,
    "ecs.ListTaskDefinitionFamilies": {"families": []},
    "ecr.DescribeRepositories": {"repositories": []},
}


def tags(suffix: str = SUFFIX, expires_at: str | None = PAST, **more: str) -> dict[str, str]:
    """The tags that the provider puts on a resource of a run."""
    ours = {"Project": "product-catalog", "ManagedBy": "cdktf", "EnvironmentSuffix": suffix}
    return ours | ({"expires-at": expires_at} if expires_at else {}) | more


def upper(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def lower(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in given.items()]


def vpc(identifier: str = "vpc-1", **given: Any) -> Resource:
    return Resource(Kind.VPC, identifier, tags=tags(**given))


class SweptTarget:
    """A target whose services answer as told, and else that there is nothing."""

    name = "fake"
    region = REGION

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = {**NOTHING, **(answers or {})}
        self.lacking: dict[Capability, str] = {}

    def session(self) -> FakeAws:
        return FakeAws.answering(self.answers)

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking

    @property
    def as_target(self) -> Target:
        return cast(Target, self)
