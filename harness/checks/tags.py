"""The default tags, on everything that can carry tags."""

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect
from harness.checks.tag_readings import (
    TagsById,
    alarm_tags,
    database_tags,
    distribution_tags,
    load_balancer_tags,
    log_bucket_tags,
    log_group_tags,
    network_tags,
    role_tags,
    scaling_tags,
    secret_tags,
    service_tags,
)
from harness.targets.base import Capability
from stack.tiers import Tier

__all__ = ["Tags"]


class Tags(ServiceChecks):
    """Checks of the tags, service by service."""

    service = "tags"
    tier = Tier.NETWORK

    @check("the network is tagged", plane=Plane.CONTROL, requires=(Capability.EC2,))
    def network(self) -> str:
        """VPC, subnets, gateways, addresses, route tables, security groups."""
        return self._all_tagged(network_tags(self.context))

    @check(
        "the load balancer is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.ELBV2,),
        tiers=(Tier.LOAD_BALANCER,),
    )
    def load_balancer(self) -> str:
        """Load balancer, listener, target group."""
        return self._all_tagged(load_balancer_tags(self.context))

    @check(
        "the service is tagged, and so are its tasks",
        plane=Plane.CONTROL,
        requires=(Capability.ECS,),
        tiers=(Tier.SERVICE,),
    )
    def service_and_tasks(self) -> str:
        """Cluster, service, task definition, and tasks, which inherit the service's tags."""
        return self._all_tagged(service_tags(self.context))

    @check(
        "the database is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.RDS,),
        tiers=(Tier.DATABASE,),
    )
    def database(self) -> str:
        """Cluster, instances, subnet group, parameter group."""
        return self._all_tagged(database_tags(self.context))

    @check(
        "the log bucket is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.S3,),
        tiers=(Tier.STORAGE,),
    )
    def log_bucket(self) -> str:
        """The bucket."""
        return self._all_tagged(log_bucket_tags(self.context))

    @check(
        "the log group is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.LOGS,),
        tiers=(Tier.STORAGE,),
    )
    def log_group(self) -> str:
        """The log group."""
        return self._all_tagged(log_group_tags(self.context))

    @check(
        "the secret is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.SECRETSMANAGER,),
        tiers=(Tier.SECRET,),
    )
    def secret(self) -> str:
        """The secret."""
        return self._all_tagged(secret_tags(self.context))

    @check(
        "the roles are tagged",
        plane=Plane.CONTROL,
        requires=(Capability.IAM,),
        tiers=(Tier.ROLES,),
    )
    def roles(self) -> str:
        """Execution role and task role."""
        return self._all_tagged(role_tags(self.context))

    @check(
        "the distribution is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.CLOUDFRONT,),
        tiers=(Tier.EDGE,),
    )
    def distribution(self) -> str:
        """The distribution."""
        return self._all_tagged(distribution_tags(self.context))

    @check(
        "the alarms are tagged",
        plane=Plane.CONTROL,
        requires=(Capability.CLOUDWATCH,),
        tiers=(Tier.MONITORING,),
    )
    def alarms(self) -> str:
        """Every alarm of this deployment."""
        return self._all_tagged(alarm_tags(self.context))

    @check(
        "the scalable target is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.APPLICATION_AUTOSCALING,),
        tiers=(Tier.SCALING,),
    )
    def scaling(self) -> str:
        """The scalable target."""
        return self._all_tagged(scaling_tags(self.context))

    def _all_tagged(self, tags: TagsById) -> str:
        """Compare the default tags on each resource; it may have more."""
        config = self.context.config
        wanted = {
            **config.tags,
            "Project": "product-catalog",
            "EnvironmentSuffix": config.environment_suffix,
            "ManagedBy": "cdktf",
        }
        expect(bool(tags), "resources to look at", "none")
        wrong = {
            resource: {key: seen.get(key) for key in wanted if seen.get(key) != wanted[key]}
            for resource, seen in tags.items()
            if not wanted.items() <= seen.items()
        }
        expect(not wrong, f"the default tags {wanted} everywhere", wrong)
        return f"{len(tags)} resources with {', '.join(wanted)}"
