"""More mutations of the ECS cluster and service, auto scaling and the monitoring."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import ecs_cluster, running_tasks
from harness.checks.probes.credentials import read_credentials
from tests.mutations.mutation import Mutation, called, modified, mutation, switched
from tests.mutations.service import (
    alarm,
    board,
    definition,
    names,
    register,
    revised,
    run_again,
    scalable,
    settle,
)

_CHANGED = "ecs/configuration ecs/task-definition"
_AT = "at(2099-01-01T00:00:00)"


def _revision(
    name: str, checks: str, change: Callable[[dict[str, Any]], object], **more: Any
) -> Mutation:
    """Return a mutation that runs a changed revision of the task definition."""
    return mutation(name, f"{_CHANGED} {checks}", lambda c: revised(c, change), run_again, **more)


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


def _on(provider: str) -> Callable[[CheckContext], None]:
    def run(context: CheckContext) -> None:
        context.clients.ecs.update_service(
            **names(context),
            capacityProviderStrategy=[{"capacityProvider": provider, "weight": 1}],
            forceNewDeployment=True,
        )
        settle(context, context.expected.desired_count)

    return run


def _roll_out(context: CheckContext) -> str:
    """Start a deployment whose tasks never become ready."""
    return revised(
        context,
        lambda changed: _container(changed).update(command=["python", "-c", "exit(1)"]),
        settled=False,
    )


def _run_stranger(context: CheckContext) -> str:
    """Run a task beside the service."""
    network = context.clients.ecs.describe_services(
        cluster=context.expected.ecs_cluster_name, services=[context.expected.ecs_service_name]
    )["services"][0]["networkConfiguration"]
    tasks = context.clients.ecs.run_task(
        **_cluster(context),
        taskDefinition=definition(context)["taskDefinitionArn"],
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT"}],
        networkConfiguration=network,
    )["tasks"]
    return tasks[0]["taskArn"]


def _old_revision(context: CheckContext) -> str:
    """Register a revision with the password that no service runs."""
    password = read_credentials(context).password
    return revised(
        context,
        lambda changed: _container(changed)["environment"].append(
            {"name": "DATABASE_URL", "value": f"postgresql://{password}@db"}
        ),
        run=False,
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
    _revision("a second container, which ends", "ecs/containers-running", _sidecar, quick=True),
    mutation(
        "a deployment that does not finish",
        f"{_CHANGED} ecs/one-deployment ecs/running-as-desired",
        _roll_out,
        run_again,
        # ECS counts tasks that start and end.
        may_fail=frozenset({"ecs/containers-running", "ecs/running-as-desired"}),
        quick=True,
    ),
    mutation(
        "the tasks on FARGATE",
        "ecs/configuration ecs/on-fargate-spot",
        _on("FARGATE"),
        lambda c, _: _on("FARGATE_SPOT")(c),
        quick=True,
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
        lambda c, made: c.clients.ecs.deregister_task_definition(taskDefinition=made),
    ),
    mutation(
        "the password in a log event",
        "ecs/no-plain-password",
        _log_password,
        lambda c, stream: c.clients.logs.delete_log_stream(**stream),
    ),
    called(
        "a scheduled action",
        "autoscaling/target",
        (
            "application_autoscaling.put_scheduled_action",
            lambda c: {
                **scalable(c),
                "ScheduledActionName": "mutation",
                "Schedule": _AT,
                "ScalableTargetAction": {"MinCapacity": 0},
            },
        ),
        (
            "application_autoscaling.delete_scheduled_action",
            lambda c, _: {**scalable(c), "ScheduledActionName": "mutation"},
        ),
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
        "alarms/metrics tags/alarms",
        (
            "cloudwatch.put_metric_alarm",
            lambda c: {
                "AlarmName": c.expected.alarm_name("mutation"),
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
            lambda c, _: {"AlarmNames": [c.expected.alarm_name("mutation")]},
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
