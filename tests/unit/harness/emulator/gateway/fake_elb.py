"""A small ELBv2 API behind FakeAws, which stores its resources like MiniStack."""

from itertools import count
from typing import Any

from harness.emulator.gateway.http import Response
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, elb_error

ACCOUNT_ARN = "arn:aws:elasticloadbalancing:eu-north-1:111122223333"
HOST = "lb-1.eu-north-1.elb.amazonaws.com"
BALANCER = f"{ACCOUNT_ARN}:loadbalancer/app/lb/1"

Parameters = dict[str, Any]


class FakeElb:
    """One load balancer; target groups, listeners and targets as they are created."""

    def __init__(self, aws: FakeAws) -> None:
        self.aws = aws
        self.balancers = [self._balancer()]
        self.groups: dict[str, Parameters] = {}
        self.listeners: dict[str, Parameters] = {}
        self.targets: dict[str, list[Parameters]] = {}
        self._ids = count(10)
        aws.responses |= {
            "DescribeLoadBalancers": lambda _: {"LoadBalancers": self.balancers},
            "DescribeListeners": self._listeners,
            "DescribeRules": self._rules,
            "DescribeTargetGroups": lambda _: {"TargetGroups": list(self.groups.values())},
            "DescribeLoadBalancerAttributes": {"Attributes": []},
            "DescribeTargetGroupAttributes": {
                "Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "1000"}]
            },
            "CreateTargetGroup": self._create_group,
            "DeleteTargetGroup": self._delete_group,
            "CreateListener": self._create_listener,
            "DeleteListener": self._delete_listener,
            "DescribeTargetHealth": self._health,
        }

    @staticmethod
    def _balancer() -> Parameters:
        return {
            "LoadBalancerArn": BALANCER,
            "DNSName": HOST.upper(),
            "AvailabilityZones": [{"SubnetId": "subnet-1", "ZoneName": "eu-north-1a"}],
            "VpcId": "vpc-0",
        }

    def add_group(self, name: str = "tg", **settings: Any) -> str:
        """Create a target group of the user; return its ARN."""
        created = self._create_group({"Name": name, "Protocol": "HTTP", "Port": 80, **settings})
        return str(created["TargetGroups"][0]["TargetGroupArn"])

    def add_listener(self, group: str, port: int = 80) -> str:
        """Create a listener that forwards to a target group; return its ARN."""
        action = {"Type": "forward", "TargetGroupArn": group}
        created = self._create_listener({"Port": port, "DefaultActions": [action]})
        return str(created["Listeners"][0]["ListenerArn"])

    def _create_group(self, request: Parameters) -> Parameters:
        arn = f"{ACCOUNT_ARN}:targetgroup/{request['Name']}/{next(self._ids)}"
        self.groups[arn] = {
            "TargetGroupArn": arn,
            "TargetGroupName": request["Name"],
            "Protocol": request["Protocol"],
            "Port": request["Port"],
            "TargetType": request.get("TargetType", "ip"),
            "HealthCheckEnabled": request.get("HealthCheckEnabled", True),
            "HealthCheckProtocol": "HTTP",
            "HealthCheckPort": "traffic-port",
            "HealthCheckPath": "/healthz",
            "HealthCheckIntervalSeconds": 30,
            "HealthCheckTimeoutSeconds": 5,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 2,
        }
        self.targets[arn] = []
        return {"TargetGroups": [self.groups[arn]]}

    def _delete_group(self, request: Parameters) -> Parameters:
        del self.groups[request["TargetGroupArn"]]
        return {}

    def _create_listener(self, request: Parameters) -> Parameters:
        arn = f"{ACCOUNT_ARN}:listener/app/lb/1/{next(self._ids)}"
        self.listeners[arn] = {
            "ListenerArn": arn,
            "LoadBalancerArn": BALANCER,
            "Port": request["Port"],
            "DefaultActions": request["DefaultActions"],
        }
        return {"Listeners": [self.listeners[arn]]}

    def _delete_listener(self, request: Parameters) -> Parameters:
        del self.listeners[request["ListenerArn"]]
        return {}

    def _listeners(self, _: Parameters) -> Parameters:
        return {"Listeners": list(self.listeners.values())}

    def _rules(self, request: Parameters) -> Parameters:
        actions = self.listeners[request["ListenerArn"]]["DefaultActions"]
        return {"Rules": [{"RuleArn": "rule", "Actions": actions}]}

    def _health(self, request: Parameters) -> Parameters | Response:
        arn = request["TargetGroupArn"]
        if arn not in self.groups:
            return elb_error("DescribeTargetHealth", "TargetGroupNotFound")
        return {"TargetHealthDescriptions": [{"Target": each} for each in self.targets[arn]]}
