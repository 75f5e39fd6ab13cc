import re
from typing import Any

import pytest

from tests.unit.harness.emulator.gateway.autoscaling.scaled_service import CPU, TARGET, Cloud
from tests.unit.harness.emulator.gateway.fake_aws import TENANT

pytestmark = pytest.mark.anyio
STEP = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}


async def test_a_target_is_registered_and_described(cloud: Cloud) -> None:
    answer = await cloud.register(2, 5)

    arn = answer["ScalableTargetARN"]
    assert re.fullmatch(
        r"arn:aws:application-autoscaling:eu-north-1:111122223333:scalable-target/\w{36}", arn
    )
    (described,) = (await cloud.ask("DescribeScalableTargets", ServiceNamespace="ecs"))[
        "ScalableTargets"
    ]
    assert described["ScalableTargetARN"] == arn
    assert (described["MinCapacity"], described["MaxCapacity"]) == (2, 5)
    assert described["SuspendedState"]["DynamicScalingInSuspended"] is False
    assert "Tags" not in described


async def test_registering_again_changes_only_what_is_said(cloud: Cloud) -> None:
    first = await cloud.register(2, 5)

    again = await cloud.ask(
        "RegisterScalableTarget",
        **TARGET,
        MaxCapacity=7,
        RoleARN="arn:role",
        SuspendedState={"DynamicScalingInSuspended": True},
    )

    assert again == first
    assert (cloud.target["MinCapacity"], cloud.target["MaxCapacity"]) == (2, 7)
    assert cloud.target["RoleARN"] == "arn:role"
    assert cloud.target["SuspendedState"]["DynamicScalingInSuspended"] is True


@pytest.mark.parametrize(
    ("minimum", "maximum", "desired", "cause"),
    [
        (3, 5, 3, "minimum capacity was set to 3"),
        (0, 1, 1, "maximum capacity was set to 1"),
    ],
)
async def test_a_service_out_of_bounds_is_moved_into_them(
    cloud: Cloud, minimum: int, maximum: int, desired: int, cause: str
) -> None:
    await cloud.register(minimum, maximum)

    assert cloud.desired == desired
    (activity,) = (await cloud.ask("DescribeScalingActivities", ServiceNamespace="ecs"))[
        "ScalingActivities"
    ]
    assert activity["Cause"] == cause
    assert activity["Description"] == f"Setting desired count to {desired}."
    assert activity["StatusCode"] == "Successful"


async def test_a_service_within_bounds_stays(cloud: Cloud) -> None:
    await cloud.register(1, 10)

    assert "UpdateService" not in cloud.aws.names()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "Minimum capacity must be specified"),
    ({"MinCapacity": 1}, "Maximum capacity must be specified"),
    ({"MinCapacity": -1, "MaxCapacity": 1}, "cannot be negative"),
    ({"MinCapacity": 3, "MaxCapacity": 2}, "cannot be less than minimum"),
    (
        {"MinCapacity": 1, "MaxCapacity": 2, "ResourceId": "service/c/none"},
        "ECS service doesn't exist: service/c/none",
    ),
    (
        {"MinCapacity": 1, "MaxCapacity": 2, "ResourceId": "service/none/s"},
        "ECS service doesn't exist: service/none/s",
    ),
    ({"ResourceId": "table/x"}, "Unsupported service namespace, resource type"),
    ({"ScalableDimension": "rds:cluster:ReadReplicaCount"}, "Unsupported service namespace"),
    ({"ServiceNamespace": "dynamodb"}, "scales ECS services only"),
    (
        {"ServiceNamespace": "tea"},
        "1 validation error detected: Value 'tea' at 'serviceNamespace' failed to satisfy",
    ),
]


@pytest.mark.parametrize(("parameters", "message"), REFUSED)
async def test_what_cannot_be_registered_is_refused(
    cloud: Cloud, parameters: dict[str, Any], message: str
) -> None:
    answer = await cloud.ask("RegisterScalableTarget", **{**TARGET, **parameters})

    assert answer["__type"] == "ValidationException"
    assert message in answer["message"]
    assert cloud.store.targets(TENANT) == []


