"""What there is in IAM."""

from collections.abc import Iterator

from harness.checks.clients import Clients
from harness.checks.paging import pages
from harness.sweep.resource import Kind, Resource, as_tags

__all__ = ["identity"]

_PREFIX = "catalog-"


def identity(clients: Clients) -> Iterator[Resource]:
    """Yield roles and policies named like the stack's; inline policies end with their role."""
    iam = clients.iam
    for role in pages(iam, "list_roles", "Roles"):
        name = role["RoleName"]
        if name.startswith(_PREFIX):
            tags = as_tags(pages(iam, "list_role_tags", "Tags", RoleName=name))
            yield Resource(Kind.ROLE, name, tags=tags)
    for policy in pages(iam, "list_policies", "Policies", Scope="Local"):
        if policy["PolicyName"].startswith(_PREFIX):
            arn = policy["Arn"]
            tags = as_tags(pages(iam, "list_policy_tags", "Tags", PolicyArn=arn))
            yield Resource(Kind.POLICY, arn, tags=tags)
