"""Rules on the settings of containers, against each other, the task and its launch type.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from harness.preflight.configuration import Block, Resource
from harness.preflight.finding import Severity
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.documents import CONTAINER
from harness.preflight.rules.ecs.model import is_fargate, label, listed_containers, malformed, size

_MAX_FARGATE_STOP = 120
_FARGATE_DRIVERS = ("awslogs", "splunk", "awsfirelens")
_NOT_ON_FARGATE = ("links", "dnsServers", "dnsSearchDomains", "dockerSecurityOptions", "extraHosts")
_LINUX_NOT_ON_FARGATE = ("devices", "maxSwap", "sharedMemorySize", "swappiness", "tmpfs")
_FARGATE_LINUX_ONLY = {"SYS_PTRACE"}
_MEMBERS = {name.lower() for name in CONTAINER["members"]}


@resource_rule("ecs/container-settings", "aws_ecs_task_definition")
def container_settings(task: Resource) -> Problems:
    """A container's settings do not fit each other, the task, or Fargate."""
    listed = listed_containers(task) or []
    for container in listed:
        name = label(container)
        own = () if malformed(container) else (*_own(container), *_in_task(container, task))
        for text in malformed(container) or [f"container {name}: {text}" for text in own]:
            yield task.problem(text, name=name)
        for key in (each for each in container.raw if each.lower() not in _MEMBERS):
            text = f"container {name}: {key} is no setting of a container"
            yield task.problem(text, severity=Severity.WARNING, name=name)
    for text in () if any(map(malformed, listed)) else _together(listed, task):
        yield task.problem(text)


def _own(container: Block) -> Iterator[str]:
    memory, reservation = container.integer("memory"), container.integer("memoryReservation")
    if memory and reservation and reservation > memory:
        yield f"memoryReservation {reservation} is more than memory {memory}"
    plain = {e.text("name") for e in container.blocks("environment")}
    secret = [s.text("name") for s in container.blocks("secrets")]
    for name in sorted({n for n in secret if n and (n in plain or secret.count(n) > 1)}):
        yield f"{name} is a secret and set again"
    health = container.block("healthCheck")
    command = health.values("command") if health is not None else None
    if command and command[0] not in ("CMD", "CMD-SHELL", "NONE") and isinstance(command[0], str):
        yield "healthCheck.command does not begin with CMD or CMD-SHELL"
    for block in container.blocks("ulimits"):
        soft, hard = block.integer("softLimit"), block.integer("hardLimit")
        if soft is not None and hard is not None and -1 < hard < soft:
            yield f"softLimit {soft} is more than hardLimit {hard}"


def _in_task(container: Block, task: Resource) -> Iterator[str]:
    fargate = is_fargate(task)
    logging = container.block("logConfiguration")
    driver = logging.text("logDriver") if logging is not None else None
    if fargate and driver not in (None, *_FARGATE_DRIVERS):
        yield f"log driver {driver} is not supported by Fargate"
    for name in ("cpu", "memory"):
        own, whole = container.integer(name), size(task, name)
        if own and whole and own > whole:
            yield f"{name} {own} is more than the task's {whole}"
    memoryless = container.absent("memory") and container.absent("memoryReservation")
    if memoryless and task.absent("memory") and not fargate:
        yield "neither memory nor memoryReservation, and the task has no memory"
    if not fargate:
        return
    if container.value("privileged") is True:
        yield "privileged is not supported by Fargate"
    for name in _NOT_ON_FARGATE:
        if container.given(name):
            yield f"{name} is not supported by Fargate"
    stop = container.integer("stopTimeout")
    if stop is not None and stop > _MAX_FARGATE_STOP:
        yield f"stopTimeout {stop} is more than {_MAX_FARGATE_STOP} seconds"
    linux = container.block("linuxParameters")
    for name in _LINUX_NOT_ON_FARGATE:
        if linux is not None and linux.given(name):
            yield f"linuxParameters.{name} is not supported by Fargate"
    capabilities = linux.block("capabilities") if linux is not None else None
    added = set((capabilities.texts("add") if capabilities is not None else None) or ())
    if added - _FARGATE_LINUX_ONLY:
        yield f"capabilities {', '.join(sorted(added))} are not supported by Fargate"


def _together(listed: list[Block], task: Resource) -> Iterator[str]:
    essential = [container.value("essential") for container in listed]
    if listed and all(value is False for value in essential):
        yield "no container is essential"
    for name in ("cpu", "memory"):
        sizes, whole = [c.integer(name) for c in listed], size(task, name)
        known = [size for size in sizes if size]
        if whole and len(known) > 1 and sum(known) > whole and max(known) <= whole:
            yield f"the containers' {name} is {sum(known)}, the task's {whole}"
    yield from _sources(listed, task)
    ports = [
        (block.integer("containerPort"), block.text("protocol", "tcp"))
        for container in listed
        for block in container.blocks("portMappings")
    ]
    twice = sorted({port for port, _ in ports if port and ports.count((port, "tcp")) > 1})
    if task.text("network_mode") == "awsvpc":
        yield from (f"two port mappings have port {port}" for port in twice)
    yield from _dependencies(listed)


def _sources(listed: list[Block], task: Resource) -> Iterator[str]:
    """Yield volumes and containers that a container mounts and that do not exist."""
    volumes = {volume.text("name") for volume in task.blocks("volume")}
    for kind, key, known in (
        ("mountPoints", "sourceVolume", volumes if task.countable("volume") else {None}),
        ("volumesFrom", "sourceContainer", {container.text("name") for container in listed}),
    ):
        for block in (b for container in listed for b in container.blocks(kind)):
            if (source := block.text(key)) and not known & {source, None}:
                yield f"{kind}: {source} does not exist"


def _dependencies(listed: list[Block]) -> Iterator[str]:
    by_name = {container.text("name"): container for container in listed}
    graph: dict[str, list[str]] = {}
    for name, container in by_name.items():
        for block in container.blocks("dependsOn"):
            other, condition = block.text("containerName"), block.text("condition")
            if name is None or other is None or None in by_name:
                continue
            graph.setdefault(name, []).append(other)
            if other not in by_name:
                yield f"container {name} depends on {other}, which does not exist"
            elif condition == "HEALTHY" and by_name[other].absent("healthCheck"):
                yield f"container {name} waits for {other} to be healthy; it has no healthCheck"
            elif condition in ("COMPLETE", "SUCCESS") and by_name[other].value("essential") in (
                None,
                True,
            ):
                yield f"container {name} waits for {other} to end, but {other} is essential"
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"dependsOn is a cycle: {' -> '.join(error.args[1])}"
