"""What may be registered as a scalable target, and with which bounds."""

import re
from typing import Any

from harness.emulator.gateway.autoscaling.ecs import EcsServices
from harness.emulator.gateway.autoscaling.errors import ValidationError
from harness.emulator.gateway.autoscaling.store import Record, ScalableId
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.tenant import Tenant

__all__ = ["check_scalable", "new_bounds"]

_ECS_RESOURCE = re.compile(r"service/[^/]+/[^/]+")
_ECS_DIMENSION = "ecs:service:DesiredCount"


async def check_scalable(aws: AwsApi, tenant: Tenant, scalable: ScalableId) -> None:
    """Check that a resource is an ECS service that exists.

    Raises:
        ValidationError: It is not.
    """
    if scalable.namespace != "ecs":
        raise ValidationError(
            f"The embedded cloud scales ECS services only, not {scalable.namespace}"
        )
    fits = _ECS_RESOURCE.fullmatch(scalable.resource) and scalable.dimension == _ECS_DIMENSION
    if not fits:
        raise ValidationError("Unsupported service namespace, resource type or scalable dimension")
    if await EcsServices(aws).state(tenant, scalable) is None:
        raise ValidationError(f"ECS service doesn't exist: {scalable.resource}")


def new_bounds(parameters: dict[str, Any], known: Record | None) -> dict[str, int]:
    """Return the capacity bounds after a registration.

    Args:
        parameters: The request; both bounds are required of a new target.
        known: The target as it is registered already.

    Raises:
        ValidationError: A bound is missing, negative, or above the other.
    """
    bounds = {}
    for name, word in (("MinCapacity", "Minimum"), ("MaxCapacity", "Maximum")):
        bound = parameters.get(name, (known or {}).get(name))
        if bound is None:
            raise ValidationError(f"{word} capacity must be specified for a new scalable target")
        if bound < 0:
            raise ValidationError(f"{word} capacity cannot be negative")
        bounds[name] = bound
    if bounds["MinCapacity"] > bounds["MaxCapacity"]:
        raise ValidationError("Maximum capacity cannot be less than minimum capacity")
    return bounds
