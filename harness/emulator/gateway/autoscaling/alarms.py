"""The two CloudWatch alarms of a target tracking policy, created and deleted with it.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

import uuid

from harness.emulator.gateway.autoscaling.metrics import metric_of
from harness.emulator.gateway.autoscaling.scaling_decision import (
    HIGH_SECONDS,
    LOW_SECONDS,
    LOW_SHARE,
    TRACKING,
)
from harness.emulator.gateway.autoscaling.store import Record, ScalableId
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller

_PERIOD_SECONDS = 60
_KINDS = (
    ("AlarmHigh", "GreaterThanThreshold", 1.0, HIGH_SECONDS),
    ("AlarmLow", "LessThanThreshold", LOW_SHARE, LOW_SECONDS),
)


async def create_alarms(aws: AwsApi, caller: Caller, policy: Record) -> list[Record]:
    """Create the alarms of a policy; return them in the format of DescribeScalingPolicies."""
    metric = metric_of(policy[TRACKING], ScalableId.of(policy))
    created = []
    for kind, comparison, share, seconds in _KINDS:
        name = f"TargetTracking-{policy['ResourceId']}-{kind}-{uuid.uuid4()}"
        await aws.call(
            caller,
            "cloudwatch",
            "PutMetricAlarm",
            AlarmName=name,
            AlarmDescription="DO NOT EDIT OR DELETE. For TargetTrackingScaling policy "
            f"{policy['PolicyARN']}.",
            ActionsEnabled=True,
            AlarmActions=[policy["PolicyARN"]],
            **metric,
            Period=_PERIOD_SECONDS,
            EvaluationPeriods=int(seconds / _PERIOD_SECONDS),
            Threshold=policy[TRACKING]["TargetValue"] * share,
            ComparisonOperator=comparison,
        )
        arn = f"arn:aws:cloudwatch:{caller.region}:{caller.account}:alarm:{name}"
        created.append({"AlarmName": name, "AlarmARN": arn})
    return created


async def delete_alarms(aws: AwsApi, caller: Caller, policy: Record) -> None:
    """Delete the alarms of a policy."""
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    if names:
        await aws.call(caller, "cloudwatch", "DeleteAlarms", AlarmNames=names)
        policy["Alarms"] = []
