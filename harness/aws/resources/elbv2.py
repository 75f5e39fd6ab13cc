"""What there is in Elastic Load Balancing."""

from collections.abc import Iterator, Sequence

from harness.aws.clients import Clients
from harness.aws.paging import batches, pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import as_tags

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
_MOST_ARNS = 20


def balancing(clients: Clients) -> Iterator[Resource]:
    """Yield load balancers and target groups; listeners and rules end with the balancer."""
    elbv2 = clients.elbv2
    balancers = pages(elbv2, "describe_load_balancers", "LoadBalancers")
    yield from _tagged(clients, Kind.LOAD_BALANCER, [b["LoadBalancerArn"] for b in balancers])
    groups = pages(elbv2, "describe_target_groups", "TargetGroups")
    yield from _tagged(clients, Kind.TARGET_GROUP, [g["TargetGroupArn"] for g in groups])


def _tagged(clients: Clients, kind: Kind, arns: Sequence[str]) -> Iterator[Resource]:
    for some in batches(arns, _MOST_ARNS):
        answer = clients.elbv2.describe_tags(ResourceArns=some)
        for described in answer["TagDescriptions"]:
            yield Resource(kind, described["ResourceArn"], tags=as_tags(described["Tags"]))
