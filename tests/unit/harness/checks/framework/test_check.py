from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from harness.aws.capability import Capability
from harness.checks.framework.check import Check, ServiceChecks, check
from harness.checks.framework.context import InterruptedCheckError
from harness.checks.framework.expected import Tier
from harness.core.errors import CheckFailedError, NotProvableError, TargetError, UsageError
from harness.core.redaction import MASK, register_secret
from harness.run.evidence import Plane, Status
from tests.unit.harness.checks.fake_deployment import EXPECTED, FakeDeployment


class Sample(ServiceChecks):
    service = "sample"
    requires = (Tier.STORAGE,)
    observations: ClassVar[list[str]] = []

    @check("all is well", Capability.S3, Capability.LOGS, plane=Plane.DATA)
    def all_is_well(self) -> str:
        """Compares nothing."""
        return "it is"

    @check("nothing is well", plane=Plane.CONTROL)
    def nothing_is_well(self) -> str:
        raise CheckFailedError("expected well, seen: unwell")

    @check("the bucket is there", plane=Plane.CONTROL)
    def bucket_there(self) -> str:
        self.context.clients.s3.get_bucket_policy(Bucket="bucket")
        return "there"

    @check("the edge is there", Tier.EDGE, plane=Plane.CONTROL, exclusive=True)
    def edge_there(self) -> str:
        return "there"

    @check("no secret is in the evidence", plane=Plane.DATA)
    def with_a_secret(self) -> str:
        return f"the password is {register_secret('hunter2-hunter2')}"


def test_an_observation_becomes_evidence(fake_deployment: FakeDeployment) -> None:
    result = Sample(fake_deployment.context()).all_is_well()

    assert (result.check, result.claim) == ("sample/all-is-well", "all is well")
    assert (result.plane, result.target) == (Plane.DATA, "fake")
    assert (result.status, result.observed) == (Status.PASSED, "it is")
    assert result.seconds >= 0
    assert fake_deployment.results == [result]


def test_a_failed_expectation_is_recorded_and_raised(fake_deployment: FakeDeployment) -> None:
    with pytest.raises(CheckFailedError, match="seen: unwell"):
        Sample(fake_deployment.context()).nothing_is_well()

    [result] = fake_deployment.results
    assert (result.status, result.observed) == (Status.FAILED, "expected well, seen: unwell")