async def test_missing_parameters_are_all_named(cloud: Cloud) -> None:
    answer = await cloud.ask("RegisterScalableTarget", ServiceNamespace="ecs")

    assert answer["message"] == (
        "2 validation errors detected: "
        "Value null at 'resourceId' failed to satisfy constraint: Member must not be null; "
        "Value null at 'scalableDimension' failed to satisfy constraint: Member must not be null"
    )


async def test_an_inactive_service_does_not_exist(cloud: Cloud) -> None:
    cloud.status = "INACTIVE"

    assert (await cloud.register())["__type"] == "ValidationException"


NOT_REGISTERED = (
    "No scalable target registered for service namespace: ecs, resource ID: service/c/s, "
    "scalable dimension: ecs:service:DesiredCount"
)


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("DeregisterScalableTarget", {}),
        (
            "PutScalingPolicy",
            {"PolicyName": "p", "StepScalingPolicyConfiguration": STEP},
        ),
    ],
)
async def test_a_target_must_be_registered_first(
    cloud: Cloud, operation: str, more: dict[str, Any]
) -> None:
    answer = await cloud.ask(operation, **TARGET, **more)

    assert answer == {"__type": "ObjectNotFoundException", "message": NOT_REGISTERED}


async def test_a_policy_gets_two_alarms(cloud: Cloud) -> None:
    await cloud.register()
    answer = await cloud.track(TargetValue=60.0)

    high, low = cloud.aws.parameters("PutMetricAlarm")
    assert high["AlarmName"].startswith("TargetTracking-service/c/s-AlarmHigh-")
    assert (high["Threshold"], high["ComparisonOperator"]) == (60.0, "GreaterThanThreshold")
    assert (low["Threshold"], low["ComparisonOperator"]) == (54.0, "LessThanThreshold")
    assert high["Dimensions"] == [
        {"Name": "ClusterName", "Value": "c"},
        {"Name": "ServiceName", "Value": "s"},
    ]
    assert high["AlarmActions"] == [answer["PolicyARN"]]
    assert [each["AlarmName"] for each in answer["Alarms"]] == [
        high["AlarmName"],
        low["AlarmName"],
    ]


async def test_a_policy_is_described_as_it_was_put(cloud: Cloud) -> None:
    await cloud.register()
    put = await cloud.track()

    (described,) = (
        await cloud.ask("DescribeScalingPolicies", ServiceNamespace="ecs", PolicyNames=["cpu"])
    )["ScalingPolicies"]

    assert described["PolicyARN"] == put["PolicyARN"]
    assert put["PolicyARN"].endswith(":resource/ecs/service/c/s:policyName/cpu")
    assert described["TargetTrackingScalingPolicyConfiguration"] == CPU
    assert described["Alarms"] == put["Alarms"]


async def test_putting_a_policy_again_replaces_it(cloud: Cloud) -> None:
    await cloud.register()
    first = await cloud.track()
    second = await cloud.track(TargetValue=70.0)

    assert second["PolicyARN"] == first["PolicyARN"]
    (deleted,) = cloud.aws.parameters("DeleteAlarms")
    assert deleted["AlarmNames"] == [each["AlarmName"] for each in first["Alarms"]]
    assert len(cloud.store.policies(TENANT)) == 1


async def test_a_policy_keeps_its_type(cloud: Cloud) -> None:
    await cloud.register()
    await cloud.track()

    answer = await cloud.ask(
        "PutScalingPolicy", **TARGET, PolicyName="cpu", StepScalingPolicyConfiguration=STEP
    )

    assert answer["__type"] == "ValidationException"


BOTH = {
    **CPU,
    "CustomizedMetricSpecification": {"MetricName": "m", "Namespace": "n"},
}
WRONG_POLICIES: list[tuple[dict[str, Any], str]] = [
    ({}, "StepScalingPolicyConfiguration must be specified"),
    ({"StepScalingPolicyConfiguration": {}}, "At least one step adjustment"),
    ({"PolicyType": "PredictiveScaling"}, "does not offer policies of type"),
    ({"PolicyType": "TargetTrackingScaling"}, "must be specified for a policy of type"),
    ({"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 1.0}}, "Exactly one of"),
    ({"TargetTrackingScalingPolicyConfiguration": BOTH}, "Exactly one of"),
    (
        {
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 1.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "KafkaBrokerStorageUtilization"
                },
            }
        },
        "is not valid for ECS services",
    ),
    (
        {
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 1.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ALBRequestCountPerTarget"
                },
            }
        },
        "Resource label should be specified",
    ),
    (
        {
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 1.0,
                "CustomizedMetricSpecification": {"Metrics": []},
            }
        },
        "no metric math",
    ),
]


