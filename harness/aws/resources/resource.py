"""Resources, their kinds, and how each kind is listed and deleted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.errors import is_access_denied
from harness.aws.paging import describe_each, pages
from harness.aws.tags import EXPIRES_AT, PROJECT_TAGS, SUFFIX_TAG, as_tags, is_managed, parse_time


class Kind(StrEnum):
    """The kinds of resources, in the order of deletion: dependants before what they depend on.

    A value is botocore's name of the service and what the service calls the resource.
    """

    SCALING_POLICY = "application-autoscaling scaling policy"
    SCALABLE_TARGET = "application-autoscaling scalable target"
    ECS_SERVICE = "ecs service"
    ECS_TASK = "ecs task"
    TASK_DEFINITION = "ecs task definition"
    ECS_CLUSTER = "ecs cluster"
    LISTENER = "elbv2 listener"
    LOAD_BALANCER = "elbv2 load balancer"
    TARGET_GROUP = "elbv2 target group"
    DB_INSTANCE = "rds instance"
    DB_CLUSTER = "rds cluster"
    DB_SUBNET_GROUP = "rds subnet group"
    DB_CLUSTER_PARAMETERS = "rds cluster parameter group"
    DB_PARAMETERS = "rds parameter group"
    DB_CLUSTER_SNAPSHOT = "rds cluster snapshot"
    DB_SNAPSHOT = "rds snapshot"
    SECRET = "secretsmanager secret"  # noqa: S105 -- the name of a kind
    ALARM = "cloudwatch alarm"
    DASHBOARD = "cloudwatch dashboard"
    TOPIC = "sns topic"
    LOG_GROUP = "logs log group"
    ROLE = "iam role"
    POLICY = "iam policy"
    BUCKET = "s3 bucket"
    KEY = "kms key"
    VOLUME = "ec2 volume"
    NAT_GATEWAY = "ec2 NAT gateway"
    ELASTIC_IP = "ec2 Elastic IP"
    VPC_ENDPOINT = "ec2 VPC endpoint"
    NETWORK_INTERFACE = "ec2 network interface"
    ROUTE_TABLE = "ec2 route table"
    SUBNET = "ec2 subnet"
    NETWORK_ACL = "ec2 network ACL"
    INTERNET_GATEWAY = "ec2 internet gateway"
    SECURITY_GROUP = "ec2 security group"
    VPC = "ec2 VPC"
    REPOSITORY = "ecr repository"
    # Disabled before everything else, deleted last: the one takes minutes after the other.
    DISTRIBUTION = "cloudfront distribution"

    @property
    def service(self) -> Capability:
        """Service that it belongs to."""
        return Capability(self.value.partition(" ")[0])

    @property
    def parent(self) -> "Kind":
        """Kind that ``Resource.within`` identifies a resource of; itself where there is none."""
        return _PARENTS.get(self, self)


_PARENTS = {
    **dict.fromkeys((Kind.SCALING_POLICY, Kind.ALARM), Kind.SCALABLE_TARGET),
    **dict.fromkeys((Kind.ECS_SERVICE, Kind.ECS_TASK), Kind.ECS_CLUSTER),
    Kind.LISTENER: Kind.LOAD_BALANCER,
    Kind.DB_INSTANCE: Kind.DB_CLUSTER,
    Kind.ELASTIC_IP: Kind.NAT_GATEWAY,
    **dict.fromkeys(
        (
            *(Kind.NAT_GATEWAY, Kind.VPC_ENDPOINT, Kind.NETWORK_INTERFACE, Kind.ROUTE_TABLE),
            *(Kind.SUBNET, Kind.NETWORK_ACL, Kind.INTERNET_GATEWAY, Kind.SECURITY_GROUP),
        ),
        Kind.VPC,
    ),
}


@dataclass(frozen=True)
class Resource:
    """A resource that exists in the target.

    Attributes:
        identifier: Id, name or ARN, as its service's delete operation takes it.
        name: Its name, where that is not the identifier: of a security group, a load balancer; of
            a distribution its origins, of a snapshot its cluster, of what Application Auto Scaling
            creates the scaled resource.
        tags: Its tags; empty where AWS gives the kind none.
        within: Identifier of the resource that it is a part of, such as the VPC of a subnet.
        state: Its state, where that explains why it is still listed ("deleting").
        tags_known: Whether its tags could be read.
    """

    kind: Kind
    identifier: str
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    within: str = ""
    state: str = field(default="", compare=False)
    tags_known: bool = True

    def __str__(self) -> str:
        named = f" ({self.name})" if self.name and self.name not in self.identifier else ""
        return f"{self.kind} {self.identifier}{named}"

    @property
    def is_ours(self) -> bool:
        """Whether it carries this project's tags, and those of a run."""
        return bool(self.suffix) and PROJECT_TAGS.items() <= self.tags.items()

    @property
    def is_managed(self) -> bool:
        """Whether an AWS service made it beside the stack: GuardDuty, or Container Insights.

        https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring-agent-resource-clean-up.html
        """
        return is_managed(self.tags) or self.identifier.startswith("/aws/ecs/containerinsights/")

    @property
    def suffix(self) -> str:
        """Environment suffix in its tags; empty without that tag."""
        return self.tags.get(SUFFIX_TAG, "")

    @property
    def expires_at(self) -> datetime | None:
        """When its run may be swept, by its tag; None without a valid one."""
        return parse_time(self.tags.get(EXPIRES_AT, ""))


