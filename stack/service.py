"""The service: the catalog API as tasks on Fargate Spot."""

import json
from collections.abc import Sequence

from stack.bindings import (
    Construct,
    ITerraformDependable,
    TerraformResourceLifecycle,
    ecs_cluster,
    ecs_cluster_capacity_providers,
    ecs_service,
    ecs_task_definition,
)
from stack.config import StackConfig
from stack.container import CONTAINER_NAME, container
from stack.load_balancer import LoadBalancer
from stack.roles import Roles

SPOT = "FARGATE_SPOT"
SPOT_WEIGHT = 100
HEALTH_CHECK_GRACE_SECONDS = 60


class Service(Construct):
    """An ECS cluster on Fargate, the API's task definition, and the service that runs it.

    Args:
        after: Further resources that are required before a task starts.

    Attributes:
        cluster_name: Name of the cluster.
        service_name: Name of the service.
        task_definition_arn: ARN of the task definition's revision.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StackConfig,
        roles: Roles,
        load_balancer: LoadBalancer,
        secret_arn: str,
        log_group_name: str,
        subnet_ids: list[str],
        security_group_id: str,
        after: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id_)
        self._config = config
        cluster = ecs_cluster.EcsCluster(self, "cluster", name=config.ecs_cluster_name)
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
        task = self._task_definition(roles, secret_arn, log_group_name)
        service = self._service(
            cluster_arn=cluster.arn,
            task_definition_arn=task.arn,
            target_group_arn=load_balancer.target_group_arn,
            subnet_ids=subnet_ids,
            security_group_id=security_group_id,
            after=[providers, load_balancer.listener, roles.execution_policy, *after],
        )
        self.cluster_name = cluster.name
        self.service_name = service.name
        self.task_definition_arn = task.arn

    def _task_definition(
        self, roles: Roles, secret_arn: str, log_group_name: str
    ) -> ecs_task_definition.EcsTaskDefinition:
        return ecs_task_definition.EcsTaskDefinition(
            self,
            "task",
            family=self._config.task_family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(self._config.task_cpu),
            memory=str(self._config.task_memory),
            execution_role_arn=roles.execution_role_arn,
            task_role_arn=roles.task_role_arn,
            runtime_platform=ecs_task_definition.EcsTaskDefinitionRuntimePlatform(
                operating_system_family="LINUX", cpu_architecture="X86_64"
            ),
            container_definitions=json.dumps([container(self._config, secret_arn, log_group_name)]),
        )

    def _service(
        self,
        *,
        cluster_arn: str,
        task_definition_arn: str,
        target_group_arn: str,
        subnet_ids: list[str],
        security_group_id: str,
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
            network_configuration=ecs_service.EcsServiceNetworkConfiguration(
                subnets=subnet_ids, security_groups=[security_group_id], assign_public_ip=False
            ),
            load_balancer=[
                ecs_service.EcsServiceLoadBalancer(
                    target_group_arn=target_group_arn,
                    container_name=CONTAINER_NAME,
                    container_port=self._config.container_port,
                )
            ],
            availability_zone_rebalancing="ENABLED",
            deployment_circuit_breaker=ecs_service.EcsServiceDeploymentCircuitBreaker(
                enable=True, rollback=True
            ),
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            health_check_grace_period_seconds=HEALTH_CHECK_GRACE_SECONDS,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=self._config.wait_for_steady_state,
            timeouts=ecs_service.EcsServiceTimeouts(create=timeout, update=timeout, delete=timeout),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]),
            depends_on=list(after),
        )
