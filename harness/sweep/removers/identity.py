"""Removing roles and policies."""

from harness.checks.clients import Clients
from harness.checks.paging import pages
from harness.sweep.resource import Resource

__all__ = ["policy", "role"]


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
