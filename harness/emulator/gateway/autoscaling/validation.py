"""Validates the parameters of requests, and pages the lists of responses.

Messages are those of AWS.
"""

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import Shape, StructureShape

from harness.emulator.gateway.autoscaling.metrics import metric_of
from harness.emulator.gateway.autoscaling.scaling_decision import TRACKING
from harness.emulator.gateway.autoscaling.store import (
    IDENTITY,
    AutoScalingError,
    Record,
    ScalableId,
    active_service,
)
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller

_PAGE = 50
# Fields that are internal, or returned by another operation only.
_HIDDEN = ("LastOut", "LastIn", "Tags")
_LIST_FILTERS = (("ResourceIds", "ResourceId"), ("PolicyNames", "PolicyName"))
_CONFIGURATIONS = {
    "StepScaling": "StepScalingPolicyConfiguration",
    "TargetTrackingScaling": TRACKING,
}
_ECS_RESOURCE = re.compile(r"service/[^/]+/[^/]+")
_ECS_DIMENSION = "ecs:service:DesiredCount"
_FAILED = "failed to satisfy constraint:"


def validate(parameters: dict[str, Any], shape: Shape | None) -> None:
    """Check required members and enumerations.

    Raises:
        AutoScalingError: Lists every invalid parameter, with the message of AWS.
    """
    problems = list(_problems(parameters, shape, ""))
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise AutoScalingError(
            f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"
        )


def _problems(value: Any, shape: Shape | None, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            where = f"{path}{name[0].lower()}{name[1:]}"
            if name in value:
                yield from _problems(value[name], member, f"{where}.")
            elif name in shape.required_members:
                yield f"Value null at '{where}' {_FAILED} Member must not be null"
    elif getattr(shape, "enum", None) and value not in shape.enum:  # type: ignore[union-attr]
        allowed = ", ".join(shape.enum)  # type: ignore[union-attr]
        constraint = f"Member must satisfy enum value set: [{allowed}]"
        yield f"Value '{value}' at '{path.rstrip('.')}' {_FAILED} {constraint}"


async def check_scalable(aws: AwsApi, caller: Caller, scalable: ScalableId) -> None:
    """Check that a resource is an ECS service that exists.

    Raises:
        AutoScalingError: It is not, or does not exist.
    """
    if scalable.namespace != "ecs":
        raise AutoScalingError(
            f"The embedded cloud scales ECS services only, not {scalable.namespace}"
        )
    fits = _ECS_RESOURCE.fullmatch(scalable.resource) and scalable.dimension == _ECS_DIMENSION
    if not fits:
        raise AutoScalingError("Unsupported service namespace, resource type or scalable dimension")
    if await active_service(aws, caller, scalable) is None:
        raise AutoScalingError(f"ECS service doesn't exist: {scalable.resource}")


def new_bounds(parameters: dict[str, Any], registered: Record | None) -> dict[str, int]:
    """Return the capacity bounds after a registration.

    Raises:
        AutoScalingError: A bound is missing, negative, or above the other.
    """
    bounds = {}
    for name, word in (("MinCapacity", "Minimum"), ("MaxCapacity", "Maximum")):
        bound = parameters.get(name, (registered or {}).get(name))
        if bound is None:
            raise AutoScalingError(f"{word} capacity must be specified for a new scalable target")
        if bound < 0:
            raise AutoScalingError(f"{word} capacity cannot be negative")
        bounds[name] = bound
    if bounds["MinCapacity"] > bounds["MaxCapacity"]:
        raise AutoScalingError("Maximum capacity cannot be less than minimum capacity")
    return bounds


def policy_configuration(parameters: dict[str, Any], scalable: ScalableId) -> Record:
    """Return the type and the configuration of a policy.

    Raises:
        AutoScalingError: The configuration is missing, or not valid for type or resource.
    """
    kind = parameters.get("PolicyType", "StepScaling")
    if kind not in _CONFIGURATIONS:
        raise AutoScalingError(f"The embedded cloud does not offer policies of type {kind}")
    name = _CONFIGURATIONS[kind]
    if name not in parameters:
        raise AutoScalingError(f"{name} must be specified for a policy of type {kind}")
    configuration = parameters[name]
    if kind == "TargetTrackingScaling":
        metric_of(configuration, scalable)
    elif not configuration.get("StepAdjustments"):
        raise AutoScalingError("At least one step adjustment must be specified")
    return {"PolicyType": kind, name: configuration}


def listing(name: str, records: list[Record], parameters: dict[str, Any]) -> dict[str, Any]:
    """Return one page of the records that match a request."""
    found = [record for record in records if _matches(record, parameters)]
    start = int(parameters.get("NextToken", 0))
    end = start + int(parameters.get("MaxResults", _PAGE))
    visible = [{k: each[k] for k in each if k not in _HIDDEN} for each in found[start:end]]
    page: dict[str, Any] = {name: visible}
    if end < len(found):
        page["NextToken"] = str(end)
    return page


def _matches(record: Record, parameters: dict[str, Any]) -> bool:
    single = all(record[name] == parameters.get(name, record[name]) for name in IDENTITY)
    return single and all(
        record[member] in parameters[name] for name, member in _LIST_FILTERS if parameters.get(name)
    )
