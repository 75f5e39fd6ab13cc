from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment, from_group, rule

GROUPS = ("ec2.DescribeSecurityGroups", "SecurityGroups")
DEFAULT = {"GroupName": "default"}
ALB, SERVICE, DATABASE = ({"GroupId": f"sg-{name}"} for name in ("alb", "service", "database"))
INGRESS, EGRESS = "IpPermissions", "IpPermissionsEgress"
ANYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.mark.parametrize(
    ("place", "rules", "check", "observed"),
    [
        ((ALB, INGRESS), [rule(80, **ANYWHERE), rule(22, **ANYWHERE)], "load-balancer", "22"),
        ((ALB, INGRESS), [], "load-balancer", "no such rules"),
        (
            (ALB, EGRESS),
            [rule(8080, **from_group("sg-service")), {"IpProtocol": "-1", **ANYWHERE}],
            "load-balancer",
            "'-1'",
        ),
        ((SERVICE, INGRESS), [rule(8080, **ANYWHERE)], "tasks", "0.0.0.0/0"),
        (
            (SERVICE, INGRESS),
            [rule(8080, **from_group("sg-alb")), rule(8080, **from_group("sg-unknown"))],
            "tasks",
            "sg-unknown",
        ),
        (
            (DATABASE, INGRESS),
            [rule(5432, **from_group("sg-service"), Ipv6Ranges=[{"CidrIpv6": "::/0"}])],
            "database",
            "::/0",
        ),
        (
            (DATABASE, EGRESS),
            [rule(443, PrefixListIds=[{"PrefixListId": "pl-1"}])],
            "database",
            "pl-1",
        ),
        ((DEFAULT, EGRESS), [{"IpProtocol": "-1", **ANYWHERE}], "no-other", "'-1'"),
    ],
)
def test_a_rule_too_many_or_too_few_fails_that_group_alone(
    fake_deployment: FakeDeployment,
    place: tuple[dict[str, str], str],
    rules: list[Any],
    check: str,
    observed: str,
) -> None:
    fake_deployment.change(*GROUPS, *place, to=rules)

    failures = fake_deployment.failures("security-groups/*")

    assert list(failures) == [f"security-groups/{check}"]
    assert observed in failures[f"security-groups/{check}"]


def test_a_strange_group_in_the_vpc_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.add(*GROUPS, {"GroupId": "sg-9", "GroupName": "unknown"})

    assert list(fake_deployment.failures("security-groups/*")) == ["security-groups/no-other"]


def test_a_missing_group_fails_every_check_that_expects_it(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change(*GROUPS, DATABASE, to=GONE)

    failures = fake_deployment.failures("security-groups/*")

    assert set(failures) == {
        "security-groups/tasks",
        "security-groups/database",
        "security-groups/no-other",
    }
