"""The resources in a target: every service is queried; one failure does not abort the rest.

Each service is queried itself: the Resource Groups Tagging API would be one call, but does not
cover every service, and lags behind.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.errors import is_access_denied
from harness.aws.resources.resource import Kind, Resource, ResourceType

_THREADS = 8
# Each service has a module of its name.
_NAMES = dict.fromkeys(kind.service.replace("-", "_") for kind in Kind)
_SERVICES = [import_module(f"{__package__}.{name}") for name in _NAMES]
# The catalogue of AWS resources: the kinds of all services.
RESOURCE_TYPES: Mapping[Kind, ResourceType] = {
    each.kind: each for service in _SERVICES for each in service.TYPES
}


@dataclass(frozen=True)
class Inventory:
    """The responses of the services.

    Attributes:
        queried: The services that were queried, also those that failed.
        unavailable: Service -> why the target does not have it.
        errors: Service -> the error that it returned: it may still have resources.
    """

    resources: tuple[Resource, ...]
    queried: tuple[str, ...]
    unavailable: Mapping[str, str]
    errors: Mapping[str, BotoCoreError | ClientError]

    def without_denied(self, services: Collection[Capability]) -> "Inventory":
        """Return the inventory; some services that deny access are unavailable, not failed."""
        denied = {
            service: "access denied"
            for service, error in self.errors.items()
            if service in services and isinstance(error, ClientError) and is_access_denied(error)
        }
        return replace(
            self,
            queried=tuple(each for each in self.queried if each not in denied),
            unavailable={**self.unavailable, **denied},
            errors={each: error for each, error in self.errors.items() if each not in denied},
        )

    def require_complete(self) -> None:
        """Raise the error of a service.

        Raises:
            botocore.exceptions.ClientError: A service refused.
            botocore.exceptions.BotoCoreError: A service cannot be reached.
        """
        for error in self.errors.values():
            raise error


def take_inventory(
    clients: Clients, missing: Mapping[Capability, str], kinds: Collection[Kind] = tuple(Kind)
) -> Inventory:
    """List the resources of every service that the stack uses."""
    listed = [kind for kind in kinds if kind.service not in missing]

    def resources(kind: Kind) -> tuple[Resource, ...] | BotoCoreError | ClientError:
        try:
            return tuple(RESOURCE_TYPES[kind].list(clients))
        except (BotoCoreError, ClientError) as error:
            return error

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="inventory") as pool:
        found = dict(zip(listed, pool.map(resources, listed), strict=True))
    services = dict.fromkeys(kind.service for kind in kinds)
    return Inventory(
        resources=tuple(
            each for result in found.values() if isinstance(result, tuple) for each in result
        ),
        queried=tuple(service.value for service in services if service not in missing),
        unavailable={s.value: missing[s] for s in services if s in missing},
        errors={
            kind.service.value: result
            for kind, result in found.items()
            if not isinstance(result, tuple)
        },
    )
