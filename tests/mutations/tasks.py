"""More mutations of the ECS cluster and service, auto scaling and the monitoring."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import active_service, ecs_cluster, running_tasks
from harness.checks.probes.credentials import read_credentials
from tests.mutations.edge import THROUGH_CLOUDFRONT, THROUGH_THE_LOAD_BALANCER
from tests.mutations.mutation import Mutation, called, modified, mutation, switched
from tests.mutations.service import (
    alarm,
    alarm_name,
    board,
    delete_revision,
    names,
    register,
    revised,
    run_again,
    run_revision,
    settle,
)

_CHANGED = "ecs/configuration ecs/task-definition"
# Checks that read every task whose desired status is RUNNING.
_ALL_TASKS = (
    "ecs/running-as-desired ecs/containers-running ecs/on-fargate-spot ecs/logs-per-task"
    " tags/service-and-tasks alb/targets-in-different-zones"
    f" {THROUGH_THE_LOAD_BALANCER} {THROUGH_CLOUDFRONT}"
)


def _revision(
    name: str, checks: str, change: Callable[[dict[str, Any]], object], **more: Any
) -> Mutation:
    """Return a mutation that runs a changed revision of the task definition."""
    return mutation(
        name, f"{_CHANGED} {checks}", lambda c: run_revision(c, change), run_again, **more
    )


def _container(definition: dict[str, Any]) -> Any:
    return definition["containerDefinitions"][0]


def _sidecar(definition: dict[str, Any]) -> None:
    """Add a container that ends at once; the task goes on without it."""
    other = {"name": "sidecar", "image": _container(definition)["image"], "essential": False}
    definition["containerDefinitions"].append({**other, "command": ["python", "-c", "pass"]})


def _cluster(context: CheckContext) -> dict[str, Any]:
    return {"cluster": context.expected.ecs_cluster_name}


def _providers(context: CheckContext) -> Any:
    cluster = ecs_cluster(context)
    return {
        "capacityProviders": cluster["capacityProviders"],
        "defaultCapacityProviderStrategy": cluster["defaultCapacityProviderStrategy"],
    }


def _deploy_on(context: CheckContext, strategy: Any) -> None:
    context.clients.ecs.update_service(
        **names(context), capacityProviderStrategy=strategy, forceNewDeployment=True
    )
    settle(context, context.expected.desired_count)


def _roll_out(context: CheckContext) -> tuple[str, str]:
    """Start a deployment whose tasks take five seconds to start."""
    start = "import runpy, time; time.sleep(5); runpy.run_module('stack.api', run_name='__main__')"
    command = ["python", "-c", start]
    revisions = revised(context, lambda d: _container(d).update(command=command))
    context.clients.ecs.update_service(**names(context), taskDefinition=revisions[1])
    return revisions


def _run_stranger(context: CheckContext) -> str:
    """Run a task beside the service, with its tags."""
    ecs, service = context.clients.ecs, active_service(context)
    tasks = ecs.run_task(
        **_cluster(context),
        taskDefinition=service["taskDefinition"],
        capacityProviderStrategy=service["capacityProviderStrategy"],
        networkConfiguration=service["networkConfiguration"],
        tags=service["tags"],
    )["tasks"]
    return tasks[0]["taskArn"]


def _old_revision(context: CheckContext) -> tuple[str, str]:
    """Register a revision with the password that no service runs."""
    password = read_credentials(context).password
    return revised(
        context,
        lambda changed: _container(changed)["environment"].append(
            {"name": "DATABASE_URL", "value": f"postgresql://{password}@db"}
        ),
    )


def _log_password(context: CheckContext) -> Any:
    stream: Any = {
        "logGroupName": context.expected.log_group_name,
        "logStreamName": f"api/api/{running_tasks(context)[0].id}-mutation",
    }
    logs = context.clients.logs
    logs.create_log_stream(**stream)
    event: Any = {
        "timestamp": int(datetime.now(UTC).timestamp() * 1000),
        "message": f"connecting to postgresql://u:{read_credentials(context).password}@db",
    }
    logs.put_log_events(**stream, logEvents=[event])
    return stream


def _scaling_alarm(context: CheckContext) -> dict[str, Any]:
    policies = context.clients.application_autoscaling.describe_scaling_policies(
        ServiceNamespace="ecs", ResourceId=context.expected.scaling_resource_id
    )["ScalingPolicies"]
    return {"AlarmNames": [policies[0]["Alarms"][0]["AlarmName"]]}


MUTATIONS = (
    _revision(
        "one more environment variable of the tasks",
        "",
        lambda d: _container(d)["environment"].append({"name": "MUTATION", "value": "1"}),
    ),
    _revision(
        "the tasks with the execution role",
        "",
        lambda d: d.update(taskRoleArn=d["executionRoleArn"]),
    ),
    _revision("a second container, which ends", "ecs/containers-running", _sidecar),
    mutation(
        "a deployment in progress",
        f"{_CHANGED} ecs/one-deployment",
        _roll_out,
        run_again,
        # They see its tasks as they start, and as many healthy targets.
        may_fail=frozenset(f"{_ALL_TASKS} alb/targets-healthy".split()),
        brief=True,
        quick=True,
    ),
    modified(
        "the tasks on FARGATE",
        "ecs/configuration ecs/on-fargate-spot",
        lambda c: active_service(c)["capacityProviderStrategy"],
        lambda _: [{"capacityProvider": "FARGATE", "weight": 1}],
        _deploy_on,
    ),
    mutation(
        "a task beside the service",
        "ecs/cluster",
        _run_stranger,
        lambda c, task: c.clients.ecs.stop_task(**_cluster(c), task=task),
    ),
    switched(
        "Container Insights of the cluster",
        "ecs/cluster",
        "ecs.update_cluster_settings",
        _cluster,
        (
            {"settings": [{"name": "containerInsights", "value": "enhanced"}]},
            {"settings": [{"name": "containerInsights", "value": "disabled"}]},
        ),
    ),
    modified(
        "another default strategy of the cluster",
        "ecs/cluster",
        _providers,
        lambda given: {
            **given,
            "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
        },
        lambda c, given: c.clients.ecs.put_cluster_capacity_providers(**_cluster(c), **given),
    ),
    mutation(
        "the password in a revision that no service runs",
        "ecs/no-plain-password",
        _old_revision,
        lambda c, made: delete_revision(c, made[1]),
    ),
    mutation(
        "the password in a log event",
        "ecs/no-plain-password",
        _log_password,
        lambda c, stream: c.clients.logs.delete_log_stream(**stream),
    ),
    mutation(
        "scaling out suspended",
        "autoscaling/target",
        lambda c: register(c, SuspendedState={"DynamicScalingOutSuspended": True}),
        lambda c, _: register(c, SuspendedState={"DynamicScalingOutSuspended": False}),
    ),
    called(
        "an alarm of a scaling policy without actions",
        "autoscaling/policies",
        ("cloudwatch.disable_alarm_actions", _scaling_alarm),
        ("cloudwatch.enable_alarm_actions", lambda c, _: _scaling_alarm(c)),
    ),
    called(
        "an alarm too many",
        "alarms/metrics",
        (
            "cloudwatch.put_metric_alarm",
            lambda c: {
                "AlarmName": alarm_name(c, "mutation"),
                "Namespace": "AWS/ECS",
                "MetricName": "CPUUtilization",
                "Statistic": "Average",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1000.0,
                "ComparisonOperator": "GreaterThanThreshold",
            },
        ),
        (
            "cloudwatch.delete_alarms",
            lambda c, _: {"AlarmNames": [alarm_name(c, "mutation")]},
        ),
    ),
    alarm(
        "an alarm of another load balancer",
        "alarms/metrics",
        lambda a: a.update(Dimensions=[{"Name": "LoadBalancer", "Value": "app/elsewhere/1"}]),
    ),
    modified(
        "one more widget of the dashboard",
        "alarms/dashboard",
        board,
        lambda body: body["widgets"].append(
            {"type": "text", "properties": {"markdown": "mutation"}}
        ),
        lambda c, body: c.clients.cloudwatch.put_dashboard(
            DashboardName=c.expected.dashboard_name, DashboardBody=json.dumps(body)
        ),
    ),
)
