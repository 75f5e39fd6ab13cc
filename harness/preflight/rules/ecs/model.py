"""Task definitions and containers of ECS services, as other rules read them."""

import re
from collections.abc import Iterator, Mapping

from harness.preflight.configuration import Block, Resource, computed_once
from harness.preflight.rules.documents import CONTAINER, violations

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(v?cpu|gb)?", re.IGNORECASE)
_UNITS = 1024  # CPU units of a vCPU, MiB of a GB


def task_of(service: Resource) -> Resource | None:
    """Return the task definition of a service, None if it is not certain which."""
    return service.follow("task_definition", "aws_ecs_task_definition")


@computed_once
def size(task: Resource, name: str) -> int | None:
    """Return the CPU units or the memory in MiB of a task, also of "1 vCPU" and "2 GB"."""
    found = _SIZE.fullmatch((task.text(name) or "").strip())
    return int(float(found[1]) * (_UNITS if found[2] else 1)) if found else None


@computed_once
def containers(task: Resource) -> list[Block] | None:
    """Return the container definitions of a task, None unless all are known and well-formed."""
    found = listed_containers(task)
    return None if found is None or any(map(malformed, found)) else found


@computed_once
def malformed(container: Block) -> list[str]:
    """Return what has a wrong type or value in a container definition, or is missing."""
    return [f"container {label(container)}{t}" for t in violations(CONTAINER, container.raw)]


def label(container: Block) -> str:
    """Return the name of a container for messages, ``...`` if it has none."""
    name = container.value("name")
    return name if isinstance(name, str) else "..."


@computed_once
def listed_containers(task: Resource) -> list[Block] | None:
    """Return the container definitions of a task, None unless all of them are known."""
    try:
        document = task.document("container_definitions")
    except ValueError:
        return None
    if not isinstance(document, list) or not all(isinstance(c, Mapping) for c in document):
        return None
    return [task.nested(c, f"container_definitions[{i}]") for i, c in enumerate(document)]


def containers_of(service: Resource) -> list[Block]:
    """Return the containers of a service's task definition, empty if not all are known."""
    task = task_of(service)
    return (containers(task) if task is not None else None) or []


def target_groups(service: Resource) -> Iterator[tuple[Block, Resource]]:
    """Yield the load balancer blocks of a service whose target group is certain."""
    for block in service.blocks("load_balancer"):
        group = service.follow("target_group_arn", "aws_lb_target_group", within=block)
        if group is not None:
            yield block, group


@computed_once
def awslogs(task: Resource) -> list[tuple[Block, Block]]:
    """Return the containers with the log driver ``awslogs``, with their log configuration."""
    found = [(each, each.block("logConfiguration")) for each in containers(task) or []]
    return [(each, of) for each, of in found if of and of.text("logDriver") == "awslogs"]


def port_mappings(container: Block) -> list[int] | None:
    """Return the container's ports, None unless all of them are known."""
    ports = [mapping.integer("containerPort") for mapping in container.blocks("portMappings")]
    known = [port for port in ports if port is not None]
    return known if len(known) == len(ports) else None


@computed_once
def is_fargate(task: Resource) -> bool:
    """Return whether a task definition is certainly for Fargate."""
    return "FARGATE" in (task.texts("requires_compatibilities") or ())
