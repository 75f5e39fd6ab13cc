"""IAM: roles and managed policies of the account."""

from harness.aws.clients import Clients
from harness.aws.paging import pages
from harness.aws.resources.resource import Kind, Resource, resource_type
from harness.aws.tags import as_tags

# Paths of the roles that only AWS creates and deletes:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_MANAGED = ("/aws-service-role/", "/aws-reserved/")


def _delete_role(clients: Clients, resource: Resource) -> None:
    """Delete a role after everything that prevents its deletion.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
    """
    iam, name = clients.iam, resource.identifier
    for attached in pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name):
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    for inline in pages(iam, "list_role_policies", "PolicyNames", RoleName=name):
        iam.delete_role_policy(RoleName=name, PolicyName=inline)
    profiles = "InstanceProfiles[].InstanceProfileName"
    for profile in pages(iam, "list_instance_profiles_for_role", profiles, RoleName=name):
        iam.remove_role_from_instance_profile(RoleName=name, InstanceProfileName=profile)
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


# The inline policies of a role are deleted with it.
TYPES = (
    resource_type(
        *(Kind.ROLE, "list_roles", "Roles", "RoleName", _delete_role),
        tags=lambda iam, role: as_tags(
            pages(iam, "list_role_tags", "Tags", RoleName=role["RoleName"])
        ),
        unless=lambda role: role["Path"].startswith(_MANAGED),
    ),
    resource_type(
        *(Kind.POLICY, "list_policies", "Policies", "Arn", _delete_policy),
        name=lambda policy: policy["PolicyName"],
        tags=lambda iam, policy: as_tags(
            pages(iam, "list_policy_tags", "Tags", PolicyArn=policy["Arn"])
        ),
        arguments={"Scope": "Local"},
    ),
)
