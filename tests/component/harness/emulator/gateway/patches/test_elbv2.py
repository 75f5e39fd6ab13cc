import boto3
import pytest
from botocore.exceptions import ClientError

from tests.component.harness.emulator.gateway.sample_resources import Balanced, subnets

UNUSED = "127.0.0.1"


def test_ministack_still_returns_healthy_for_every_target(bare: boto3.Session) -> None:
    balanced = Balanced(bare)
    balanced.elb.register_targets(
        TargetGroupArn=balanced.group, Targets=[{"Id": UNUSED, "Port": 1}]
    )

    assert [each["TargetHealth"]["State"] for each in balanced.health()] == ["healthy"]


def test_target_health_is_unused_until_a_listener_forwards(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway, listener=False)
    balanced.elb.register_targets(
        TargetGroupArn=balanced.group, Targets=[{"Id": UNUSED, "Port": 1}]
    )

    (described,) = balanced.health()

    assert described["Target"] == {"Id": UNUSED, "Port": 1}
    assert described["HealthCheckPort"] == "1"
    assert described["TargetHealth"]["State"] == "unused"
    assert described["TargetHealth"]["Reason"] == "Target.NotInUse"


def test_an_unregistered_target_is_unused(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway)

    described = balanced.elb.describe_target_health(
        TargetGroupArn=balanced.group, Targets=[{"Id": "10.1.1.1", "Port": 80}]
    )

    (only,) = described["TargetHealthDescriptions"]
    assert only["TargetHealth"]["Reason"] == "Target.NotRegistered"


def test_the_response_for_groups_that_are_not_served_passes(gateway: boto3.Session) -> None:
    elb = gateway.client("elbv2")
    (group,) = elb.create_target_group(Name="tcp", Protocol="TCP", Port=80, TargetType="ip")[
        "TargetGroups"
    ]

    described = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])

    assert described["TargetHealthDescriptions"] == []


def test_ministack_still_returns_balancers_that_no_longer_use_a_group(
    bare: boto3.Session,
) -> None:
    balanced = Balanced(bare)
    balanced.elb.delete_listener(ListenerArn=balanced.listener)

    assert balanced.users() == [balanced.arn]


def test_balancers_of_a_group_follow_its_listeners(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway)
    assert balanced.users() == [balanced.arn]

    balanced.elb.delete_listener(ListenerArn=balanced.listener)
    assert balanced.users() == []


def test_groups_are_found_by_the_balancer_that_uses_them(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway)
    balanced.elb.create_target_group(Name="other", Protocol="HTTP", Port=80, TargetType="ip")

    found = balanced.elb.describe_target_groups(LoadBalancerArn=balanced.arn)["TargetGroups"]

    assert [each["TargetGroupName"] for each in found] == [balanced.name]


def test_ministack_still_deletes_a_group_in_use(bare: boto3.Session) -> None:
    balanced = Balanced(bare)

    balanced.elb.delete_target_group(TargetGroupArn=balanced.group)


def test_a_group_in_use_cannot_be_deleted(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway)

    with pytest.raises(ClientError) as refused:
        balanced.elb.delete_target_group(TargetGroupArn=balanced.group)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"

    balanced.elb.delete_listener(ListenerArn=balanced.listener)
    balanced.elb.delete_target_group(TargetGroupArn=balanced.group)
    assert balanced.elb.describe_target_groups()["TargetGroups"] == []


