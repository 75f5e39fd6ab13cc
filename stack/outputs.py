"""The outputs of the stack: the interface for its consumers."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class CatalogOutputs:
    """The Terraform outputs of one deployed stack; each field is the output of the same name.

    An output of a tier that was not deployed is None (an empty tuple for lists).
    """

    environment_suffix: str
    region: str
    tiers: tuple[str, ...]
    # network
    vpc_id: str | None = None
    public_subnet_ids: tuple[str, ...] = ()
    private_subnet_ids: tuple[str, ...] = ()
    alb_security_group_id: str | None = None
    service_security_group_id: str | None = None
    database_security_group_id: str | None = None
    # storage
    log_bucket_name: str | None = None
    # database
    aurora_cluster_identifier: str | None = None
    aurora_cluster_arn: str | None = None
    aurora_endpoint: str | None = None
    aurora_port: int | None = None
    aurora_database_name: str | None = None
    aurora_engine_version: str | None = None
    secret_arn: str | None = None
    secret_name: str | None = None
    # load balancer
    alb_arn: str | None = None
    alb_dns_name: str | None = None
    listener_arn: str | None = None
    target_group_arn: str | None = None
    # service
    ecs_cluster_name: str | None = None
    ecs_service_name: str | None = None
    task_definition_arn: str | None = None
    execution_role_name: str | None = None
    task_role_name: str | None = None
    log_group_name: str | None = None
    # edge
    distribution_id: str | None = None
    distribution_domain_name: str | None = None
    # scaling
    scaling_resource_id: str | None = None
    # monitoring
    alarm_names: tuple[str, ...] = ()
    dashboard_name: str | None = None

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "CatalogOutputs":
        """Build from output name -> value, as ``terraform output -json`` gives the values.

        Unknown names are ignored: a newer stack may have more outputs.

        Raises:
            ValueError: ``environment_suffix``, ``region`` or ``tiers`` is missing.
        """
        missing = [n for n in ("environment_suffix", "region", "tiers") if n not in values]
        if missing:
            raise ValueError(f"not outputs of the catalog stack: {', '.join(missing)} missing")
        known: dict[str, Any] = {
            each.name: tuple(value) if isinstance(value := values[each.name], list) else value
            for each in fields(cls)
            if each.name in values
        }
        return cls(**known)
