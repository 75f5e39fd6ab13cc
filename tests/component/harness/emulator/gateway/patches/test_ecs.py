import boto3
import pytest
from botocore.exceptions import ClientError

from harness.emulator.gateway.patches.ecs import ZoneRebalancing
from tests.component.harness.emulator.gateway.sample_resources import Balanced, service
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, ecs_error, json_call


def rebalancing(session: boto3.Session) -> str | None:
    client = session.client("ecs")
    (described,) = client.describe_services(cluster="c", services=["s"])["services"]
    return described.get("availabilityZoneRebalancing")


def test_ministack_still_forgets_zone_rebalancing(bare: boto3.Session) -> None:
    service(bare, availabilityZoneRebalancing="DISABLED")

    assert rebalancing(bare) is None


def test_zone_rebalancing_is_remembered(gateway: boto3.Session) -> None:
    created = service(gateway, availabilityZoneRebalancing="DISABLED")
    assert created["availabilityZoneRebalancing"] == "DISABLED"
    assert rebalancing(gateway) == "DISABLED"

    gateway.client("ecs").update_service(
        cluster="c", service="s", availabilityZoneRebalancing="ENABLED"
    )
    assert rebalancing(gateway) == "ENABLED"


def test_zone_rebalancing_is_enabled_by_default(gateway: boto3.Session) -> None:
    service(gateway)

    assert rebalancing(gateway) == "ENABLED"


@pytest.mark.anyio
async def test_a_refused_service_is_not_remembered(aws: FakeAws) -> None:
    aws.answers["CreateService"] = ecs_error("ClientException")
    remembered: dict[str, str] = {}

    call = json_call("ecs", "CreateService", serviceName="s")
    await ZoneRebalancing(remembered).answer(call, aws.proceed)

    assert remembered == {}


def behind(balanced: Balanced) -> list[dict[str, object]]:
    return [{"targetGroupArn": balanced.group, "containerName": "x", "containerPort": 80}]


def test_ministack_still_accepts_an_unused_target_group(bare: boto3.Session) -> None:
    created = service(bare, loadBalancers=behind(Balanced(bare, listener=False)))

    assert created["status"] == "ACTIVE"


def test_a_service_needs_a_target_group_in_use(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway, listener=False)

    with pytest.raises(ClientError, match="does not have an associated load balancer") as refused:
        service(gateway, loadBalancers=behind(balanced))
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"

    balanced.listen()
    created = service(gateway, loadBalancers=behind(balanced))
    assert created["loadBalancers"][0]["targetGroupArn"] == balanced.group
