import re
from typing import Any

import pytest

from tests.unit.harness.emulator.gateway.autoscaling.scaled_service import (
    CPU,
    TARGET,
    ScaledService,
)
from tests.unit.harness.emulator.gateway.fake_aws import CALLER

pytestmark = pytest.mark.anyio
STEP = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}


async def test_a_target_is_registered_and_described(scaled: ScaledService) -> None:
    response = await scaled.register(2, 5)

    arn = response["ScalableTargetARN"]
    assert re.fullmatch(
        r"arn:aws:application-autoscaling:eu-north-1:111122223333:scalable-target/\w{36}", arn
    )
    (described,) = (await scaled.call("DescribeScalableTargets", ServiceNamespace="ecs"))[
        "ScalableTargets"
    ]
    assert described["ScalableTargetARN"] == arn
    assert (described["MinCapacity"], described["MaxCapacity"]) == (2, 5)
    assert described["SuspendedState"]["DynamicScalingInSuspended"] is False
    assert "Tags" not in described


async def test_registering_again_changes_only_the_given_parameters(scaled: ScaledService) -> None:
    first = await scaled.register(2, 5)

    again = await scaled.call(
        "RegisterScalableTarget",
        **TARGET,
        MaxCapacity=7,
        RoleARN="arn:role",
        SuspendedState={"DynamicScalingInSuspended": True},
    )

    assert again == first
    assert (scaled.target["MinCapacity"], scaled.target["MaxCapacity"]) == (2, 7)
    assert scaled.target["RoleARN"] == "arn:role"
    assert scaled.target["SuspendedState"]["DynamicScalingInSuspended"] is True


@pytest.mark.parametrize(
    ("minimum", "maximum", "desired", "cause"),
    [
        (3, 5, 3, "minimum capacity was set to 3"),
        (0, 1, 1, "maximum capacity was set to 1"),
    ],
)
async def test_a_desired_count_out_of_bounds_is_set_to_the_bound(
    scaled: ScaledService, minimum: int, maximum: int, desired: int, cause: str
) -> None:
    await scaled.register(minimum, maximum)

    assert scaled.desired == desired
    (activity,) = (await scaled.call("DescribeScalingActivities", ServiceNamespace="ecs"))[
        "ScalingActivities"
    ]
    assert activity["Cause"] == cause
    assert activity["Description"] == f"Setting desired count to {desired}."
    assert activity["StatusCode"] == "Successful"


async def test_a_service_within_bounds_is_not_updated(scaled: ScaledService) -> None:
    await scaled.register(1, 10)

    assert "UpdateService" not in scaled.aws.names()


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
async def test_invalid_registrations_are_rejected(
    scaled: ScaledService, parameters: dict[str, Any], message: str
) -> None:
    response = await scaled.call("RegisterScalableTarget", **{**TARGET, **parameters})

    assert response["__type"] == "ValidationException"
    assert message in response["message"]
    assert scaled.store.records(CALLER, "targets") == []


async def test_missing_parameters_are_all_listed(scaled: ScaledService) -> None:
    response = await scaled.call("RegisterScalableTarget", ServiceNamespace="ecs")

    assert response["message"] == (
        "2 validation errors detected: "
        "Value null at 'resourceId' failed to satisfy constraint: Member must not be null; "
        "Value null at 'scalableDimension' failed to satisfy constraint: Member must not be null"
    )


async def test_an_inactive_service_does_not_exist(scaled: ScaledService) -> None:
    scaled.status = "INACTIVE"

    assert (await scaled.register())["__type"] == "ValidationException"


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
    scaled: ScaledService, operation: str, more: dict[str, Any]
) -> None:
    response = await scaled.call(operation, **TARGET, **more)

    assert response == {"__type": "ObjectNotFoundException", "message": NOT_REGISTERED}


async def test_a_policy_gets_two_alarms(scaled: ScaledService) -> None:
    await scaled.register()
    response = await scaled.track(TargetValue=60.0)

    high, low = scaled.aws.parameters("PutMetricAlarm")
    assert high["AlarmName"].startswith("TargetTracking-service/c/s-AlarmHigh-")
    assert (high["Threshold"], high["ComparisonOperator"]) == (60.0, "GreaterThanThreshold")
    assert (low["Threshold"], low["ComparisonOperator"]) == (54.0, "LessThanThreshold")
    assert high["Dimensions"] == [
        {"Name": "ClusterName", "Value": "c"},
        {"Name": "ServiceName", "Value": "s"},
    ]
    assert high["AlarmActions"] == [response["PolicyARN"]]
    assert [each["AlarmName"] for each in response["Alarms"]] == [
        high["AlarmName"],
        low["AlarmName"],
    ]


