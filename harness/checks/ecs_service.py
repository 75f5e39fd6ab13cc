"""The service and its task definition as ECS describes them."""

from typing import TYPE_CHECKING, Any

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect, expect_equal, one
from harness.checks.resources import active_service, ecs_cluster
from harness.targets.base import Capability
from stack.tiers import Tier

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef

__all__ = ["EcsService"]

_ECS = (Capability.ECS,)
_SPOT = "FARGATE_SPOT"


class EcsService(ServiceChecks):
    """Checks of the configuration of the cluster, the service and the task definition."""

    service = "ecs"
    tier = Tier.SERVICE

    @check(
        "the service has the FARGATE_SPOT strategy, and no launch type",
        plane=Plane.CONTROL,
        requires=_ECS,
    )
    def capacity_provider_strategy(self) -> str:
        """Compare the strategy, and the providers attached to the cluster."""
        service = active_service(self.context)
        strategy = [
            (item["capacityProvider"], item.get("weight", 0), item.get("base", 0))
            for item in service.get("capacityProviderStrategy", ())
        ]
        expect_equal("strategy (provider, weight, base)", strategy, [(_SPOT, 100, 0)])
        expect_equal("launch type", service.get("launchType"), None)
        attached = set(ecs_cluster(self.context)["capacityProviders"])
        expect_equal("providers of the cluster", attached, {"FARGATE", _SPOT})
        return f"{_SPOT}, weight 100, base 0; no launch type"

    @check("a failing deployment is rolled back", plane=Plane.CONTROL, requires=_ECS)
    def circuit_breaker(self) -> str:
        """Compare the deployment circuit breaker."""
        deployments = active_service(self.context)["deploymentConfiguration"]
        breaker = deployments.get("deploymentCircuitBreaker", {})
        seen = (breaker.get("enable"), breaker.get("rollback"))
        expect_equal("circuit breaker (enabled, rollback)", seen, (True, True))
        return "circuit breaker enabled, with rollback"

    @check(
        "the tasks are in the private subnets, without public addresses",
        plane=Plane.CONTROL,
        requires=_ECS,
    )
    def private_network(self) -> str:
        """Compare the network configuration of the service."""
        network = active_service(self.context)["networkConfiguration"]["awsvpcConfiguration"]
        outputs = self.context.outputs
        groups = network.get("securityGroups", [])
        expect_equal("subnets", set(network["subnets"]), set(outputs.private_subnet_ids))
        expect_equal("security groups", groups, [outputs.service_security_group_id])
        expect_equal("public addresses", network.get("assignPublicIp"), "DISABLED")
        return f"{len(network['subnets'])} private subnets, no public addresses"

    @check(
        "the task definition is Fargate's, with the wanted size, image, roles and health check",
        plane=Plane.CONTROL,
        requires=_ECS,
    )
    def task_definition(self) -> str:
        """Compare what the service runs with what was wanted."""
        config = self.context.config
        definition, container = self._definition(), self.container()
        seen = {
            "CPU": definition.get("cpu"),
            "memory": definition.get("memory"),
            "network mode": definition.get("networkMode"),
            "Fargate": "FARGATE" in definition.get("requiresCompatibilities", ()),
            "execution role": _name(definition.get("executionRoleArn", "")),
            "task role": _name(definition.get("taskRoleArn", "")),
            "image": container["image"],
            "ports": [port.get("containerPort") for port in container.get("portMappings", ())],
            "log group": container["logConfiguration"]["options"].get("awslogs-group"),
            "health check": bool(container.get("healthCheck", {}).get("command")),
        }
        wanted = {
            "CPU": str(config.task_cpu),
            "memory": str(config.task_memory),
            "network mode": "awsvpc",
            "Fargate": True,
            "execution role": config.execution_role_name,
            "task role": config.task_role_name,
            "image": config.image,
            "ports": [config.container_port],
            "log group": config.log_group_name,
            "health check": True,
        }
        expect_equal("task definition", seen, wanted)
        return f"{config.image}, {config.task_cpu} CPU units, {config.task_memory} MiB"

    @check(
        "the tasks get the database credentials from the secret, and none in plain text",
        plane=Plane.CONTROL,
        requires=_ECS,
    )
    def credentials_injected(self) -> str:
        """Compare the container's secrets; its environment must name no password."""
        container = self.container()
        seen = {item["name"]: item["valueFrom"] for item in container.get("secrets", ())}
        arn = self.context.outputs.secret_arn
        keys = ("username", "password", "host", "port")
        wanted = {f"DB_{key.upper()}": f"{arn}:{key}::" for key in keys}
        expect_equal("secrets", seen, {**wanted, "DB_NAME": f"{arn}:dbname::"})
        plain = [item["name"] for item in container.get("environment", ())]
        leaked = [name for name in plain if "PASSWORD" in name.upper()]
        expect(not leaked, "no password in the plain environment", leaked)
        return f"{', '.join(sorted(seen))} from the secret"

    def _definition(self) -> "TaskDefinitionTypeDef":
        arn = active_service(self.context)["taskDefinition"]
        return self.context.clients.ecs.describe_task_definition(taskDefinition=arn)[
            "taskDefinition"
        ]

    def container(self) -> Any:
        """Return the one container of the task definition that the service runs."""
        return one(self._definition()["containerDefinitions"], "container")


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
