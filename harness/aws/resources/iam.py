"""IAM: roles and managed policies of the account."""

from collections.abc import Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, tagged
from harness.aws.tags import as_tags

# Paths of the roles that only AWS creates and deletes:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_MANAGED = ("/aws-service-role/", "/aws-reserved/")


def _roles(clients: Clients) -> Iterator[Resource]:
    """Yield roles; their inline policies are deleted with them."""
    iam = clients.iam

    def described(name: str) -> Resource:
        return tagged(
            Resource(Kind.ROLE, name),
            lambda: as_tags(pages(iam, "list_role_tags", "Tags", RoleName=name)),
        )

    roles = pages(iam, "list_roles", "Roles")
    return describe_each(
        (role["RoleName"] for role in roles if not role["Path"].startswith(_MANAGED)), described
    )


def _policies(clients: Clients) -> Iterator[Resource]:
    iam = clients.iam

    def described(policy: dict[str, Any]) -> Resource:
        return tagged(
            Resource(Kind.POLICY, policy["Arn"], policy["PolicyName"]),
            lambda: as_tags(pages(iam, "list_policy_tags", "Tags", PolicyArn=policy["Arn"])),
        )

    return describe_each(pages(iam, "list_policies", "Policies", Scope="Local"), described)


def _delete_role(clients: Clients, resource: Resource) -> None:
    """Delete a role after everything that prevents its deletion.

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


def _delete_policy(clients: Clients, resource: Resource) -> None:
    """Delete a policy with its older versions; AWS refuses one that a role still uses.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
    """
    iam, arn = clients.iam, resource.identifier
    for version in pages(iam, "list_policy_versions", "Versions", PolicyArn=arn):
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


TYPES = (
    ResourceType(Kind.ROLE, _roles, _delete_role),
    ResourceType(Kind.POLICY, _policies, _delete_policy),
)
