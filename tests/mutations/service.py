"""Mutations of the ECS service, its scaling and the monitoring."""

import json
import time
from collections.abc import Callable
from typing import Any, Final

from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import active_service, running_tasks
from harness.checks.probes.credentials import read_credentials
from tests.mutations.mutation import Mutation, modified, mutation

_ECS: Final = "ecs"
_DESIRED_COUNT: Final = "ecs:service:DesiredCount"
_FEWER_TASKS = (
    "alb/each-task-answers alb/targets-healthy alb/targets-in-different-zones"
    " aurora/service-ready ecs/running-as-desired"
)


def names(context: CheckContext) -> Any:
    """Return the parameters that identify the service."""
    return {
        "cluster": context.expected.ecs_cluster_name,
        "service": context.expected.ecs_service_name,
    }


def scalable(context: CheckContext) -> Any:
    """Return the parameters that identify the scalable target."""
    return {
        "ServiceNamespace": _ECS,
        "ScalableDimension": _DESIRED_COUNT,
        "ResourceId": context.expected.scaling_resource_id,
    }


def register(context: CheckContext, **changes: Any) -> None:
    """Change the scalable target."""
    scaling = context.clients.application_autoscaling
    scaling.register_scalable_target(**scalable(context), **changes)


def _suspend(context: CheckContext, *, suspended: bool) -> None:
    kinds = ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")
    register(context, SuspendedState={f"{kind}Suspended": suspended for kind in kinds})


def set_desired_count(context: CheckContext, count: int) -> None:
    """Set it, and wait until as many tasks run: the checks then see no transient state."""
    context.clients.ecs.update_service(**names(context), desiredCount=count)
    settle(context, count)


def settle(context: CheckContext, count: int) -> None:
    """Wait for a number of running tasks, of one deployment, and no other task."""
    context.eventually(
        lambda: (
            active_service(context)["runningCount"],
            len(active_service(context)["deployments"]),
            len(running_tasks(context)),
        ),
        what=f"{count} running tasks of one deployment, and no other task",
        ready=lambda seen: seen == (count, 1, count),
    )


def _stop_one(context: CheckContext) -> None:
    """Suspend auto scaling, so that nothing brings the second task back, and stop it."""
    _suspend(context, suspended=True)
    set_desired_count(context, context.expected.desired_count - 1)


def _start_it_again(context: CheckContext) -> None:
    set_desired_count(context, context.expected.desired_count)
    _suspend(context, suspended=False)


def _deregister(context: CheckContext) -> Any:
    """Remove the scalable target, and with it its policies."""
    scaling, scaled = context.clients.application_autoscaling, scalable(context)
    given = {key: scaled[key] for key in ("ServiceNamespace", "ResourceId")}
    policies = scaling.describe_scaling_policies(**given)["ScalingPolicies"]
    arn = scaling.describe_scalable_targets(ServiceNamespace=_ECS)["ScalableTargets"][0]
    tags = scaling.list_tags_for_resource(ResourceARN=arn["ScalableTargetARN"])["Tags"]
    scaling.deregister_scalable_target(**scaled)
    return policies, tags


def _register_again(context: CheckContext, made: Any) -> None:
    policies, tags = made
    stack = context.expected
    register(context, MinCapacity=stack.min_capacity, MaxCapacity=stack.max_capacity, Tags=tags)
    for policy in policies:
        put_policy(context, policy)


def put_policy(context: CheckContext, policy: Any) -> None:
    """Put a scaling policy, as described."""
    kept = ("PolicyName", "PolicyType", "TargetTrackingScalingPolicyConfiguration")
    context.clients.application_autoscaling.put_scaling_policy(
        **scalable(context), **{key: policy[key] for key in kept}
    )


def _policy(name: str, change: Callable[[Any], object]) -> Mutation:
    def read(context: CheckContext) -> Any:
        scaled = scalable(context)
        given = {key: scaled[key] for key in ("ServiceNamespace", "ResourceId")}
        policies = context.clients.application_autoscaling.describe_scaling_policies(**given)
        return policies["ScalingPolicies"][0]

    return modified(
        name,
        "autoscaling/policies",
        read,
        lambda policy: change(policy["TargetTrackingScalingPolicyConfiguration"]) and None,
        put_policy,
    )


def definition(context: CheckContext) -> Any:
    """Return the task definition that the service runs."""
    arn = active_service(context)["taskDefinition"]
    return context.clients.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]


def revised(context: CheckContext, change: Callable[[dict[str, Any]], object]) -> tuple[str, str]:
    """Register a changed revision of the task definition that the service runs.

    Args:
        context: The deployed stack.
        change: Changes a definition in place.

    Returns:
        The revision that the service runs, and the new one.
    """
    before = definition(context)
    kept = (
        *("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions"),
        *("requiresCompatibilities", "cpu", "memory", "runtimePlatform"),
    )
    changed = json.loads(json.dumps({key: before[key] for key in kept}))
    change(changed)
    tags: Any = context.clients.ecs.list_tags_for_resource(resourceArn=before["taskDefinitionArn"])
    after = context.clients.ecs.register_task_definition(**changed, tags=tags["tags"])
    return before["taskDefinitionArn"], after["taskDefinition"]["taskDefinitionArn"]


def run_revision(
    context: CheckContext, change: Callable[[dict[str, Any]], object], *, settled: bool = True
) -> tuple[str, str]:
    """Let the service run a changed revision, and wait until it does; return both as above."""
    revisions = revised(context, change)
    context.clients.ecs.update_service(**names(context), taskDefinition=revisions[1])
    if settled:
        settle(context, context.expected.desired_count)
    return revisions


