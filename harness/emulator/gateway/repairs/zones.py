"""Elastic Load Balancing: the zones and the VPC that a load balancer is really in."""

from typing import Any

from harness.emulator.gateway.aws import AwsApi, parse, service_model
from harness.emulator.gateway.exchange import Response
from harness.emulator.gateway.query import encode_result
from harness.emulator.gateway.repairs.base import Call, Proceed, Repair
from harness.emulator.gateway.repairs.subnets import find_subnets

__all__ = ["LoadBalancerZones"]


class LoadBalancerZones(Repair):
    """Zone names and VPC follow from the subnets of a load balancer."""

    ministack = "puts every subnet of a load balancer into zone a, and into vpc-00000001"
    aws = "AvailabilityZones and VpcId are those of the subnets"
    documentation = (
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html"
    )
    service = "elasticloadbalancing"
    operations = frozenset({"CreateLoadBalancer", "DescribeLoadBalancers", "SetSubnets"})

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws

    async def answer(self, call: Call, proceed: Proceed) -> Response:
        """Complete the zones of the answer."""
        response = await proceed(call)
        if not response.ok:
            return response
        model = service_model("elbv2").operation_model(call.operation)
        result = parse(model, response)
        balancers = result.get("LoadBalancers", [result])
        ids = [each["SubnetId"] for one in balancers for each in one["AvailabilityZones"]]
        known = await find_subnets(self._aws, call.tenant, ids)
        for balancer in balancers:
            _complete(balancer, {name: (known[name].zone, known[name].vpc) for name in known})
        return encode_result(model, result)


def _complete(balancer: dict[str, Any], known: dict[str, tuple[str, str]]) -> None:
    for zone in balancer["AvailabilityZones"]:
        if zone["SubnetId"] in known:
            zone["ZoneName"], balancer["VpcId"] = known[zone["SubnetId"]]
