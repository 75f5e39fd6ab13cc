"""An example of your own tests: a check with its evidence, HTTP requests, and boto3."""

import pytest

from harness.aws.capability import Capability
from harness.checks.alb import Alb
from harness.targets.base import Target
from stack.config import StackConfig
from stack.outputs import CatalogOutputs


def test_every_target_is_healthy(catalog_alb: Alb, catalog_stack_config: StackConfig) -> None:
    evidence = catalog_alb.targets_healthy()

    count = catalog_stack_config.desired_count
    assert evidence.observed.startswith(f"{count} of {count} targets healthy")


@pytest.mark.catalog_requires(Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE)
def test_the_api_responds_at_the_load_balancer(
    catalog_target: Target, catalog_outputs: CatalogOutputs
) -> None:
    with catalog_target.http() as session:
        response = session.get(f"http://{catalog_outputs.alb_dns_name}/healthz")

    assert response.json()["status"] == "ok"


@pytest.mark.catalog_requires(Capability.ELBV2)
def test_the_only_listener_is_on_port_80(
    catalog_target: Target, catalog_outputs: CatalogOutputs
) -> None:
    elbv2 = catalog_target.session().client("elbv2")

    response = elbv2.describe_listeners(LoadBalancerArn=catalog_outputs.alb_arn or "")

    assert [listener.get("Port") for listener in response["Listeners"]] == [80]
