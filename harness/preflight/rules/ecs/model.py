"""Task definitions and containers of ECS services, as other rules read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.preflight.configuration import Block, Resource


def task_of(service: Resource) -> Resource | None:
    """Return the task definition of a service, None if it is not certain which."""
    return service.follow("task_definition", "aws_ecs_task_definition")


def containers(task: Resource) -> list[Block] | None:
    """Return the container definitions of a task, None unless all of them are known."""
    try:
        document = task.document("container_definitions")
    except ValueError:
        return None
    if not isinstance(document, list) or not all(isinstance(c, Mapping) for c in document):
        return None
    return [task.nested(c, f"container_definitions[{i}]") for i, c in enumerate(document)]


def port_mappings(container: Block) -> list[int] | None:
    """Return the container's ports, None unless all of them are known."""
    ports = [mapping.integer("containerPort") for mapping in container.blocks("portMappings")]
    known = [port for port in ports if port is not None]
    return known if len(known) == len(ports) else None


def launch_types(task: Resource) -> list[str] | None:
    """Return the required compatibilities of a task definition, None if unknown."""
    return task.texts("requires_compatibilities")


def is_fargate(task: Resource) -> bool:
    """Return whether a task definition is certainly for Fargate."""
    return "FARGATE" in (launch_types(task) or ())


def secrets(task: Resource) -> Iterator[tuple[Block, Any]]:
    """Yield each secret of a task: its container, and ``valueFrom`` with references."""
    for container in containers(task) or []:
        for secret in container.blocks("secrets"):
            yield container, secret.unresolved("valueFrom")
