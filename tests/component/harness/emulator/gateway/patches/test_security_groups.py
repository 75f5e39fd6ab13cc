from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ALL_EGRESS = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


class Group:
    def __init__(self, session: boto3.Session) -> None:
        self.ec2: Any = session.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.id, self.other = (self._create(name) for name in ("a", "b"))

    def _create(self, name: str) -> str:
        created = self.ec2.create_security_group(GroupName=name, Description="d", VpcId=self.vpc)
        return str(created["GroupId"])

    def allow(self, **permission: Any) -> None:
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **permission}
        self.ec2.authorize_security_group_ingress(GroupId=self.id, IpPermissions=[rule])

    def revoke(self, **permission: Any) -> None:
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **permission}
        self.ec2.revoke_security_group_ingress(GroupId=self.id, IpPermissions=[rule])

    def ingress(self) -> list[str]:
        (described,) = self.ec2.describe_security_groups(GroupIds=[self.id])["SecurityGroups"]
        return [
            each.get("CidrIp") or each["GroupId"]
            for permission in described["IpPermissions"]
            for each in (*permission["IpRanges"], *permission["UserIdGroupPairs"])
        ]


def egress_after_terraform(session: boto3.Session) -> int:
    group = Group(session)
    group.ec2.revoke_security_group_egress(GroupId=group.id, IpPermissions=[ALL_EGRESS])
    (described,) = group.ec2.describe_security_groups(GroupIds=[group.id])["SecurityGroups"]
    return len(described["IpPermissionsEgress"])


def ingress_after_revoking_a_group(session: boto3.Session) -> list[str]:
    group = Group(session)
    group.allow(UserIdGroupPairs=[{"GroupId": group.other, "Description": "from b"}])
    group.revoke(UserIdGroupPairs=[{"GroupId": group.other}])
    return group.ingress()


def test_ministack_still_does_not_find_the_default_rule(bare: boto3.Session) -> None:
    assert egress_after_terraform(bare) == 1


def test_the_default_rule_is_revoked(gateway: boto3.Session) -> None:
    assert egress_after_terraform(gateway) == 0


def test_ministack_still_does_not_find_the_rule_of_a_group(bare: boto3.Session) -> None:
    assert ingress_after_revoking_a_group(bare)


def test_the_rule_of_a_group_is_revoked(gateway: boto3.Session) -> None:
    assert ingress_after_revoking_a_group(gateway) == []


def test_one_of_the_sources_of_a_permission_is_revoked(gateway: boto3.Session) -> None:
    group = Group(gateway)
    group.allow(
        IpRanges=[{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.1.0.0/16", "Description": "x"}],
        UserIdGroupPairs=[{"GroupId": group.other}],
    )

    group.revoke(IpRanges=[{"CidrIp": "10.1.0.0/16"}])

    assert sorted(group.ingress()) == ["10.0.0.0/8", group.other]


def test_the_form_with_a_single_rule_revokes_too(gateway: boto3.Session) -> None:
    group = Group(gateway)
    group.allow(IpRanges=[{"CidrIp": "10.0.0.0/8"}])

    group.ec2.revoke_security_group_ingress(
        GroupId=group.id, IpProtocol="6", FromPort=80, ToPort=80, CidrIp="10.0.0.0/8"
    )

    assert group.ingress() == []


@pytest.mark.parametrize(
    "other",
    [
        {"IpRanges": [{"CidrIp": "10.9.0.0/16"}]},
        {"IpRanges": [{"CidrIp": "10.0.0.0/8"}], "ToPort": 81},
        {"IpRanges": [{"CidrIp": "10.0.0.0/8"}], "IpProtocol": "udp"},
    ],
)
def test_a_rule_that_does_not_exist_is_an_error(
    gateway: boto3.Session, other: dict[str, Any]
) -> None:
    group = Group(gateway)
    group.allow(IpRanges=[{"CidrIp": "10.0.0.0/8"}])

    with pytest.raises(ClientError, match=r"InvalidPermission\.NotFound"):
        group.revoke(**other)

    assert group.ingress() == ["10.0.0.0/8"]
