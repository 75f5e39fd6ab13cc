"""What there is in IAM."""

from collections.abc import Iterator

from harness.aws.clients import Clients
from harness.aws.paging import pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import as_tags


def role(clients: Clients, resource: Resource) -> None:
    """Take everything from a role that keeps it from being deleted, and delete it.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
    """
    iam, name = clients.iam, resource.identifier
    for attached in pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name):
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    for inline in pages(iam, "list_role_policies", "PolicyNames", RoleName=name):
        iam.delete_role_policy(RoleName=name, PolicyName=inline)
    profiles = pages(iam, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=name)
    for profile in profiles:
        iam.remove_role_from_instance_profile(
            RoleName=name, InstanceProfileName=profile["InstanceProfileName"]
        )
    iam.delete_role(RoleName=name)


def policy(clients: Clients, resource: Resource) -> None:
    """Delete a policy with its older versions; one that another role uses stays.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
    """
    iam, arn = clients.iam, resource.identifier
    for version in pages(iam, "list_policy_versions", "Versions", PolicyArn=arn):
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


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