async def test_a_policy_is_described_as_it_was_put(scaled: ScaledService) -> None:
    await scaled.register()
    put = await scaled.track()

    (described,) = (
        await scaled.call("DescribeScalingPolicies", ServiceNamespace="ecs", PolicyNames=["cpu"])
    )["ScalingPolicies"]

    assert described["PolicyARN"] == put["PolicyARN"]
    assert put["PolicyARN"].endswith(":resource/ecs/service/c/s:policyName/cpu")
    assert described["TargetTrackingScalingPolicyConfiguration"] == CPU
    assert described["Alarms"] == put["Alarms"]


async def test_putting_a_policy_again_replaces_it(scaled: ScaledService) -> None:
    await scaled.register()
    first = await scaled.track()
    second = await scaled.track(TargetValue=70.0)

    assert second["PolicyARN"] == first["PolicyARN"]
    (deleted,) = scaled.aws.parameters("DeleteAlarms")
    assert deleted["AlarmNames"] == [each["AlarmName"] for each in first["Alarms"]]
    assert len(scaled.store.records(CALLER, "policies")) == 1


async def test_the_type_of_a_policy_cannot_be_changed(scaled: ScaledService) -> None:
    await scaled.register()
    await scaled.track()

    response = await scaled.call(
        "PutScalingPolicy", **TARGET, PolicyName="cpu", StepScalingPolicyConfiguration=STEP
    )

    assert response["__type"] == "ValidationException"


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
async def test_invalid_policies_are_rejected(
    scaled: ScaledService, parameters: dict[str, Any], message: str
) -> None:
    await scaled.register()
    if "TargetTrackingScalingPolicyConfiguration" in parameters:
        parameters = {"PolicyType": "TargetTrackingScaling", **parameters}

    response = await scaled.call("PutScalingPolicy", **TARGET, PolicyName="p", **parameters)

    assert response["__type"] == "ValidationException"
    assert message in response["message"]
    assert scaled.store.records(CALLER, "policies") == []


async def test_the_alarms_of_a_deleted_policy_are_deleted(scaled: ScaledService) -> None:
    await scaled.register()
    put = await scaled.track()

    await scaled.call("DeleteScalingPolicy", **TARGET, PolicyName="cpu")

    (deleted,) = scaled.aws.parameters("DeleteAlarms")
    assert deleted["AlarmNames"] == [each["AlarmName"] for each in put["Alarms"]]
    missing = await scaled.call("DeleteScalingPolicy", **TARGET, PolicyName="cpu")
    assert missing["__type"] == "ObjectNotFoundException"
    assert missing["message"].endswith("policy name: cpu")


async def test_policies_and_alarms_of_a_deregistered_target_are_deleted(
    scaled: ScaledService,
) -> None:
    await scaled.register()
    await scaled.track()

    assert await scaled.call("DeregisterScalableTarget", **TARGET) == {}

    assert "DeleteAlarms" in scaled.aws.names()
    assert scaled.store.records(CALLER, "targets") == scaled.store.records(CALLER, "policies") == []


async def test_tags_are_kept_per_target(scaled: ScaledService) -> None:
    arn = (await scaled.register(Tags={"a": "1", "b": "2"}))["ScalableTargetARN"]

    await scaled.call("TagResource", ResourceARN=arn, Tags={"b": "3", "c": "4"})
    await scaled.call("UntagResource", ResourceARN=arn, TagKeys=["a", "none"])

    assert await scaled.call("ListTagsForResource", ResourceARN=arn) == {
        "Tags": {"b": "3", "c": "4"}
    }


async def test_tags_of_an_unknown_target_are_an_error(scaled: ScaledService) -> None:
    await scaled.register()

    response = await scaled.call("ListTagsForResource", ResourceARN="arn:none")

    assert response["__type"] == "ResourceNotFoundException"


async def test_lists_are_filtered_and_paged(scaled: ScaledService) -> None:
    await scaled.register()
    for name in ("a", "b", "c"):
        await scaled.track(name)

    async def names(**requested: Any) -> tuple[list[str], str | None]:
        response = await scaled.call("DescribeScalingPolicies", ServiceNamespace="ecs", **requested)
        return [each["PolicyName"] for each in response["ScalingPolicies"]], response.get(
            "NextToken"
        )

    first, token = await names(MaxResults=2)
    assert (first, await names(MaxResults=2, NextToken=token)) == (["a", "b"], (["c"], None))
    assert await names(ResourceId="service/c/other") == ([], None)
    targets = await scaled.call(
        "DescribeScalableTargets", ServiceNamespace="ecs", ResourceIds=["service/c/other"]
    )
    assert targets == {"ScalableTargets": []}


async def test_unsupported_operations_are_an_error(scaled: ScaledService) -> None:
    response = await scaled.call("PutScheduledAction", **TARGET, ScheduledActionName="s")

    assert response["__type"] == "UnknownOperationException"
    assert await scaled.call("DescribeScheduledActions", ServiceNamespace="ecs") == {
        "ScheduledActions": []
    }