Action = Callable[[Clients, Resource], None]
Item = Mapping[str, Any]


def tagged(resource: Resource, read: Callable[[], Mapping[str, str]]) -> Resource:
    """Return a resource with its tags; unknown where the caller must not read them.

    A resource of another owner that denies access does not end the listing of all others.
    """
    try:
        return replace(resource, tags=read())
    except ClientError as error:
        if not is_access_denied(error):
            raise
        return replace(resource, state="its tags cannot be read", tags_known=False)


@dataclass(frozen=True)
class ResourceType:
    """One kind of resource; each operation may be repeated.

    Attributes:
        kind: The kind: its service, what the service calls it, its place in the order of deletion.
        list: Yields every resource of the kind that a user can own in the region, with its tags.
        delete: Deletes one; raises ``ClientError`` where AWS refuses.
        begin: What is done before anything is deleted at all.
        remains: Whether one still exists: for deletions that AWS completes long after it has
            accepted them, and that others must wait for.
        seconds: How long it may remain.
    """

    kind: Kind
    list: Callable[[Clients], Iterable[Resource]]
    delete: Action
    begin: Action | None = None
    remains: Callable[[Clients, Resource], bool] | None = None
    seconds: float = 0.0


def by_one_call(operation: str, argument: str, **more: Any) -> Action:
    """Return an action that is one call with the identifier.

    Args:
        argument: Argument for the identifier; in brackets (``"[AlarmNames]"``) it takes a list.
    """
    name = argument.strip("[]")

    def act(clients: Clients, resource: Resource) -> None:
        value = resource.identifier if argument == name else [resource.identifier]
        getattr(clients.of(resource.kind.service.value), operation)(**{name: value}, **more)

    return act


def _nothing(_: Item) -> str:
    return ""


def _own_tags(_: Any, item: Item) -> dict[str, str]:
    return as_tags(item.get("Tags") or item.get("TagSet") or item.get("TagList") or ())


def listed_tags(argument: str, arn: str, found: str = "Tags") -> Callable[[Any, Item], Any]:
    """Return a reader of tags: ``list_tags_for_resource`` with the ARN in a field of an item."""
    return lambda client, item: as_tags(
        client.list_tags_for_resource(**{argument: item[arn]}).get(found, ())
    )


def resource_type(
    kind: Kind,
    operation: str,
    key: str,
    identifier: str,
    delete: Action,
    *,
    name: Callable[[Item], str] = _nothing,
    within: Callable[[Item], str] = _nothing,
    state: Callable[[Item], str] = _nothing,
    tags: Callable[[Any, Item], Mapping[str, str]] = _own_tags,
    unless: Callable[[Item], bool] = lambda _: False,
    arguments: Mapping[str, Any] | None = None,
    **more: Any,
) -> ResourceType:
    """Return the type of a kind that one paginated operation lists.

    Args:
        name: Returns the name of an item, if that is not the identifier.
        within: Returns the identifier of the resource that an item is a part of.
        tags: Returns the tags of an item, with the client; by default those in the item.
        unless: Whether AWS creates an item and deletes it, or has deleted it.
    """

    def listed(clients: Clients) -> Iterator[Resource]:
        client = clients.of(kind.service.value)

        def described(item: Item) -> Resource:
            found = Resource(
                kind, item[identifier], name(item), within=within(item), state=state(item)
            )
            return tagged(found, lambda: tags(client, item))

        items = pages(client, operation, key, **(arguments or {}))
        return describe_each((item for item in items if not unless(item)), described)

    return ResourceType(kind, listed, delete, **more)


def type_of_noun(
    kind: Kind, noun: str, identifier: str, delete: Action | None = None, **more: Any
) -> ResourceType:
    """Return the type of a kind with the operations ``DescribeNOUNs`` and ``DeleteNOUN``.

    Args:
        delete: Where the deletion is more than that one call.
        more: See ``resource_type``.
    """
    act = delete or by_one_call(xform_name(f"Delete{noun}"), identifier)
    return resource_type(
        *(kind, xform_name(f"Describe{noun}s"), f"{noun}s", identifier, act), **more
    )
