"""How one kind of resource is removed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.aws.clients import Clients
from harness.aws.resources.resource import Resource


@dataclass(frozen=True)
class Remover:
    """The steps in which a kind of resource goes; each may be made again.

    Attributes:
        remove: Removes it; raises ``ClientError`` where AWS refuses.
        begin: What is done about it before anything is removed at all.
        remains: Whether it is still there: for what AWS ends long after it has answered, and
            what comes later must not find.
        seconds: How long it may remain.
    """

    remove: Callable[[Clients, Resource], None]
    begin: Callable[[Clients, Resource], None] | None = None
    remains: Callable[[Clients, Resource], bool] | None = None
    seconds: float = 0.0


def by_one_call(
    client: str, operation: str, argument: str, **more: Any
) -> Callable[[Clients, Resource], None]:
    """Return what removes a resource by one call that takes its identifier.

    Args:
        client: Attribute of ``Clients``.
        operation: Method of that client.
        argument: Argument that takes the identifier.
        more: Other arguments.
    """

    def remove(clients: Clients, resource: Resource) -> None:
        call: Any = getattr(getattr(clients, client), operation)
        call(**{argument: resource.identifier}, **more)

    return remove


def by_one_call_for_many(
    client: str, operation: str, argument: str
) -> Callable[[Clients, Resource], None]:
    """Return the same where the argument takes a list of identifiers."""

    def remove(clients: Clients, resource: Resource) -> None:
        call: Any = getattr(getattr(clients, client), operation)
        call(**{argument: [resource.identifier]})

    return remove
