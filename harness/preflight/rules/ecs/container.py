"""Rules on the container definitions of ECS task definitions."""

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import containers, is_fargate

_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_TASK = "aws_ecs_task_definition"
_PARAMETERS = f"{_GUIDE}/task_definition_parameters.html"


@resource_rule(
    "ecs/container-definitions",
    Family.DEPLOY,
    _TASK,
    errors=(
        "Error: ECS Task Definition container_definitions is invalid: ...",
        "ClientException: Container.image should not be null or empty.",
    ),
    other_errors="ClientException: Container definition {number} ({name}): image is required.",
    remedy="Use a JSON list of objects, each with name and image.",
    documentation=_PARAMETERS,
)
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
            text = f"{container.address} has no {' and no '.join(missing)}"
            yield task.problem(text, variant=1)


@resource_rule(
    "ecs/duplicate-container-name",
    Family.DEPLOY,
    _TASK,
    remedy="Use a unique name for each container of the task.",
    documentation=_PARAMETERS,
)
def duplicate_container_name(task: Resource) -> Problems:
    """Two containers of a task have the same name."""
    names = [container.text("name") for container in containers(task) or []]
    for name in sorted({n for n in names if n and names.count(n) > 1}):
        yield task.problem(f"{names.count(name)} containers have the name {name}")


@resource_rule(
    "ecs/awsvpc-host-port",
    Family.DEPLOY,
    _TASK,
    errors="ClientException: When networkMode=awsvpc, the host ports and container ports in port "
    "mappings must match.",
    remedy="Omit hostPort, or set it to containerPort.",
    documentation=f"{_GUIDE}/task-networking-awsvpc.html",
)
def awsvpc_host_port(task: Resource) -> Problems:
    """A container in network mode ``awsvpc`` maps a port to another host port."""
    if task.text("network_mode") != "awsvpc":
        return
    for container in containers(task) or []:
        for mapping in container.blocks("portMappings"):
            port, host = mapping.integer("containerPort"), mapping.integer("hostPort")
            if host and port is not None and host != port:
                yield task.problem(f"container port {port} is mapped to host port {host}")


@resource_rule(
    "ecs/log-options",
    Family.DEPLOY,
    _TASK,
    errors="ClientException: Log driver awslogs requires options: {options}",
    remedy="Set awslogs-group, awslogs-region and (for Fargate) awslogs-stream-prefix.",
    documentation=f"{_GUIDE}/specify-log-config.html",
)
def log_options(task: Resource) -> Problems:
    """A required option of the log driver ``awslogs`` is missing."""
    required = ["awslogs-group", "awslogs-region"]
    required += ["awslogs-stream-prefix"] if is_fargate(task) else []
    for container in containers(task) or []:
        logging = container.block("logConfiguration")
        if logging is None or logging.text("logDriver") != "awslogs":
            continue
        options = logging.block("options")
        missing = [name for name in required if options is None or options.absent(name)]
        if missing and logging.certain("options"):
            names = ", ".join(missing)
            yield task.problem(f"{container.text('name')}: {names} missing", options=names)
