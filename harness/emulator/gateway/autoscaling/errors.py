"""The errors of Application Auto Scaling.

https://docs.aws.amazon.com/autoscaling/application/APIReference/CommonErrors.html
"""

from typing import ClassVar

from harness.core.errors import EmulatorError


class AutoScalingError(EmulatorError):
    """An error response of the service.

    Attributes:
        code: Error code of AWS.
    """

    code: ClassVar[str]


class ValidationError(AutoScalingError):
    """A parameter is missing or wrong."""

    code = "ValidationException"


class ObjectNotFoundError(AutoScalingError):
    """The scalable target or the scaling policy does not exist."""

    code = "ObjectNotFoundException"


class ResourceNotFoundError(AutoScalingError):
    """There is no scalable target with that ARN."""

    code = "ResourceNotFoundException"


class UnknownOperationError(AutoScalingError):
    """The embedded cloud does not offer the operation."""

    code = "UnknownOperationException"