def _with_password(context: CheckContext) -> tuple[str, str]:
    """Run a revision whose environment has the password in a URL, under a harmless name."""
    password = read_credentials(context).password
    url = {"name": "DATABASE_URL", "value": f"postgresql://catalogadmin:{password}@db/catalog"}
    return run_revision(context, lambda d: d["containerDefinitions"][0]["environment"].append(url))


def run_again(context: CheckContext, revisions: tuple[str, str]) -> None:
    """Run the revision of Terraform again, and deregister the other one."""
    before, after = revisions
    context.clients.ecs.update_service(**names(context), taskDefinition=before)
    settle(context, context.expected.desired_count)
    delete_revision(context, after)


def delete_revision(context: CheckContext, arn: str) -> None:
    """Delete a revision: a deregistered one can still be read."""
    context.clients.ecs.deregister_task_definition(taskDefinition=arn)
    context.clients.ecs.delete_task_definitions(taskDefinitions=[arn])


def _service(name: str, on: dict[str, Any], off: dict[str, Any]) -> Mutation:
    return mutation(
        name,
        "ecs/configuration",
        lambda c: c.clients.ecs.update_service(**names(c), **on) and None,
        lambda c, _: c.clients.ecs.update_service(**names(c), **off),
    )


def _log_as_another_task(context: CheckContext) -> Any:
    """Write a line with another task's id to the stream of a task."""
    stream: Any = {
        "logGroupName": context.expected.log_group_name,
        "logStreamName": f"api/api/{running_tasks(context)[0].id}",
    }
    before: Any = context.clients.logs.get_log_events(**stream, startFromHead=True)["events"]
    message = json.dumps({"task_id": "another"})
    now = int(time.time() * 1000)
    context.clients.logs.put_log_events(
        **stream, logEvents=[{"timestamp": now, "message": message}]
    )
    return stream, before


def _write_stream_anew(context: CheckContext, made: Any) -> None:
    """An event cannot be deleted: the stream is, and written again."""
    stream, events = made
    context.clients.logs.delete_log_stream(**stream)
    context.clients.logs.create_log_stream(**stream)
    kept: Any = [{"timestamp": each["timestamp"], "message": each["message"]} for each in events]
    context.clients.logs.put_log_events(**stream, logEvents=kept[-100:])


def alarm_name(context: CheckContext, kind: str) -> str:
    """Return the name of the alarm of a kind, such as ``alb-5xx``."""
    expected = context.expected
    return f"{expected.alarm_prefix}{kind}-{expected.environment_suffix}"


def alarm(name: str, checks: str, change: Callable[[Any], object], **more: Any) -> Mutation:
    """Return a mutation of an alarm."""

    def read(context: CheckContext) -> Any:
        names = [alarm_name(context, "alb-5xx")]
        return context.clients.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"][0]

    def write(context: CheckContext, alarm: Any) -> None:
        kept = (
            *("AlarmName", "AlarmDescription", "ActionsEnabled", "MetricName", "Namespace"),
            *("Statistic", "Dimensions", "Period", "EvaluationPeriods", "Threshold"),
            *("ComparisonOperator", "TreatMissingData"),
        )
        context.clients.cloudwatch.put_metric_alarm(**{key: alarm[key] for key in kept})

    return modified(name, checks, read, lambda alarm: change(alarm) and None, write, **more)


def board(context: CheckContext) -> Any:
    """Return the body of the dashboard."""
    name = context.expected.dashboard_name
    return json.loads(context.clients.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])


MUTATIONS = (
    mutation(
        "one task stopped for good",
        f"{_FEWER_TASKS} autoscaling/target",
        _stop_one,
        lambda c, _: _start_it_again(c),
        quick=True,
    ),
    mutation(
        "the password in an environment variable of another name",
        "ecs/configuration ecs/no-plain-password ecs/task-definition",
        _with_password,
        run_again,
        quick=True,
    ),
    _service(
        "no circuit breaker",
        {
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": False, "rollback": False},
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
            }
        },
        {
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
            }
        },
    ),
    _service(
        "commands in the tasks allowed",
        {"enableExecuteCommand": True},
        {"enableExecuteCommand": False},
    ),
    mutation(
        "a line of another task in a log stream",
        "ecs/logs-per-task",
        _log_as_another_task,
        _write_stream_anew,
        quick=True,
    ),
    mutation(
        "another maximum of auto scaling",
        "autoscaling/target",
        lambda c: register(c, MaxCapacity=c.expected.max_capacity + 1),
        lambda c, _: register(c, MaxCapacity=c.expected.max_capacity),
    ),
    mutation(
        "no scalable target",
        "autoscaling/target autoscaling/policies autoscaling/follows tags/scaling",
        _deregister,
        _register_again,
        exclusive=frozenset({"autoscaling/follows"}),
    ),
    _policy(
        "another target of a scaling policy", lambda tracking: tracking.update(TargetValue=99.0)
    ),
    _policy("no scaling in", lambda tracking: tracking.update(DisableScaleIn=True)),
    alarm("another threshold of an alarm", "alarms/metrics", lambda a: a.update(Threshold=9.0)),
    alarm(
        "the actions of an alarm off",
        "alarms/metrics",
        lambda a: a.update(ActionsEnabled=False),
    ),
    alarm(
        "an alarm that goes off at nothing",
        "alarms/metrics alarms/none-in-alarm",
        lambda alarm: alarm.update(Threshold=-1.0),
        quick=True,
    ),
    modified(
        "a widget of the dashboard removed",
        "alarms/dashboard",
        board,
        lambda body: body["widgets"].pop() and None,
        lambda c, body: c.clients.cloudwatch.put_dashboard(
            DashboardName=c.expected.dashboard_name, DashboardBody=json.dumps(body)
        ),
    ),
)