@pytest.mark.parametrize(("parameters", "message"), WRONG_POLICIES)
async def test_wrong_policies_are_refused(
    cloud: Cloud, parameters: dict[str, Any], message: str
) -> None:
    await cloud.register()
    if "TargetTrackingScalingPolicyConfiguration" in parameters:
        parameters = {"PolicyType": "TargetTrackingScaling", **parameters}

    answer = await cloud.ask("PutScalingPolicy", **TARGET, PolicyName="p", **parameters)

    assert answer["__type"] == "ValidationException"
    assert message in answer["message"]
    assert cloud.store.policies(TENANT) == []


async def test_a_deleted_policy_takes_its_alarms_along(cloud: Cloud) -> None:
    await cloud.register()
    put = await cloud.track()

    await cloud.ask("DeleteScalingPolicy", **TARGET, PolicyName="cpu")

    (deleted,) = cloud.aws.parameters("DeleteAlarms")
    assert deleted["AlarmNames"] == [each["AlarmName"] for each in put["Alarms"]]
    gone = await cloud.ask("DeleteScalingPolicy", **TARGET, PolicyName="cpu")
    assert gone["__type"] == "ObjectNotFoundException"
    assert gone["message"].endswith("policy name: cpu")


async def test_a_deregistered_target_takes_everything_along(cloud: Cloud) -> None:
    await cloud.register()
    await cloud.track()

    assert await cloud.ask("DeregisterScalableTarget", **TARGET) == {}

    assert "DeleteAlarms" in cloud.aws.names()
    assert cloud.store.targets(TENANT) == cloud.store.policies(TENANT) == []


async def test_tags_are_kept_per_target(cloud: Cloud) -> None:
    arn = (await cloud.register(Tags={"a": "1", "b": "2"}))["ScalableTargetARN"]

    await cloud.ask("TagResource", ResourceARN=arn, Tags={"b": "3", "c": "4"})
    await cloud.ask("UntagResource", ResourceARN=arn, TagKeys=["a", "none"])

    assert await cloud.ask("ListTagsForResource", ResourceARN=arn) == {"Tags": {"b": "3", "c": "4"}}


async def test_tags_of_nothing_are_refused(cloud: Cloud) -> None:
    await cloud.register()

    answer = await cloud.ask("ListTagsForResource", ResourceARN="arn:none")

    assert answer["__type"] == "ResourceNotFoundException"


async def test_lists_are_filtered_and_come_in_pages(cloud: Cloud) -> None:
    await cloud.register()
    for name in ("a", "b", "c"):
        await cloud.track(name)

    async def names(**asked: Any) -> tuple[list[str], str | None]:
        answer = await cloud.ask("DescribeScalingPolicies", ServiceNamespace="ecs", **asked)
        return [each["PolicyName"] for each in answer["ScalingPolicies"]], answer.get("NextToken")

    first, token = await names(MaxResults=2)
    assert (first, await names(MaxResults=2, NextToken=token)) == (["a", "b"], (["c"], None))
    assert await names(ResourceId="service/c/other") == ([], None)
    targets = await cloud.ask(
        "DescribeScalableTargets", ServiceNamespace="ecs", ResourceIds=["service/c/other"]
    )
    assert targets == {"ScalableTargets": []}


async def test_what_is_not_offered_is_said_so(cloud: Cloud) -> None:
    answer = await cloud.ask("PutScheduledAction", **TARGET, ScheduledActionName="s")

    assert answer["__type"] == "UnknownOperationException"
    assert await cloud.ask("DescribeScheduledActions", ServiceNamespace="ecs") == {
        "ScheduledActions": []
    }
