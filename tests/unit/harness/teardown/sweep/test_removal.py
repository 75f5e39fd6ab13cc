"""Deleting: in the order of dependencies; only named refusals are waited for."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from harness.aws.clients import Clients
from harness.aws.resources.resource import Kind, Resource
from harness.teardown.sweep.removal import Outcome, remove_all
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError

Request = dict[str, Any]
ALARM = Resource(Kind.ALARM, "catalog-alb-5xx-pr1")
SUBNET = Resource(Kind.SUBNET, "subnet-1")
GROUP = Resource(Kind.LOG_GROUP, "/ecs/catalog-pr1")


def refusing(*codes: str, message: str = "refused") -> Callable[[Request], Request]:
    """Refuse with each code once, then succeed."""
    left = list(codes)

    def answer(_: Request) -> Request:
        if left:
            raise RefusalError(left.pop(0), message)
        return {}

    return answer


def always(code: str, message: str = "refused") -> Callable[[Request], Request]:
    def answer(_: Request) -> Request:
        raise RefusalError(code, message)

    return answer


class Removing:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, Answer] = {}
        self.aws = FakeAws.answering(self.answers)
        self.pauses: list[float] = []
        self._time = 0.0
        clock = SimpleNamespace(monotonic=lambda: self._time)
        monkeypatch.setattr("harness.core.wait.time", clock)

    def __call__(self, *resources: Resource) -> tuple[Outcome, ...]:
        return remove_all(Clients(self.aws), resources, sleep=self._pause)

    def _pause(self, seconds: float) -> None:
        self._time += seconds
        self.pauses.append(seconds)

    @property
    def operations(self) -> list[str]:
        return [name for name, _ in self.aws.requests]


@pytest.fixture
def remove(monkeypatch: pytest.MonkeyPatch) -> Removing:
    return Removing(monkeypatch)


def test_kind_after_kind_whatever_order_they_come_in(remove: Removing) -> None:
    remove.answers |= {
        "ec2.DeleteVpc": {},
        "ec2.DeleteSubnet": {},
        "cloudwatch.DeleteAlarms": {},
    }

    outcomes = remove(Resource(Kind.VPC, "vpc-1"), SUBNET, ALARM)

    assert remove.operations == ["cloudwatch.DeleteAlarms", "ec2.DeleteSubnet", "ec2.DeleteVpc"]
    assert [outcome.resource.kind for outcome in outcomes] == [Kind.ALARM, Kind.SUBNET, Kind.VPC]


def test_one_that_cannot_be_deleted_does_not_stop_the_rest(remove: Removing) -> None:
    remove.answers |= {
        "cloudwatch.DeleteAlarms": always("AccessDenied", "not you"),
        "logs.DeleteLogGroup": {},
    }

    outcomes = remove(ALARM, GROUP)

    assert [outcome.error for outcome in outcomes] == ["DeleteAlarms: AccessDenied: not you", ""]
    assert remove.pauses == [], "an unknown error is final, not one to wait for"


def test_what_does_not_exist_any_more_counts_as_deleted(remove: Removing) -> None:
    remove.answers["logs.DeleteLogGroup"] = always("ResourceNotFoundException")

    assert remove(GROUP) == (Outcome(GROUP),)


class TestNamedRefusals:
    def test_a_transient_one_is_waited_for_and_reported(self, remove: Removing) -> None:
        remove.answers["ec2.DeleteSubnet"] = refusing("DependencyViolation", "DependencyViolation")

        [outcome] = remove(SUBNET)

        assert (outcome.error, bool(outcome.waited_for)) == ("", True)
        assert "still attached" in outcome.waited_for
        assert len(remove.pauses) == 1

    def test_one_may_follow_another(self, remove: Removing) -> None:
        remove.answers["ec2.DeleteSubnet"] = refusing("DependencyViolation", "RequestLimitExceeded")

        assert remove(SUBNET)[0].error == ""

    def test_what_is_deleted_meanwhile_counts_as_deleted(self, remove: Removing) -> None:
        remove.answers["ec2.DeleteSubnet"] = refusing(
            "DependencyViolation", "InvalidSubnetID.NotFound"
        )

        assert remove(SUBNET)[0].error == ""

    def test_one_that_lasts_ends_at_its_deadline_with_the_reason(self, remove: Removing) -> None:
        remove.answers["ec2.DeleteSubnet"] = always("DependencyViolation", "has dependencies")

        [outcome] = remove(SUBNET)

        assert outcome.error.startswith(
            "after 600 s: DeleteSubnet: DependencyViolation: has dependencies ("
        )
        assert sum(remove.pauses) == pytest.approx(600)

    def test_an_unknown_error_after_it_ends_the_wait(self, remove: Removing) -> None:
        remove.answers["ec2.DeleteSubnet"] = refusing(
            "DependencyViolation", "UnauthorizedOperation"
        )

        [outcome] = remove(SUBNET)

        assert outcome.error == "DeleteSubnet: UnauthorizedOperation: refused"

    def test_ctrl_c_waits_for_no_deadline(self, remove: Removing) -> None:
        def interrupted(_: Request) -> Request:
            raise KeyboardInterrupt

        remove.answers |= {
            "ec2.DeleteSubnet": lambda request: (
                interrupted(request)
                if request["SubnetId"] == "subnet-2"
                else always("DependencyViolation")(request)
            )
        }
        second = Resource(Kind.SUBNET, "subnet-2")

        with pytest.raises(KeyboardInterrupt):
            remove_all(Clients(remove.aws), [second, SUBNET])


class TestSlowEnds:
    NAT = Resource(Kind.NAT_GATEWAY, "nat-1")

    def states(self, *states: str) -> Callable[[Request], Request]:
        left = list(states)
        return lambda _: {"NatGateways": [{"NatGatewayId": "nat-1", "State": left.pop(0)}]}

    def test_a_nat_gateway_is_waited_for_before_its_address_is_released(
        self, remove: Removing
    ) -> None:
        remove.answers |= {
            "ec2.DeleteNatGateway": {},
            "ec2.DescribeNatGateways": self.states("deleting", "deleting", "deleted"),
            "ec2.ReleaseAddress": {},
        }

        outcomes = remove(self.NAT, Resource(Kind.ELASTIC_IP, "eipalloc-1"))

        assert [outcome.error for outcome in outcomes] == ["", ""]
        assert remove.operations[-1] == "ec2.ReleaseAddress"
        assert len(remove.pauses) == 2

    def test_one_that_remains_is_the_outcome(self, remove: Removing) -> None:
        remove.answers |= {
            "ec2.DeleteNatGateway": {},
            "ec2.DescribeNatGateways": {
                "NatGateways": [{"NatGatewayId": "nat-1", "State": "deleting"}]
            },
        }

        [outcome] = remove(self.NAT)

        assert outcome.error == "still there 600 s after its deletion was accepted"

    def test_an_error_while_waiting_is_the_outcome(self, remove: Removing) -> None:
        remove.answers |= {
            "ec2.DeleteNatGateway": {},
            "ec2.DescribeNatGateways": always("UnauthorizedOperation"),
        }

        assert "UnauthorizedOperation" in remove(self.NAT)[0].error

    def test_a_cluster_is_deleted_when_rds_does_not_find_it(self, remove: Removing) -> None:
        cluster = {"DBClusterIdentifier": "catalog-pr1", "DeletionProtection": True}
        remove.answers |= {
            "rds.DescribeDBClusters": lambda _: (
                {"DBClusters": [cluster]}
                if "rds.DeleteDBCluster" not in remove.operations
                else always("DBClusterNotFoundFault")({})
            ),
            "rds.ModifyDBCluster": {},
            "rds.DeleteDBCluster": {},
        }

        [outcome] = remove(Resource(Kind.DB_CLUSTER, "catalog-pr1"))

        assert outcome.error == ""
        [modified] = remove.aws.parameters_of("rds.ModifyDBCluster")
        assert modified["DeletionProtection"] is False
        [deleted] = remove.aws.parameters_of("rds.DeleteDBCluster")
        assert deleted["SkipFinalSnapshot"] is True


class TestBeforeAnythingIsRemoved:
    DISTRIBUTION = Resource(Kind.DISTRIBUTION, "E1")

    def config(self, *, enabled: bool) -> dict[str, Any]:
        return {
            "ETag": "tag-1",
            "DistributionConfig": {
                "CallerReference": "1",
                "Comment": "",
                "Enabled": enabled,
                "Origins": {"Quantity": 1, "Items": [{"Id": "x", "DomainName": "x"}]},
                "DefaultCacheBehavior": {
                    "TargetOriginId": "x",
                    "ViewerProtocolPolicy": "allow-all",
                },
            },
        }

    def test_a_distribution_is_disabled_first_and_deleted_last(self, remove: Removing) -> None:
        remove.answers |= {
            "cloudfront.GetDistributionConfig": self.config(enabled=True),
            "cloudfront.UpdateDistribution": {},
            "cloudfront.GetDistribution": {"ETag": "tag-2"},
            "cloudfront.DeleteDistribution": refusing("DistributionNotDisabled"),
            "cloudwatch.DeleteAlarms": {},
        }

        outcomes = remove(self.DISTRIBUTION, ALARM)

        assert all(outcome.error == "" for outcome in outcomes)
        order = remove.operations
        assert order.index("cloudfront.UpdateDistribution") < order.index("cloudwatch.DeleteAlarms")
        [update] = remove.aws.parameters_of("cloudfront.UpdateDistribution")
        assert (update["IfMatch"], update["DistributionConfig"]["Enabled"]) == ("tag-1", False)
        assert remove.aws.parameters_of("cloudfront.DeleteDistribution")[-1]["IfMatch"] == "tag-2"

    def test_one_that_is_disabled_already_is_left_as_it_is(self, remove: Removing) -> None:
        remove.answers |= {
            "cloudfront.GetDistributionConfig": self.config(enabled=False),
            "cloudfront.GetDistribution": {"ETag": "tag-2"},
            "cloudfront.DeleteDistribution": {},
        }

        assert remove(self.DISTRIBUTION)[0].error == ""

    def test_one_that_cannot_be_disabled_is_not_waited_for(self, remove: Removing) -> None:
        remove.answers["cloudfront.GetDistributionConfig"] = always("AccessDenied")

        [outcome] = remove(self.DISTRIBUTION)

        assert outcome.error == "GetDistributionConfig: AccessDenied: refused"
        assert "cloudfront.DeleteDistribution" not in remove.operations

    def test_rules_of_groups_about_one_another_are_revoked_first(self, remove: Removing) -> None:
        pairs = [{"IpProtocol": "tcp", "UserIdGroupPairs": [{"GroupId": "sg-2"}]}]
        open_to_all = {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        remove.answers |= {
            "ec2.DescribeSecurityGroups": {
                "SecurityGroups": [
                    {"GroupId": "sg-1", "IpPermissions": [*pairs, open_to_all]},
                ]
            },
            "ec2.RevokeSecurityGroupIngress": {},
            "ec2.DeleteSecurityGroup": {},
        }

        remove(Resource(Kind.SECURITY_GROUP, "sg-1"))

        [revoked] = remove.aws.parameters_of("ec2.RevokeSecurityGroupIngress")
        assert revoked["IpPermissions"] == pairs, "only rules about other groups"
