import boto3
import requests

from tests.component.harness.emulator.gateway.sample_resources import service
from tests.unit.harness.emulator.gateway.fake_aws import CALLER


def test_ministack_still_has_no_application_auto_scaling(bare_endpoint: str) -> None:
    headers = {
        "Authorization": CALLER.authorization("application-autoscaling"),
        "X-Amz-Target": "AnyScaleFrontendService.DescribeScalableTargets",
        "Content-Type": "application/x-amz-json-1.1",
    }

    response = requests.post(
        bare_endpoint, json={"ServiceNamespace": "ecs"}, headers=headers, timeout=30
    )

    assert not response.ok
    assert "ScalableTargets" not in response.text


def test_it_scales_a_service_of_the_emulator(gateway: boto3.Session) -> None:
    service(gateway)

    register(gateway)

    (described,) = gateway.client("ecs").describe_services(cluster="c", services=["s"])["services"]
    assert (described["desiredCount"], described["runningCount"]) == (3, 3)


def register(session: boto3.Session) -> None:
    session.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/c/s",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=3,
        MaxCapacity=4,
    )
