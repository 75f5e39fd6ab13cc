"""Rules on starting the tasks of ECS services: images, permissions, log groups, routes."""

from collections.abc import Iterator

from harness.core.errors import TargetError
from harness.preflight.configuration import Block, Resource, references_in
from harness.preflight.registry import Inspection, Problems, lookup_rule, resource_rule
from harness.preflight.rules.ec2.model import routes_out
from harness.preflight.rules.ecs.model import awslogs, containers, task_of
from harness.preflight.rules.iam import allows, role_statements
from harness.preflight.target_lookup import TargetLookup

_READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105 - an action
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html
_X86 = "X86_64"
_TASK = "aws_ecs_task_definition"
_LOG_GROUP = "aws_cloudwatch_log_group"
_SECRET = "aws_secretsmanager_secret"  # noqa: S105 - a resource type


@lookup_rule("ecs/image-not-found")
def image_not_found(inspection: Inspection, target: TargetLookup) -> Problems:
    """The target cannot pull the image of a container, or it is for another architecture."""
    unknown: dict[str, None] = {}
    for task in inspection.configuration.resources(_TASK):
        platform = task.block("runtime_platform")
        architecture = platform.text("cpu_architecture", _X86) if platform else _X86
        for image in {container.text("image"): None for container in containers(task) or []}:
            try:
                problem = target.image_problem(image, architecture or "") if image else ""
            except TargetError as error:
                unknown[error.message] = None
                continue
            if problem:
                yield task.problem(f"image {image}: {problem}", image=image)
    if unknown:
        raise TargetError("; ".join(unknown))


@resource_rule("ecs/execution-role-cannot-read-secret", _TASK)
def cannot_read_secret(task: Resource) -> Problems:
    """The execution role has no permission to read a secret of the task."""
    role = task.follow("execution_role_arn", "aws_iam_role")
    for secret in _named_secrets(task) if role else ():
        if role and allows(role, _READ_SECRET, secret) is False:
            text = f"{role.address} has no permission to read {secret.address}"
            yield task.problem(text, secret=secret.address)


@resource_rule("ecs/execution-role-reads-every-secret", _TASK)
def reads_every_secret(task: Resource) -> Problems:
    """The execution role can read every secret of the account, not only those of the task."""
    role = task.follow("execution_role_arn", "aws_iam_role")
    for statement in (role_statements(role) if role else None) or ():
        actions = {str(action).lower() for action in statement.actions}
        broad = actions & {"*", "secretsmanager:*", _READ_SECRET.lower()}
        if statement.allow and broad and "*" in statement.resources and not statement.conditional:
            yield task.problem(f"{role.address if role else ''} can read every secret")


def _named_secrets(task: Resource) -> list[Resource]:
    """Return the secrets that the containers of a task refer to."""
    blocks = [block for each in containers(task) or [] for block in each.blocks("secrets")]
    references = references_in([block.unresolved("valueFrom") for block in blocks])
    found = {task.configuration.resource_of(reference, _SECRET): None for reference in references}
    return [secret for secret in found if secret is not None]


@resource_rule("ecs/execution-role-cannot-write-logs", _TASK)
def cannot_write_logs(task: Resource) -> Problems:
    """The execution role has no permission to write to the log group of the task."""
    role = task.follow("execution_role_arn", "aws_iam_role")
    for options in _log_options(task):
        group = task.follow("awslogs-group", _LOG_GROUP, within=options)
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            if role and group and allows(role, action, group) is False:
                text = f"{role.address} has no permission for {action} on {group.address}"
                yield task.problem(text)


@resource_rule("ecs/log-group-missing", _TASK)
def log_group_missing(task: Resource) -> Problems:
    """The configuration does not declare the log group of a container."""
    if not task.configuration.all_named("aws_cloudwatch_log_group", "name"):
        return
    for options in _log_options(task):
        name = options.text("awslogs-group")
        created = task.follow("awslogs-group", _LOG_GROUP, within=options)
        if name and created is None and options.text("awslogs-create-group") != "true":
            yield task.problem(f"no log group {name} in this configuration")


def _log_options(task: Resource) -> Iterator[Block]:
    for _, logging in awslogs(task):
        if (options := logging.block("options")) is not None:
            yield options


@resource_rule("ecs/no-route-out", "aws_ecs_service")
def no_route_out(service: Resource) -> Problems:
    """The tasks' subnets have no default route, so that images and secrets cannot be pulled."""
    task = task_of(service)
    network = service.block("network_configuration")
    endpoints = service.configuration.resources("aws_vpc_endpoint", "aws_ec2_transit_gateway")
    if network is None or task is None or service.configuration.incomplete or endpoints:
        return
    public = network.boolean("assign_public_ip", default=False)
    for subnet in service.follow_all("subnets", "aws_subnet", within=network) or []:
        routes = routes_out(subnet)
        if routes is None or public is None:
            continue
        if not routes:
            yield service.problem(f"{subnet.address} has no default route")
        elif routes == {"gateway_id"} and not public:
            text = f"{subnet.address} routes to an internet gateway, but tasks have no public IP"
            yield service.problem(text)
