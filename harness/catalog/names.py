"""The exact names that the catalog stack gives its resources, by kind."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from harness.aws.resources.resource import Kind
from harness.catalog.app import PACKAGE
from stack.names import PhysicalNames

# The most that a configuration can have: stack/config_validation.py.
_NAT_GATEWAYS = 3
_READERS = 15
_METRICS = tomllib.loads((PACKAGE / "metrics.toml").read_text(encoding="utf-8"))
# As in stack/metrics.py, which imports cdktf: those of the network are of each NAT gateway.
_ALARMS = tuple(
    f"{row['kind']}{number}"
    for tier, rows in _METRICS.items()
    for row in rows
    for number in ([f"-{i}" for i in range(_NAT_GATEWAYS)] if tier == "network" else [""])
)
_INSTANCES = ("writer", *(f"reader-{index}" for index in range(_READERS)))


@dataclass(frozen=True)
class _Names(PhysicalNames):
    environment_suffix: str
    region: str


def physical_names(environment_suffix: str, region: str) -> Mapping[Kind, frozenset[str]]:
    """Return the names that any configuration of the stack gives, as the services list them."""
    names = _Names(environment_suffix, region)
    scaled = f"service/{names.ecs_cluster_name}/{names.ecs_service_name}"
    alarms = (names.alarm_name(kind) for kind in _ALARMS)
    listed: Mapping[Kind, tuple[str, ...]] = {
        Kind.SCALING_POLICY: (scaled,),
        Kind.SCALABLE_TARGET: (scaled,),
        Kind.ECS_SERVICE: (names.ecs_service_name,),
        Kind.TASK_DEFINITION: (names.task_family,),
        Kind.ECS_CLUSTER: (names.ecs_cluster_name,),
        Kind.LOAD_BALANCER: (names.alb_name,),
        Kind.TARGET_GROUP: (names.target_group_name,),
        Kind.DB_INSTANCE: tuple(map(names.aurora_instance_identifier, _INSTANCES)),
        Kind.DB_CLUSTER: (names.aurora_cluster_identifier,),
        Kind.DB_CLUSTER_SNAPSHOT: (names.aurora_cluster_identifier,),
        Kind.DB_SUBNET_GROUP: (names.database_subnet_group_name,),
        Kind.DB_CLUSTER_PARAMETERS: (names.database_parameter_group_name,),
        Kind.SECRET: (names.secret_name,),
        Kind.ALARM: (scaled, *alarms),
        Kind.DASHBOARD: (names.dashboard_name,),
        # ECS creates the second where Container Insights is on in the account.
        Kind.LOG_GROUP: (
            names.log_group_name,
            f"/aws/ecs/containerinsights/{names.ecs_cluster_name}/performance",
        ),
        Kind.ROLE: (names.execution_role_name, names.task_role_name),
        Kind.BUCKET: (names.log_bucket_name,),
        Kind.SECURITY_GROUP: (
            names.alb_security_group_name,
            names.service_security_group_name,
            names.database_security_group_name,
        ),
        Kind.DISTRIBUTION: (names.origin_id,),
    }
    return {kind: frozenset(some) for kind, some in listed.items()}


def state_key(environment_suffix: str) -> str:
    """Return the object key of a deployment's Terraform state."""
    return _Names(environment_suffix, "").state_key
