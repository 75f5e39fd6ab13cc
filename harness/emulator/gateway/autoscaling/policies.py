"""What may be put as a scaling policy."""

from typing import Any

from harness.emulator.gateway.autoscaling.errors import ValidationError
from harness.emulator.gateway.autoscaling.metrics import metric_of
from harness.emulator.gateway.autoscaling.store import Record, ScalableId

__all__ = ["policy_configuration"]

_CONFIGURATIONS = {
    "StepScaling": "StepScalingPolicyConfiguration",
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
}


def policy_configuration(parameters: dict[str, Any], scalable: ScalableId) -> Record:
    """Return the type and the configuration of a policy.

    Raises:
        ValidationError: The configuration is missing or does not fit type and resource.
    """
    kind = parameters.get("PolicyType", "StepScaling")
    if kind not in _CONFIGURATIONS:
        raise ValidationError(f"The embedded cloud does not offer policies of type {kind}")
    name = _CONFIGURATIONS[kind]
    if name not in parameters:
        raise ValidationError(f"{name} must be specified for a policy of type {kind}")
    configuration = parameters[name]
    if kind == "TargetTrackingScaling":
        metric_of(configuration, scalable)
    elif not configuration.get("StepAdjustments"):
        raise ValidationError("At least one step adjustment must be specified")
    return {"PolicyType": kind, name: configuration}
