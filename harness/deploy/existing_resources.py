"""What exists of a suffix: nothing before its first apply, something once it is deployed."""

from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.ownership import Names, Ownership
from harness.aws.resources.resource import Kind, Resource
from harness.core.errors import TargetError, UsageError
from harness.targets.base import Target

# The image of a run is published before it.
_KINDS = tuple(kind for kind in Kind if kind is not Kind.REPOSITORY)


def existing_resources(
    target: Target, environment_suffix: str, names: Names
) -> Mapping[Resource, str]:
    """Return each resource that carries the tags or a name of a suffix, and why it counts.

    Raises:
        TargetError: A service of the target failed.
    """
    inventory = take_inventory(Clients(target.session()), target.missing(), _KINDS)
    try:
        inventory.require_complete()
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"it is unknown whether {environment_suffix} is in use: {error}"
        ) from error
    return Ownership(environment_suffix, names).owned(inventory.resources)


def require_existing_resources(target: Target, environment_suffix: str, names: Names) -> None:
    """Raise if an emulator that is managed elsewhere was restarted empty since a deployment.

    Raises:
        TargetError: Nothing of the suffix is there, or a service of the target failed.
    """
    if target.may_lose_state and not existing_resources(target, environment_suffix, names):
        raise TargetError(
            f"nothing of {environment_suffix} is in target {target.name} any more: it has lost its "
            "state, probably by a restart",
            remedy=f"`catalog-harness destroy --environment-suffix {environment_suffix}` closes "
            "the record; then deploy again",
        )


def require_no_existing_resources(target: Target, environment_suffix: str, names: Names) -> None:
    """Refuse a suffix whose tags or names are in use before the first apply of a run.

    The teardown proof of the run would find them, and the sweep might delete them.

    Raises:
        UsageError: There are such resources; the message lists them.
        TargetError: A service of the target failed.
    """
    if owned := existing_resources(target, environment_suffix, names):
        lines = "\n".join(f"  - {resource} ({why})" for resource, why in owned.items())
        raise UsageError(
            f"{len(owned)} resource(s) of {environment_suffix} exist before its first apply:\n"
            f"{lines}",
            remedy="use another --environment-suffix; or, if they are left of an earlier run and "
            f"tagged, `catalog-harness sweep --environment-suffix {environment_suffix}`",
        )
