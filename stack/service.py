"""The service: the catalog API as tasks on Fargate Spot."""

import json
from collections.abc import Sequence
from typing import Any

from .bindings import (
    ITerraformDependable,
    ecs_cluster,
    ecs_cluster_capacity_providers,
    ecs_service,
    ecs_task_definition,
)
from .container import CONTAINER_NAME, container
from .database import Database
from .load_balancer import LoadBalancer
from .network import Network
from .part import ConfiguredStack, Part
from .roles import Roles
from .secret import Secret
from .security_groups import Firewall
from .storage import Storage

SPOT = "FARGATE_SPOT"
SPOT_WEIGHT = 100
HEALTH_CHECK_GRACE_SECONDS = 60


class Service(Part):
    """An ECS cluster on Fargate, the API's task definition, and the service that runs it."""

    def __init__(
        self,
        stack: ConfiguredStack,
        *,
        network: Network,
        firewall: Firewall,
        storage: Storage,
        secret: Secret,
        roles: Roles,
        database: Database,
        load_balancer: LoadBalancer,
    ) -> None:
        super().__init__(stack, "service")
        config = stack.config
        # Whatever the default of the account: it costs, and leaves a log group behind.
        insights = ecs_cluster.EcsClusterSetting(name="containerInsights", value="disabled")
        cluster = ecs_cluster.EcsCluster(
            self, "cluster", name=config.ecs_cluster_name, setting=[insights]
        )
        providers = ecs_cluster_capacity_providers.EcsClusterCapacityProviders(
            self,
            "capacity_providers",
            cluster_name=cluster.name,
            capacity_providers=["FARGATE", SPOT],
            default_capacity_provider_strategy=[
                ecs_cluster_capacity_providers.EcsClusterCapacityProvidersDefaultCapacityProviderStrategy(
                    capacity_provider=SPOT, weight=SPOT_WEIGHT, base=0
                )
            ],
        )
        task = ecs_task_definition.EcsTaskDefinition(
            self,
            "task",
            family=config.task_family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(config.task_cpu),
            memory=str(config.task_memory),
            execution_role_arn=roles.execution_role_arn,
            task_role_arn=roles.task_role_arn,
            runtime_platform={"operating_system_family": "LINUX", "cpu_architecture": "X86_64"},
            container_definitions=json.dumps(
                [container(config, secret.arn, storage.log_group_name)]
            ),
        )
        service = self._service(
            cluster_arn=cluster.arn,
            task_definition_arn=task.arn,
            target_group_arn=load_balancer.target_group_arn,
            network_configuration={
                "subnets": network.private_subnet_ids,
                "security_groups": [firewall.service_security_group_id],
                "assign_public_ip": False,
            },
            after=[
                *(providers, load_balancer.listener, roles.execution_policy),
                *(database.credentials, database.writer, *network.routes),
            ],
        )
        self.cluster_name = cluster.name
        self.service_name = service.name
        self.dimensions = [{"ClusterName": cluster.name, "ServiceName": service.name}]
        self._declare(
            ecs_cluster_name=cluster.name,
            ecs_service_name=service.name,
            task_definition_arn=task.arn,
        )

    def _service(
        self,
        *,
        cluster_arn: str,
        task_definition_arn: str,
        target_group_arn: str,
        network_configuration: dict[str, Any],
        after: Sequence[ITerraformDependable],
    ) -> ecs_service.EcsService:
        """Declare the service with a capacity provider strategy, without a launch type.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
        """
        timeout = f"{self._config.service_timeout_seconds}s"
        return ecs_service.EcsService(
            self,
            "service",
            name=self._config.ecs_service_name,
            cluster=cluster_arn,
            task_definition=task_definition_arn,
            desired_count=self._config.desired_count,
            capacity_provider_strategy=[
                ecs_service.EcsServiceCapacityProviderStrategy(
                    capacity_provider=SPOT, weight=SPOT_WEIGHT, base=0
                )
            ],
            network_configuration=network_configuration,
            load_balancer=[
                ecs_service.EcsServiceLoadBalancer(
                    target_group_arn=target_group_arn,
                    container_name=CONTAINER_NAME,
                    container_port=self._config.container_port,
                )
            ],
            availability_zone_rebalancing="ENABLED",
            deployment_circuit_breaker={"enable": True, "rollback": True},
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            health_check_grace_period_seconds=HEALTH_CHECK_GRACE_SECONDS,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=self._config.wait_for_steady_state,
            timeouts=dict.fromkeys(("create", "update", "delete"), timeout),
            lifecycle={"ignore_changes": ["desired_count"]},
            depends_on=list(after),
        )
