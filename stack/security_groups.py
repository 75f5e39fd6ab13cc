"""The security groups: load balancer -> tasks -> database, and nothing wider."""

from typing import Any

from .bindings import security_group
from .bindings import vpc_security_group_egress_rule as egress
from .bindings import vpc_security_group_ingress_rule as ingress
from .network import ANYWHERE, Network
from .part import ConfiguredStack, Part

HTTP_PORT = 80
HTTPS_PORT = 443
POSTGRESQL_PORT = 5432


class Firewall(Part):
    """Three security groups in a row; each allows traffic only from the one before it."""

    def __init__(self, stack: ConfiguredStack, network: Network) -> None:
        super().__init__(stack, "firewall")
        config = stack.config
        self._vpc_id = network.vpc_id
        alb = self._group("alb", config.alb_security_group_name, "Load balancer of the catalog")
        service = self._group("service", config.service_security_group_name, "Catalog API tasks")
        database = self._group("database", config.database_security_group_name, "Catalog database")
        self.alb_security_group_id = alb
        self.service_security_group_id = service
        self.database_security_group_id = database
        for index, cidr in enumerate(config.ingress_cidrs):
            ingress.VpcSecurityGroupIngressRule(
                self,
                f"alb_from_viewers_{index}",
                **_tcp(alb, HTTP_PORT, "HTTP from viewers and CloudFront"),
                cidr_ipv4=cidr,
            )
        self._connect("alb_to_service", alb, service, port=config.container_port)
        self._connect("service_to_database", service, database, port=POSTGRESQL_PORT)
        # The registry of the image, and the AWS APIs (logs, secrets).
        egress.VpcSecurityGroupEgressRule(
            self,
            "service_to_aws",
            **_tcp(service, HTTPS_PORT, "HTTPS for image pulls and AWS APIs"),
            cidr_ipv4=ANYWHERE,
        )

    def _group(self, id_: str, name: str, description: str) -> str:
        group = security_group.SecurityGroup(
            self,
            id_,
            name=name,
            description=description,
            vpc_id=self._vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": name},
        )
        self._declare(**{f"{id_}_security_group_id": group.id})
        return group.id

    def _connect(self, id_: str, source: str, destination: str, *, port: int) -> None:
        """Allow TCP on ``port`` from one group to the other: an egress and an ingress rule."""
        description = id_.replace("_", " ")
        egress.VpcSecurityGroupEgressRule(
            self,
            f"{id_}_egress",
            **_tcp(source, port, description),
            referenced_security_group_id=destination,
        )
        ingress.VpcSecurityGroupIngressRule(
            self,
            f"{id_}_ingress",
            **_tcp(destination, port, description),
            referenced_security_group_id=source,
        )


def _tcp(group: str, port: int, description: str) -> dict[str, Any]:
    """Return the arguments of a rule of a security group for one TCP port."""
    return {
        "security_group_id": group,
        "description": description,
        "ip_protocol": "tcp",
        "from_port": port,
        "to_port": port,
    }
