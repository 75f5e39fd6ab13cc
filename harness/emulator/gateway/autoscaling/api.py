"""The API of Application Auto Scaling for ECS services.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
"""

from collections.abc import Awaitable, Callable
from typing import Any

from harness.emulator.gateway.autoscaling.metrics import create_alarms, delete_alarms
from harness.emulator.gateway.autoscaling.scaler import Scaler
from harness.emulator.gateway.autoscaling.scaling_decision import TRACKING
from harness.emulator.gateway.autoscaling.store import (
    AutoScalingError,
    Kind,
    Record,
    ScalableId,
    ScalingStore,
)
from harness.emulator.gateway.autoscaling.validation import (
    check_scalable,
    listing,
    new_bounds,
    policy_configuration,
    validate,
)
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, json_response

_NOT_FOUND = "ObjectNotFoundException"

Operation = Callable[[Caller, dict[str, Any]], Awaitable[dict[str, Any] | None]]


class ApplicationAutoScaling(Patch):
    """Implements the service; calls are never passed to MiniStack."""

    service = "application-autoscaling"

    def __init__(self, aws: AwsApi, store: ScalingStore, scaler: Scaler) -> None:
        self._aws = aws
        self._store = store
        self._scaler = scaler
        self._operations: dict[str, Operation] = {
            "RegisterScalableTarget": self._register,
            "DescribeScalableTargets": self._list("ScalableTargets", "targets"),
            "DeregisterScalableTarget": self._deregister,
            "PutScalingPolicy": self._put_policy,
            "DescribeScalingPolicies": self._list("ScalingPolicies", "policies"),
            "DeleteScalingPolicy": self._delete_policy,
            "DescribeScalingActivities": self._list("ScalingActivities", "activities"),
            # They cannot be created.
            "DescribeScheduledActions": self._list("ScheduledActions", "scheduled actions"),
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
        }

    async def handle(self, call: Call, call_next: CallNext) -> Response:  # noqa: ARG002
        """Perform the operation; errors are those of AWS."""
        operation = self._operations.get(call.operation)
        if operation is None:
            message = f"The embedded cloud does not offer {call.operation} of {self.service}"
            return call.error("UnknownOperationException", message)
        try:
            validate(call.json, call.model.input_shape)
            return json_response(await operation(call.caller, call.json) or {})
        except AutoScalingError as error:
            return call.error(error.code, error.message)

    async def _register(self, caller: Caller, parameters: dict[str, Any]) -> dict[str, Any]:
        scalable = ScalableId.of(parameters)
        await check_scalable(self._aws, caller, scalable)
        registered = self._store.target(caller, scalable)
        bounds = new_bounds(parameters, registered)
        target = registered or self._store.new_target(caller, scalable)
        target |= bounds
        target["SuspendedState"] |= parameters.get("SuspendedState", {})
        target["RoleARN"] = parameters.get("RoleARN", target["RoleARN"])
        if registered is None:
            target["Tags"] = parameters.get("Tags", {})
        await self._scaler.enforce_bounds(caller, target)
        return {"ScalableTargetARN": target["ScalableTargetARN"]}

    async def _deregister(self, caller: Caller, parameters: dict[str, Any]) -> None:
        scalable = ScalableId.of(parameters)
        target = self._registered(caller, scalable)
        for policy in self._store.policies_of(caller, scalable):
            await self._remove_policy(caller, policy)
        self._store.records(caller, "targets").remove(target)

    def _registered(self, caller: Caller, scalable: ScalableId) -> Record:
        target = self._store.target(caller, scalable)
        if target is None:
            raise AutoScalingError(f"No scalable target registered for {scalable}", _NOT_FOUND)
        return target

    async def _put_policy(self, caller: Caller, parameters: dict[str, Any]) -> dict[str, Any]:
        scalable = ScalableId.of(parameters)
        self._registered(caller, scalable)
        name = parameters["PolicyName"]
        configuration = policy_configuration(parameters, scalable)
        policy = self._store.policy(caller, scalable, name)
        if policy is None:
            policy = self._store.new_policy(caller, scalable, name)
        elif policy["PolicyType"] != configuration["PolicyType"]:
            raise AutoScalingError("The type of a scaling policy cannot be changed")
        await delete_alarms(self._aws, caller, policy)
        policy |= configuration
        if TRACKING in policy:
            policy["Alarms"] = await create_alarms(self._aws, caller, policy)
        return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}

    async def _delete_policy(self, caller: Caller, parameters: dict[str, Any]) -> None:
        scalable = ScalableId.of(parameters)
        name = parameters["PolicyName"]
        policy = self._store.policy(caller, scalable, name)
        if policy is None:
            raise AutoScalingError(
                f"No scaling policy found for {scalable}, policy name: {name}", _NOT_FOUND
            )
        await self._remove_policy(caller, policy)

    async def _remove_policy(self, caller: Caller, policy: Record) -> None:
        await delete_alarms(self._aws, caller, policy)
        self._store.records(caller, "policies").remove(policy)

    async def _tag(self, caller: Caller, parameters: dict[str, Any]) -> None:
        self._by_arn(caller, parameters)["Tags"] |= parameters["Tags"]

    async def _untag(self, caller: Caller, parameters: dict[str, Any]) -> None:
        tags = self._by_arn(caller, parameters)["Tags"]
        for key in parameters["TagKeys"]:
            tags.pop(key, None)

    async def _list_tags(self, caller: Caller, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": self._by_arn(caller, parameters)["Tags"]}

    def _by_arn(self, caller: Caller, parameters: dict[str, Any]) -> Record:
        arn = parameters["ResourceARN"]
        for target in self._store.records(caller, "targets"):
            if target["ScalableTargetARN"] == arn:
                return target
        raise AutoScalingError(
            f"The specified resource doesn't exist: {arn}", "ResourceNotFoundException"
        )

    def _list(self, name: str, kind: Kind) -> Operation:
        async def describe(caller: Caller, parameters: dict[str, Any]) -> dict[str, Any]:
            return listing(name, self._store.records(caller, kind), parameters)

        return describe
