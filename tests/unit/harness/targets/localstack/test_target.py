"""The LocalStack target without a LocalStack."""

import socket

import pytest

from harness.aws.capability import Capability
from harness.core.errors import TargetError
from harness.targets.base import DatabaseRoute, Target
from harness.targets.localstack.endpoint import LocalStackEndpoint
from harness.targets.localstack.target import KNOWN_DRIFT, LocalStackTarget
from harness.terraform.attributes import AttributeChange
from harness.terraform.plan import ResourceChange

ENDPOINT = LocalStackEndpoint("http://127.0.0.1:9", "--endpoint-url")


def test_the_facts_require_a_started_target() -> None:
    with pytest.raises(TargetError, match="has not been started"):
        LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT).facts()


def test_capabilities_are_available_before_the_start() -> None:
    target = LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT)

    assert Capability.ECS not in target.missing()


def test_a_database_is_reached_at_the_host_of_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyname", {"localhost": "127.0.0.1"}.__getitem__)
    endpoint = LocalStackEndpoint("http://localhost:4566", "--endpoint-url")
    target = LocalStackTarget(region="eu-north-1", endpoint=endpoint)

    route = target.database_route("localhost.localstack.cloud", 4510)

    assert route == DatabaseRoute("127.0.0.1", 4510, None)


def test_an_unknown_host_has_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_host: str) -> str:
        raise socket.gaierror

    monkeypatch.setattr(socket, "gethostbyname", unknown)
    target = LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT)

    assert target.database_route("localhost.localstack.cloud", 4510) is None


class TestKnownDrift:
    def test_every_entry_has_a_reason_with_its_end(self) -> None:
        assert all("until" in entry.reason for entry in KNOWN_DRIFT)

    @pytest.mark.parametrize("direction", ["ingress", "egress"])
    def test_it_covers_the_descriptions_of_security_group_rules(self, direction: str) -> None:
        change = ResourceChange(
            f"aws_vpc_security_group_{direction}_rule.firewall_x",
            ("update",),
            (AttributeChange("description", "null", "x"),),
        )

        assert [entry.attributes for entry in KNOWN_DRIFT if entry.covers(change)] == [
            {"description"}
        ]


def test_it_is_a_target() -> None:
    target: Target = LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT)

    assert target.name == "localstack"
    assert target.known_drift() == KNOWN_DRIFT
    assert set(target.omitted_fields) == {"NAT gateway", "security group"}
