"""Elastic Load Balancing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.errors import is_absent
from harness.aws.paging import batches, describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, by_one_call
from harness.aws.tags import as_tags

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
_MOST_ARNS = 20
_BALANCERS = ("describe_load_balancers", "LoadBalancers[].LoadBalancerArn")


def _named(kind: Kind, operation: str, arns: str, clients: Clients) -> Iterator[Resource]:
    """Yield the resources of ARNs with the name as last part but one: ``app/NAME/50dc6c49``."""
    found = pages(clients.elbv2, operation, arns)
    return _tagged(clients, [Resource(kind, arn, arn.split("/")[-2]) for arn in found])


def _listeners(clients: Clients) -> Iterator[Resource]:
    """Yield listeners; their rules are deleted with them."""
    elbv2 = clients.elbv2

    def listeners(balancer: str) -> list[Resource]:
        found = pages(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=balancer)
        return [Resource(Kind.LISTENER, item["ListenerArn"], within=balancer) for item in found]

    return _tagged(
        clients,
        [each for found in describe_each(pages(elbv2, *_BALANCERS), listeners) for each in found],
    )


def _tagged(clients: Clients, resources: Sequence[Resource]) -> Iterator[Resource]:
    """Yield the resources with their tags; ``DescribeTags`` refuses a batch with a deleted one."""
    by_arn = {each.identifier: each for each in resources}

    def tags(arns: list[str]) -> list[Resource]:
        described = clients.elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
        return [
            replace(by_arn[each["ResourceArn"]], tags=as_tags(each.get("Tags", ())))
            for each in described
        ]

    for some in batches(list(by_arn), _MOST_ARNS):
        try:
            yield from tags(some)
        except ClientError as error:
            if not is_absent(error):
                raise
            for found in describe_each([[arn] for arn in some], tags):
                yield from found


_load_balancers = partial(_named, Kind.LOAD_BALANCER, *_BALANCERS)
_target_groups = partial(
    _named, Kind.TARGET_GROUP, "describe_target_groups", "TargetGroups[].TargetGroupArn"
)


def _delete_load_balancer(clients: Clients, resource: Resource) -> None:
    """Delete a load balancer, protected or not."""
    clients.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=resource.identifier,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
    )
    clients.elbv2.delete_load_balancer(LoadBalancerArn=resource.identifier)


TYPES = (
    ResourceType(Kind.LISTENER, _listeners, by_one_call("delete_listener", "ListenerArn")),
    ResourceType(Kind.LOAD_BALANCER, _load_balancers, _delete_load_balancer),
    ResourceType(
        Kind.TARGET_GROUP, _target_groups, by_one_call("delete_target_group", "TargetGroupArn")
    ),
)
