"""Rules on the roles of ECS task definitions."""

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import containers, is_fargate
from harness.preflight.rules.iam.model import trusts

_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_TASK = "aws_ecs_task_definition"


@resource_rule(
    "ecs/execution-role-missing",
    Family.DEPLOY,
    _TASK,
    errors=(
        "ClientException: Fargate requires task definition to have execution role ARN to support "
        "log driver awslogs.",
        "ClientException: Fargate requires task definition to have execution role ARN to support "
        "ECR images.",
        "ClientException: When you are specifying container secrets, you must also specify a "
        "value for 'executionRoleArn'.",
    ),
    remedy="Set execution_role_arn.",
    documentation=f"{_GUIDE}/task_execution_IAM_role.html",
)
def execution_role_missing(task: Resource) -> Problems:
    """A task has no execution role, which its logs, secrets or image require."""
    if not task.absent("execution_role_arn"):
        return
    for container in containers(task) or []:
        logging = container.block("logConfiguration")
        driver = logging.text("logDriver") if logging else None
        if container.given("secrets"):
            yield task.problem("secrets require an execution role", variant=2)
        elif is_fargate(task) and driver == "awslogs":
            yield task.problem("the log driver awslogs requires an execution role")
        elif is_fargate(task) and ".dkr.ecr." in (container.text("image") or ""):
            yield task.problem("an image in ECR requires an execution role", variant=1)
        else:
            continue
        return


@resource_rule(
    "ecs/role-not-trusted",
    Family.DEPLOY,
    _TASK,
    errors="ClientException: ECS was unable to assume the role '{arn}' that was provided for this "
    "task. Please verify that the role being passed has the proper trust relationship and "
    "permissions and that your IAM user has permissions to pass this role.",
    remedy="Allow ecs-tasks.amazonaws.com to assume the role (sts:AssumeRole).",
    documentation=f"{_GUIDE}/task-iam-roles.html",
)
def role_not_trusted(task: Resource) -> Problems:
    """The trust policy of a role of the task does not allow ECS tasks to assume it."""
    for argument in ("execution_role_arn", "task_role_arn"):
        role = task.follow(argument, "aws_iam_role")
        if role is not None and trusts(role, "ecs-tasks.amazonaws.com") is False:
            yield task.problem(f"{role.address} does not trust ecs-tasks.amazonaws.com")
