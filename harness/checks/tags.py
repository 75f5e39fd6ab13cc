"""The default tags, on everything that can carry tags."""

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.capability import Capability
from harness.aws.resources.inventory import RESOURCE_TYPES
from harness.aws.resources.ownership import with_parts
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import project_tags
from harness.checks.framework.check import ServiceChecks, check, expect
from harness.checks.framework.description import contains
from harness.checks.framework.expected import Tier
from harness.checks.probes.credentials import read_credentials
from harness.core.errors import CheckFailedError

_IN_VPC = (
    *(Kind.SUBNET, Kind.NAT_GATEWAY, Kind.ELASTIC_IP, Kind.ROUTE_TABLE, Kind.SECURITY_GROUP),
    Kind.INTERNET_GATEWAY,
)


class Tags(ServiceChecks):
    """Checks of the tags, service by service."""

    service = "tags"
    requires = (Tier.NETWORK,)

    @check("the network is tagged", Capability.EC2)
    def network(self) -> str:
        """VPC, subnets, gateways, addresses, route tables, security groups."""
        return self._tagged((Kind.VPC, self.context.outputs.vpc_id or ""), parts=_IN_VPC)

    @check("the load balancer is tagged", Tier.LOAD_BALANCER, Capability.ELBV2)
    def load_balancer(self) -> str:
        """Load balancer, listener, target group."""
        config = self.context.expected
        return self._tagged(
            (Kind.LOAD_BALANCER, config.alb_name),
            (Kind.TARGET_GROUP, config.target_group_name),
            parts=(Kind.LISTENER,),
        )

    @check("the service is tagged, and so are its tasks", Tier.SERVICE, Capability.ECS)
    def service_and_tasks(self) -> str:
        """Cluster, service, task definition, and tasks, which inherit the service's tags."""
        config = self.context.expected
        return self._tagged(
            (Kind.ECS_CLUSTER, config.ecs_cluster_name),
            (Kind.ECS_SERVICE, config.ecs_service_name),
            (Kind.TASK_DEFINITION, config.task_family),
            parts=(Kind.ECS_TASK,),
        )

    @check("the database is tagged", Tier.DATABASE, Capability.RDS)
    def database(self) -> str:
        """Cluster, instances, subnet group, parameter group."""
        config = self.context.expected
        return self._tagged(
            (Kind.DB_CLUSTER, config.aurora_cluster_identifier),
            (Kind.DB_SUBNET_GROUP, config.database_subnet_group_name),
            (Kind.DB_CLUSTER_PARAMETERS, config.database_parameter_group_name),
            parts=(Kind.DB_INSTANCE,),
        )

    @check("the log bucket is tagged", Tier.STORAGE, Capability.S3)
    def log_bucket(self) -> str:
        """The bucket."""
        return self._tagged((Kind.BUCKET, self.context.expected.log_bucket_name))

    @check("the log group is tagged", Tier.STORAGE, Capability.LOGS)
    def log_group(self) -> str:
        """The log group."""
        return self._tagged((Kind.LOG_GROUP, self.context.expected.log_group_name))

    @check("the secret is tagged", Tier.SECRET, Capability.SECRETSMANAGER)
    def secret(self) -> str:
        """The secret."""
        return self._tagged((Kind.SECRET, self.context.expected.secret_name))

    @check("the roles are tagged", Tier.ROLES, Capability.IAM)
    def roles(self) -> str:
        """Execution role and task role."""
        config = self.context.expected
        return self._tagged(
            (Kind.ROLE, config.execution_role_name), (Kind.ROLE, config.task_role_name)
        )

    @check("the distribution is tagged", Tier.EDGE, Capability.CLOUDFRONT)
    def distribution(self) -> str:
        """The distribution."""
        return self._tagged((Kind.DISTRIBUTION, self.context.expected.origin_id))

    @check("the alarms are tagged", Tier.MONITORING, Capability.CLOUDWATCH)
    def alarms(self) -> str:
        """Every alarm of the configuration."""
        configured = self.context.configured.get("alarm", {})
        alarms = RESOURCE_TYPES[Kind.ALARM].list(self.context.clients)
        return self._all_tagged([each for each in alarms if each.identifier in configured])

    @check("the scalable target is tagged", Tier.SCALING, Capability.APPLICATION_AUTOSCALING)
    def scaling(self) -> str:
        """The scalable target."""
        return self._tagged((Kind.SCALABLE_TARGET, self.context.expected.scaling_resource_id))

    def _tagged(self, *named: tuple[Kind, str], parts: Sequence[Kind] = ()) -> str:
        """Compare the tags of the resources with these names, and of their parts of some kinds.

        Lists lag behind, and so do the tags of tasks:
        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html

        Raises:
            CheckFailedError: One of the names is missing.
        """
        kinds = dict.fromkeys((*(kind for kind, _ in named), *parts))

        def list_all() -> list[Resource]:
            types = (RESOURCE_TYPES[kind] for kind in kinds)
            return [each for type_ in types for each in type_.list(self.context.clients)]

        def selected(listed: Sequence[Resource]) -> list[Resource]:
            found = {each: "" for each in listed if (each.kind, _name(each)) in named}
            return list(with_parts(listed, found))

        listed = self.context.eventually(
            list_all,
            what=f"resources named {', '.join(sorted(name for _, name in named))}, tagged tasks",
            ready=lambda listed: (
                {(each.kind, _name(each)) for each in selected(listed)} >= set(named)
                and all(each.tags for each in selected(listed) if each.kind is Kind.ECS_TASK)
            ),
        )
        return self._all_tagged(selected(listed))

    def _all_tagged(self, resources: Sequence[Resource]) -> str:
        """Compare the default tags on each resource; it may have more, without the password."""
        config = self.context.expected
        expected = {**config.tags, **project_tags(config.environment_suffix)}
        resources = [each for each in resources if not each.is_managed]
        expect(bool(resources), "resources to compare", "none")
        unknown = [each.identifier for each in resources if not each.tags_known]
        expect(not unknown, "tags that can be read", f"access denied to {', '.join(unknown)}")
        wrong = {
            each.identifier: {
                key: each.tags.get(key) for key in expected if each.tags.get(key) != expected[key]
            }
            for each in resources
            if not expected.items() <= each.tags.items()
        }
        expect(not wrong, f"the default tags {expected} everywhere", wrong)
        password = self._password()
        found = [r.identifier for r in resources if password and contains(r.tags, password)]
        expect(not found, "no tag with the database password", ", ".join(found))
        return f"{len(resources)} resources with {', '.join(expected)}"

    def _password(self) -> str:
        """Return the database password; empty where other checks report that it is unreadable."""
        if Tier.SECRET not in self.context.expected.tiers:
            return ""
        try:
            return self.context.once("password", lambda: read_credentials(self.context).password)
        except (CheckFailedError, BotoCoreError, ClientError):
            return ""


def _name(resource: Resource) -> str:
    return resource.name or resource.identifier
