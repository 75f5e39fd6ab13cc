"""The two roles of the tasks: their trust policies and their permissions."""

from typing import Any

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.expected import Tier

_LISTS = {
    "AttachedPolicies": "list_attached_role_policies AttachedPolicies",
    "InstanceProfiles": "list_instance_profiles_for_role InstanceProfiles",
}


class Iam(ServiceChecks):
    """Checks of the execution role and the task role."""

    service = "iam"
    requires = (Tier.ROLES, Capability.IAM)

    @check("trust policies and permissions of the two roles are exactly the configured ones")
    def roles(self) -> str:
        """Compare each role with its trust policy and its inline and attached policies.

        Policies are compared as documents: every statement with all its elements.
        """
        stack = self.context.expected
        names = (stack.execution_role_name, stack.task_role_name)
        return self.compare("role", {name: self._role(name) for name in names})

    def _role(self, name: str) -> dict[str, Any]:
        iam = self.context.clients.iam
        inline = {
            f"[{policy}]": iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in pages(iam, "list_role_policies", "PolicyNames", RoleName=name)
        }
        role = iam.get_role(RoleName=name)["Role"]
        return {**role, "Inline": inline, **self.read(iam, _LISTS, RoleName=name)}
