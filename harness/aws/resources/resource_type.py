"""How one kind of resource is listed and deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from harness.aws.clients import Clients
from harness.aws.resources.resource import Kind, Resource

Action = Callable[[Clients, Resource], None]


@dataclass(frozen=True)
class ResourceType:
    """One kind of resource; each operation may be repeated.

    Attributes:
        kind: The kind: its service, what the service calls it, its place in the order of deletion.
        list: Yields every resource of the kind that a user can own in the region, with its tags.
        delete: Deletes one; raises ``ClientError`` where AWS refuses.
        begin: What is done before anything is deleted at all.
        remains: Whether one still exists: for deletions that AWS completes long after it has
            accepted them, and that others must wait for.
        seconds: How long it may remain.
    """

    kind: Kind
    list: Callable[[Clients], Iterable[Resource]]
    delete: Action
    begin: Action | None = None
    remains: Callable[[Clients, Resource], bool] | None = None
    seconds: float = 0.0


def by_one_call(client: str, operation: str, argument: str, **more: Any) -> Action:
    """Return an action that is one call with the identifier.

    Args:
        client: Attribute of ``Clients``.
        operation: Method of that client.
        argument: Argument for the identifier; in brackets (``"[AlarmNames]"``) it takes a list.
        more: Other arguments.
    """
    name = argument.strip("[]")

    def act(clients: Clients, resource: Resource) -> None:
        value = resource.identifier if argument == name else [resource.identifier]
        getattr(getattr(clients, client), operation)(**{name: value}, **more)

    return act