def test_an_absent_resource_is_a_failure(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("s3.GetBucketPolicy", "NoSuchBucket")

    with pytest.raises(CheckFailedError, match="NoSuchBucket") as caught:
        Sample(fake_deployment.context()).bucket_there()

    assert isinstance(caught.value.__cause__, ClientError)
    assert fake_deployment.results[0].status is Status.FAILED


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException", "UnsupportedResult"])
def test_any_other_error_of_a_service_is_one_too_with_the_api_call(
    fake_deployment: FakeDeployment, code: str
) -> None:
    fake_deployment.refuse("s3.GetBucketPolicy", code)

    with pytest.raises(CheckFailedError, match=code) as caught:
        Sample(fake_deployment.context()).bucket_there()

    assert isinstance(caught.value.__cause__, ClientError)
    (result,) = fake_deployment.results
    assert result.status is Status.FAILED
    assert result.observed.startswith("the check could not be made: s3:GetBucketPolicy: ")


@pytest.mark.parametrize(
    ("trouble", "text"),
    [
        (EndpointConnectionError(endpoint_url="http://x"), "EndpointConnectionError: Could not"),
        (ReadTimeoutError(endpoint_url="http://x"), "ReadTimeoutError: Read timeout"),
        (ConnectionResetError("reset"), "ConnectionResetError: reset"),
        (TargetError("the cloud has ended"), "TargetError: the cloud has ended"),
        (KeyError("Services"), "KeyError: a response without 'Services'"),
    ],
)
def test_trouble_outside_of_a_response_is_the_result_of_that_check(
    fake_deployment: FakeDeployment, trouble: Exception, text: str
) -> None:
    class Troubled(Sample):
        @check("all is well")
        def met_trouble(self) -> str:
            raise trouble

    with pytest.raises(CheckFailedError, match=text):
        Troubled(fake_deployment.context()).met_trouble()

    assert text in fake_deployment.results[0].observed


@pytest.mark.parametrize("bug", [TypeError("bug"), InterruptedCheckError("interrupted")])
def test_a_bug_and_an_interrupt_propagate(fake_deployment: FakeDeployment, bug: Exception) -> None:
    class Broken(Sample):
        @check("all is well")
        def has_a_bug(self) -> str:
            raise bug

    with pytest.raises(type(bug)):
        Broken(fake_deployment.context()).has_a_bug()

    assert fake_deployment.results == []


def test_the_other_checks_go_on(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("iam.GetRole", "AccessDenied")

    failures = fake_deployment.failures()

    assert failures
    assert {check.partition("/")[0] for check in failures} <= {"iam", "tags"}
    assert all("AccessDenied" in observed for observed in failures.values())
    assert len(fake_deployment.results) > len(failures) + 20


def test_a_lacking_capability_makes_it_not_provable_with_each_reason_once(
    fake_deployment: FakeDeployment,
) -> None:
    fake_deployment.lacking = {Capability.S3: "no licence", Capability.LOGS: "no licence"}

    with pytest.raises(NotProvableError, match=r"fake: no licence$"):
        Sample(fake_deployment.context()).all_is_well()

    assert fake_deployment.results[0].status is Status.NOT_PROVABLE


def test_a_tier_that_is_not_deployed_makes_it_not_provable(fake_deployment: FakeDeployment) -> None:
    expected = replace(EXPECTED, tiers=frozenset({"network"}))

    with pytest.raises(NotProvableError, match="not deployed: storage, edge"):
        Sample(fake_deployment.context(expected=expected)).edge_there()


def test_a_missing_tier_and_a_missing_capability_are_both_reasons(
    fake_deployment: FakeDeployment,
) -> None:
    expected = replace(EXPECTED, tiers=frozenset({"network"}))
    fake_deployment.lacking = {Capability.S3: "no licence"}

    with pytest.raises(
        NotProvableError, match=r"^not provable: not deployed: storage; fake: no licence$"
    ):
        Sample(fake_deployment.context(expected=expected)).all_is_well()


def test_secrets_are_masked_in_evidence(fake_deployment: FakeDeployment) -> None:
    assert Sample(fake_deployment.context()).with_a_secret().observed == f"the password is {MASK}"


def test_a_check_of_a_class_has_a_specification() -> None:
    made = Sample.edge_there

    assert isinstance(made, Check)
    assert made.spec.exclusive
    assert made.spec.requires == (Tier.STORAGE, Tier.EDGE)
    assert Sample.all_is_well.__doc__ == "Compares nothing."


def test_waiting_ends_after_the_patience(fake_deployment: FakeDeployment) -> None:
    context = replace(fake_deployment.context(), patience=0.0)

    with pytest.raises(CheckFailedError, match=r"expected it to be 3: .* last seen: 2"):
        context.eventually(lambda: 2, what="it to be 3", ready=lambda observed: observed == 3)


def test_a_condition_that_has_timed_out_is_waited_for_briefly_when_it_is_named_again(
    fake_deployment: FakeDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checks that need healthy targets would otherwise wait minutes each, one after the other."""
    context = replace(fake_deployment.context(), patience=60.0)
    monkeypatch.setattr("harness.checks.framework.context._POLL_SECONDS", 0.0)
    clock = SimpleNamespace(monotonic=count(step=1.0).__next__)
    monkeypatch.setattr("harness.core.wait.time", clock)

    def observations(what: str) -> int:
        made: list[int] = []
        with pytest.raises(CheckFailedError):
            context.eventually(lambda: made.append(1), what=what, ready=bool)
        return len(made)

    assert observations("healthy targets") == 60
    assert observations("healthy targets") == 5
    assert observations("log events") == 60


class TestRequirements:
    def test_a_text_in_place_of_a_tuple_is_an_error(self) -> None:
        with pytest.raises(UsageError, match="Edge: requires is a text") as raised:
            type("Edge", (ServiceChecks,), {"service": "edge", "requires": "network"})

        assert raised.value.remedy == "use a tuple: requires = ('network',)"

    @pytest.mark.parametrize("names", [("netwrok",), (("network", "edge"),), (3,)])
    def test_what_is_neither_a_tier_nor_a_capability_is_an_error(
        self, names: tuple[Any, ...]
    ) -> None:
        observed: Any = check("it is there", *names)(lambda _: "there")

        with pytest.raises(UsageError, match="is neither a tier nor a capability") as raised:
            type("Edge", (ServiceChecks,), {"service": "edge", "requires": names})
        with pytest.raises(UsageError, match="is neither a tier nor a capability"):
            type("Edge", (ServiceChecks,), {"service": "edge", "exists": observed})

        assert "rds-data" in raised.value.remedy
        assert ("Did you mean 'network'?" in raised.value.message) is (names == ("netwrok",))

    def test_tiers_and_capabilities_are_names_or_members(self) -> None:
        names = ("edge", Tier.SERVICE, "rds-data", Capability.ECS)

        made: Any = type("Edge", (ServiceChecks,), {"service": "edge", "requires": names})

        assert made.requires == names
