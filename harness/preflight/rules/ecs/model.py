"""The containers of an ECS task definition, and the tasks of a service."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.preflight.configuration import Block, Resource


def task_of(service: Resource) -> Resource | None:
    """Return the task definition that a service names, None when it is not certain which."""
    return service.follow("task_definition", "aws_ecs_task_definition")


def containers(task: Resource) -> list[Block] | None:
    """Return the container definitions of a task, None when not all of them are known."""
    try:
        document = task.document("container_definitions")
    except ValueError:
        return None
    if not isinstance(document, list) or not all(isinstance(c, Mapping) for c in document):
        return None
    return [task.nested(c, f"container_definitions[{i}]") for i, c in enumerate(document)]


def port_mappings(container: Block) -> list[int] | None:
    """Return the container's ports, None when one of them is not known."""
    ports = [mapping.integer("containerPort") for mapping in container.blocks("portMappings")]
    known = [port for port in ports if port is not None]
    return known if len(known) == len(ports) else None


def launch_types(task: Resource) -> list[str] | None:
    """Return the compatibilities that a task definition requires, None when not known."""
    return task.texts("requires_compatibilities")


def is_fargate(task: Resource) -> bool:
    """Return whether a task definition is certainly for Fargate."""
    return "FARGATE" in (launch_types(task) or ())


def secrets(task: Resource) -> Iterator[tuple[Block, Any]]:
    """Yield each secret that a container names: the container, and ``valueFrom`` evaluated."""
    for container in containers(task) or []:
        for secret in container.blocks("secrets"):
            yield container, secret.unresolved("valueFrom")
