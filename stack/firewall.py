"""The security groups: load balancer -> tasks -> database, and nothing wider."""

from stack.bindings import (
    Construct,
    security_group,
    vpc_security_group_egress_rule,
    vpc_security_group_ingress_rule,
)
from stack.config import StackConfig
from stack.network import ANYWHERE

HTTP_PORT = 80
HTTPS_PORT = 443
POSTGRESQL_PORT = 5432


class Firewall(Construct):
    """Three security groups in a row; each allows traffic only from the one before it.

    Attributes:
        alb_security_group_id: Group of the load balancer.
        service_security_group_id: Group of the tasks.
        database_security_group_id: Group of the database.
    """

    def __init__(self, scope: Construct, id_: str, *, config: StackConfig, vpc_id: str) -> None:
        super().__init__(scope, id_)
        self._vpc_id = vpc_id
        alb = self._group("alb", config.alb_security_group_name, "Load balancer of the catalog")
        service = self._group("service", config.service_security_group_name, "Catalog API tasks")
        database = self._group("database", config.database_security_group_name, "Catalog database")
        self.alb_security_group_id = alb
        self.service_security_group_id = service
        self.database_security_group_id = database

        for index, cidr in enumerate(config.ingress_cidrs):
            self._allow_http_from(f"alb_from_viewers_{index}", alb, cidr)
        self._connect("alb_to_service", alb, service, port=config.container_port)
        self._connect("service_to_database", service, database, port=POSTGRESQL_PORT)
        self._allow_https_out("service_to_aws", service)

    def _group(self, id_: str, name: str, description: str) -> str:
        return security_group.SecurityGroup(
            self,
            id_,
            name=name,
            description=description,
            vpc_id=self._vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": name},
        ).id

    def _allow_http_from(self, id_: str, group: str, cidr: str) -> None:
        vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule(
            self,
            id_,
            security_group_id=group,
            description="HTTP from viewers and CloudFront",
            ip_protocol="tcp",
            from_port=HTTP_PORT,
            to_port=HTTP_PORT,
            cidr_ipv4=cidr,
        )

    def _connect(self, id_: str, source: str, destination: str, *, port: int) -> None:
        """Allow TCP on ``port`` from one group to the other: an egress and an ingress rule."""
        vpc_security_group_egress_rule.VpcSecurityGroupEgressRule(
            self,
            f"{id_}_egress",
            security_group_id=source,
            description=id_.replace("_", " "),
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            referenced_security_group_id=destination,
        )
        vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule(
            self,
            f"{id_}_ingress",
            security_group_id=destination,
            description=id_.replace("_", " "),
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            referenced_security_group_id=source,
        )

    def _allow_https_out(self, id_: str, group: str) -> None:
        """Allow HTTPS to the registry of the image and the AWS APIs (logs, secrets)."""
        vpc_security_group_egress_rule.VpcSecurityGroupEgressRule(
            self,
            id_,
            security_group_id=group,
            description="HTTPS for image pulls and AWS APIs",
            ip_protocol="tcp",
            from_port=HTTPS_PORT,
            to_port=HTTPS_PORT,
            cidr_ipv4=ANYWHERE,
        )
