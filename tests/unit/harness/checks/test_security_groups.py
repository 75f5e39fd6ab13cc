from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment

GROUPS = ("ec2.DescribeSecurityGroups", "SecurityGroups")
RULES = ("ec2.DescribeSecurityGroupRules", "SecurityGroupRules")
FROM_VIEWERS = {"CidrIpv4": "0.0.0.0/0", "FromPort": 80}
TO_DATABASE = {"GroupId": "sg-database"}


@pytest.mark.parametrize(
    ("place", "value", "observed"),
    [
        ((*RULES, FROM_VIEWERS), GONE, "in tcp 80 80 0.0.0.0/0 ] is missing"),
        ((*RULES, FROM_VIEWERS, "ToPort"), 81, "in tcp 80 81 0.0.0.0/0 ] is not configured"),
        ((*RULES, FROM_VIEWERS, "CidrIpv4"), "10.0.0.0/8", "is not configured"),
        ((*RULES, FROM_VIEWERS, "Description"), "anything", "anything"),
        ((*RULES, TO_DATABASE, "ReferencedGroupInfo", "GroupId"), "sg-9", "sg-9"),
        ((*RULES, TO_DATABASE, "IsEgress"), True, "out tcp 5432"),
        ((*GROUPS, TO_DATABASE), GONE, "sg-database is missing"),
    ],
)
def test_another_rule_or_group_fails(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, observed: str
) -> None:
    fake_deployment.change(*place, to=value)

    assert observed in fake_deployment.failures("security-groups/*")["security-groups/rules"]


@pytest.mark.parametrize(
    "peer",
    [{"CidrIpv4": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}, {"PrefixListId": "pl-1"}],
)
@pytest.mark.parametrize("egress", [True, False])
def test_a_rule_too_many_fails(
    fake_deployment: FakeDeployment, peer: dict[str, str], egress: bool
) -> None:
    rule = {"GroupId": "sg-database", "IsEgress": egress, "IpProtocol": "-1", **peer}
    answer: Any = fake_deployment.answers[RULES[0]]
    fake_deployment.answers[RULES[0]] = {RULES[1]: [*answer[RULES[1]], rule]}

    [failure] = fake_deployment.failures("security-groups/*").values()

    assert "sg-database" in failure
    assert next(iter(peer.values())) in failure


def test_a_group_too_many_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.add(*GROUPS, {"GroupId": "sg-9", "GroupName": "unknown"})

    assert "sg-9 is not configured" in str(fake_deployment.failures("security-groups/*"))


def test_a_group_of_guard_duty_is_no_group_too_many(fake_deployment: FakeDeployment) -> None:
    managed = [{"Key": "GuardDutyManaged", "Value": "true"}]
    fake_deployment.add(*GROUPS, {"GroupId": "sg-9", "GroupName": "GuardDuty", "Tags": managed})

    assert fake_deployment.failures("security-groups/*") == {}
