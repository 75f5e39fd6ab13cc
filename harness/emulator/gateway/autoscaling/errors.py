"""The errors that Application Auto Scaling answers with.

https://docs.aws.amazon.com/autoscaling/application/APIReference/CommonErrors.html
"""

from typing import ClassVar

from harness.core.errors import EmulatorError


class AnswerError(EmulatorError):
    """An error to answer a call with.

    Attributes:
        code: AWS's name of it.
    """

    code: ClassVar[str]


class ValidationError(AnswerError):
    """A parameter is missing or wrong."""

    code = "ValidationException"


class ObjectNotFoundError(AnswerError):
    """The scalable target or the scaling policy does not exist."""

    code = "ObjectNotFoundException"


class ResourceNotFoundError(AnswerError):
    """There is no scalable target with that ARN."""

    code = "ResourceNotFoundException"


class UnknownOperationError(AnswerError):
    """The embedded cloud does not offer the operation."""

    code = "UnknownOperationException"
