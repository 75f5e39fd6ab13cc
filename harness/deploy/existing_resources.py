"""Refusing a suffix whose resources exist before the run has created any."""

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.ownership import Names, Ownership
from harness.aws.resources.resource import Kind
from harness.core.errors import TargetError, UsageError
from harness.targets.base import Target

# The image of a run is published before it.
_KINDS = tuple(kind for kind in Kind if kind is not Kind.REPOSITORY)


def require_no_existing_resources(target: Target, environment_suffix: str, names: Names) -> None:
    """Refuse a suffix whose tags or names are in use before the first apply of a run.

    The teardown proof of the run would find them, and the sweep might delete them.

    Raises:
        UsageError: There are such resources; the message lists them.
        TargetError: A service of the target failed.
    """
    inventory = take_inventory(Clients(target.session()), target.missing(), _KINDS)
    try:
        inventory.require_complete()
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"it is unknown whether {environment_suffix} is in use: {error}"
        ) from error
    owned = Ownership(environment_suffix, names).owned(inventory.resources)
    if owned:
        lines = "\n".join(f"  - {resource} ({why})" for resource, why in owned.items())
        raise UsageError(
            f"{len(owned)} resource(s) of {environment_suffix} exist before its first apply:\n"
            f"{lines}",
            remedy="use another --environment-suffix; or, if they are left of an earlier run and "
            f"tagged, `catalog-harness sweep --environment-suffix {environment_suffix}`",
        )