def test_listeners_and_rules_are_returned_as_they_were_created(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway)
    rule = balanced.elb.create_rule(
        ListenerArn=balanced.listener,
        Priority=7,
        Conditions=[{"Field": "path-pattern", "Values": ["/x*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": balanced.group}],
    )["Rules"][0]

    listeners = balanced.elb.describe_listeners(LoadBalancerArn=balanced.arn)["Listeners"]
    rules = balanced.elb.describe_rules(ListenerArn=balanced.listener)["Rules"]

    forwarded = [
        action["TargetGroupArn"]
        for actions in (
            rule["Actions"],
            listeners[0]["DefaultActions"],
            *(each["Actions"] for each in rules),
        )
        for action in actions
    ]
    assert forwarded == [balanced.group] * 4
    groups = balanced.elb.describe_target_groups()["TargetGroups"]
    assert [each["TargetGroupName"] for each in groups] == [balanced.name]


def listeners_after_deletion(balanced: Balanced) -> list[str]:
    balanced.elb.delete_load_balancer(LoadBalancerArn=balanced.arn)
    found = balanced.elb.describe_listeners(LoadBalancerArn=balanced.arn)["Listeners"]
    return [each["ListenerArn"] for each in found]


def test_ministack_still_keeps_listeners_of_deleted_balancers(bare: boto3.Session) -> None:
    balanced = Balanced(bare)

    assert listeners_after_deletion(balanced) == [balanced.listener]


def test_the_listeners_of_a_deleted_balancer_are_deleted(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway)

    assert listeners_after_deletion(balanced) == []
    assert balanced.users() == []


def zones(balanced: Balanced) -> tuple[str, list[str]]:
    (described,) = balanced.elb.describe_load_balancers()["LoadBalancers"]
    return described["VpcId"], [each["ZoneName"] for each in described["AvailabilityZones"]]


def test_ministack_still_puts_balancers_into_one_zone(bare: boto3.Session) -> None:
    vpc, names = zones(Balanced(bare, subnets=subnets(bare)))

    assert vpc == "vpc-00000001"
    assert set(names) == {"eu-north-1a"}


def test_a_balancer_is_in_the_zones_of_its_subnets(gateway: boto3.Session) -> None:
    vpc, names = zones(Balanced(gateway, subnets=subnets(gateway)))

    vpcs = {each["VpcId"] for each in gateway.client("ec2").describe_subnets()["Subnets"]}
    assert vpc in vpcs
    assert names == ["eu-north-1a", "eu-north-1b", "eu-north-1c"]


def test_unknown_subnets_do_not_change_the_zones(gateway: boto3.Session) -> None:
    elb = gateway.client("elbv2")

    (created,) = elb.create_load_balancer(Name="lost", Subnets=["subnet-0"])["LoadBalancers"]

    assert [each["SubnetId"] for each in created["AvailabilityZones"]] == ["subnet-0"]


def test_moved_balancers_are_in_their_new_zones(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway, subnets=subnets(gateway))
    first, *_ = gateway.client("ec2").describe_subnets()["Subnets"]

    moved = balanced.elb.set_subnets(LoadBalancerArn=balanced.arn, Subnets=[first["SubnetId"]])

    assert [each["ZoneName"] for each in moved["AvailabilityZones"]] == [first["AvailabilityZone"]]


def test_errors_pass(gateway: boto3.Session) -> None:
    elb = gateway.client("elbv2")

    with pytest.raises(ClientError, match="LoadBalancerNotFound"):
        elb.describe_load_balancers(Names=["none"])
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        elb.describe_target_groups(TargetGroupArns=["arn:none"])


def vpc_with_subnet(session: boto3.Session) -> tuple[str, str]:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    return vpc, subnet


def test_ministack_still_needs_no_internet_gateway(bare: boto3.Session) -> None:
    _, subnet = vpc_with_subnet(bare)

    bare.client("elbv2").create_load_balancer(Name="public", Subnets=[subnet])


def test_an_internet_facing_load_balancer_needs_an_internet_gateway(gateway: boto3.Session) -> None:
    vpc, subnet = vpc_with_subnet(gateway)
    elb = gateway.client("elbv2")

    with pytest.raises(ClientError, match=f"VPC {vpc} has no internet gateway") as refused:
        elb.create_load_balancer(Name="public", Subnets=[subnet])

    assert refused.value.response["Error"]["Code"] == "InvalidSubnet"
    elb.create_load_balancer(Name="private", Subnets=[subnet], Scheme="internal")
