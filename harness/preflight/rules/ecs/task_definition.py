"""Rules on ECS task definitions: size, containers and roles."""

from collections.abc import Container, Mapping

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import awslogs, containers, is_fargate, size
from harness.preflight.rules.iam import trusts

_TASK = "aws_ecs_task_definition"
_GIB = 1024
# CPU units -> sizes of the memory in MiB.
_FARGATE_MEMORY: Mapping[int, Container[int]] = {
    256: (512, 1024, 2048),
    512: range(1 * _GIB, 4 * _GIB + 1, _GIB),
    1024: range(2 * _GIB, 8 * _GIB + 1, _GIB),
    2048: range(4 * _GIB, 16 * _GIB + 1, _GIB),
    4096: range(8 * _GIB, 30 * _GIB + 1, _GIB),
    8192: range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB),
    16384: range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB),
}


@resource_rule("ecs/fargate-cpu-memory", _TASK)
def fargate_cpu_memory(task: Resource) -> Problems:
    """A Fargate task has a combination of CPU and memory that Fargate does not support."""
    if not is_fargate(task):
        return
    if task.absent("cpu") or task.absent("memory"):
        variant = 1 if task.absent("cpu") else 2
        yield task.problem("Fargate requires cpu and memory", variant=variant)
        return
    cpu, memory = size(task, "cpu"), size(task, "memory")
    if cpu is None or memory is None:
        return
    if memory not in _FARGATE_MEMORY.get(cpu, ()):
        yield task.problem(f"cpu {cpu} with memory {memory} MiB", cpu=cpu, memory=memory)


@resource_rule("ecs/container-definitions", _TASK)
def container_definitions(task: Resource) -> Problems:
    """The container definitions are not a JSON list of containers with name and image."""
    try:
        document = task.document("container_definitions")
    except ValueError as error:
        yield task.problem(f"container_definitions is not JSON: {error}")
        return
    if document == [] or isinstance(document, dict | str | int):
        yield task.problem("container_definitions is not a list of containers")
    for container in containers(task) or []:
        missing = [name for name in ("name", "image") if container.absent(name)]
        if missing:
            yield task.problem(f"{container.address} has no {' and no '.join(missing)}", variant=1)


@resource_rule("ecs/duplicate-container-name", _TASK)
def duplicate_container_name(task: Resource) -> Problems:
    """Two containers of a task have the same name."""
    names = [container.text("name") for container in containers(task) or []]
    for name in sorted({n for n in names if n and names.count(n) > 1}):
        yield task.problem(f"{names.count(name)} containers have the name {name}")


@resource_rule("ecs/awsvpc-host-port", _TASK)
def awsvpc_host_port(task: Resource) -> Problems:
    """A container in network mode ``awsvpc`` maps a port to another host port."""
    if task.text("network_mode") != "awsvpc":
        return
    for container in containers(task) or []:
        for mapping in container.blocks("portMappings"):
            port, host = mapping.integer("containerPort"), mapping.integer("hostPort")
            if host and port is not None and host != port:
                yield task.problem(f"container port {port} is mapped to host port {host}")


@resource_rule("ecs/log-options", _TASK)
def log_options(task: Resource) -> Problems:
    """A required option of the log driver ``awslogs`` is missing."""
    required = ["awslogs-group", "awslogs-region"]
    required += ["awslogs-stream-prefix"] if is_fargate(task) else []
    for container, logging in awslogs(task):
        options = logging.block("options")
        missing = [name for name in required if options is None or options.absent(name)]
        if missing and logging.certain("options"):
            names = ", ".join(missing)
            yield task.problem(f"{container.text('name')}: {names} missing", options=names)


@resource_rule("ecs/execution-role-missing", _TASK)
def execution_role_missing(task: Resource) -> Problems:
    """A task has no execution role, which its logs, secrets or image require."""
    if not task.absent("execution_role_arn"):
        return
    logged = {container.address for container, _ in awslogs(task)}
    for container in containers(task) or []:
        if container.given("secrets"):
            yield task.problem("secrets require an execution role", variant=2)
        elif is_fargate(task) and container.address in logged:
            yield task.problem("the log driver awslogs requires an execution role")
        elif is_fargate(task) and ".dkr.ecr." in (container.text("image") or ""):
            yield task.problem("an image in ECR requires an execution role", variant=1)
        else:
            continue
        return


@resource_rule("ecs/role-not-trusted", _TASK)
def role_not_trusted(task: Resource) -> Problems:
    """The trust policy of a role of the task does not allow ECS tasks to assume it."""
    for argument in ("execution_role_arn", "task_role_arn"):
        role = task.follow(argument, "aws_iam_role")
        if role is not None and trusts(role, "ecs-tasks.amazonaws.com") is False:
            yield task.problem(f"{role.address} does not trust ecs-tasks.amazonaws.com")
