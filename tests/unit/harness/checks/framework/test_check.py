from dataclasses import replace
from typing import ClassVar

import pytest
from botocore.exceptions import ClientError

from harness.aws.capability import Capability
from harness.checks.framework.check import Check, ServiceChecks, check
from harness.checks.framework.expected import Tier
from harness.core.errors import CheckFailedError, NotProvableError
from harness.core.redaction import MASK, register_secret
from harness.run.evidence import Plane, Status
from tests.unit.harness.checks.fake_deployment import EXPECTED, World


class Sample(ServiceChecks):
    service = "sample"
    tier = Tier.STORAGE
    observations: ClassVar[list[str]] = []

    @check("all is well", plane=Plane.DATA, requires=(Capability.S3, Capability.LOGS))
    def all_is_well(self) -> str:
        """Compares nothing."""
        return "it is"

    @check("nothing is well", plane=Plane.CONTROL, requires=())
    def nothing_is_well(self) -> str:
        raise CheckFailedError("expected well, seen: unwell")

    @check("the bucket is there", plane=Plane.CONTROL, requires=())
    def bucket_there(self) -> str:
        self.context.clients.s3.get_bucket_policy(Bucket="bucket")
        return "there"

    @check(
        "the edge is there", plane=Plane.CONTROL, requires=(), tiers=(Tier.EDGE,), exclusive=True
    )
    def edge_there(self) -> str:
        return "there"

    @check("no secret is in the evidence", plane=Plane.DATA, requires=())
    def with_a_secret(self) -> str:
        return f"the password is {register_secret('hunter2-hunter2')}"


def test_an_observation_becomes_evidence(world: World) -> None:
    result = Sample(world.context()).all_is_well()

    assert (result.check, result.claim) == ("sample/all-is-well", "all is well")
    assert (result.plane, result.target) == (Plane.DATA, "fake")
    assert (result.status, result.observed) == (Status.PASSED, "it is")
    assert result.seconds >= 0
    assert world.results == [result]


def test_a_failed_expectation_is_recorded_and_raised(world: World) -> None:
    with pytest.raises(CheckFailedError, match="seen: unwell"):
        Sample(world.context()).nothing_is_well()

    [result] = world.results
    assert (result.status, result.observed) == (Status.FAILED, "expected well, seen: unwell")


def test_an_absent_resource_is_a_failure(world: World) -> None:
    world.refuse("s3.GetBucketPolicy", "NoSuchBucket")

    with pytest.raises(CheckFailedError, match="NoSuchBucket") as caught:
        Sample(world.context()).bucket_there()

    assert isinstance(caught.value.__cause__, ClientError)
    assert world.results[0].status is Status.FAILED


def test_an_unknown_error_propagates(world: World) -> None:
    world.refuse("s3.GetBucketPolicy", "AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        Sample(world.context()).bucket_there()

    assert world.results == []


def test_a_lacking_capability_makes_it_not_provable_with_each_reason_once(world: World) -> None:
    world.lacking = {Capability.S3: "no licence", Capability.LOGS: "no licence"}

    with pytest.raises(NotProvableError, match=r"fake: no licence$"):
        Sample(world.context()).all_is_well()

    assert world.results[0].status is Status.NOT_PROVABLE


def test_a_tier_that_is_not_deployed_makes_it_not_provable(world: World) -> None:
    expected = replace(EXPECTED, tiers=frozenset({"network"}))

    with pytest.raises(NotProvableError, match="not deployed: storage, edge"):
        Sample(world.context(expected=expected)).edge_there()


def test_a_missing_tier_and_a_missing_capability_are_both_reasons(world: World) -> None:
    expected = replace(EXPECTED, tiers=frozenset({"network"}))
    world.lacking = {Capability.S3: "no licence"}

    with pytest.raises(NotProvableError, match=r"^not deployed: storage; fake: no licence$"):
        Sample(world.context(expected=expected)).all_is_well()


def test_secrets_are_masked_in_evidence(world: World) -> None:
    assert Sample(world.context()).with_a_secret().observed == f"the password is {MASK}"


def test_a_check_of_a_class_has_a_specification() -> None:
    made = Sample.edge_there

    assert isinstance(made, Check)
    assert made.spec.exclusive
    assert made.spec.tiers == ("storage", "edge")
    assert Sample.all_is_well.__doc__ == "Compares nothing."


def test_waiting_ends_after_the_patience(world: World) -> None:
    context = replace(world.context(), patience=0.0)

    with pytest.raises(CheckFailedError, match=r"expected it to be 3: .* last seen: 2"):
        context.eventually(lambda: 2, what="it to be 3", ready=lambda observed: observed == 3)
