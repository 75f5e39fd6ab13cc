"""Are the parameters of a call such as botocore's model of the API wants them?"""

from collections.abc import Iterator
from typing import Any

from botocore.model import Shape, StructureShape

from harness.emulator.gateway.autoscaling.errors import ValidationError

__all__ = ["validate"]


def validate(parameters: dict[str, Any], shape: Shape | None) -> None:
    """Check required members and enumerations.

    Raises:
        ValidationError: In AWS's words, naming every parameter that is wrong.
    """
    problems = list(_problems(parameters, shape, ""))
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise ValidationError(
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
        wanted = f"Member must satisfy enum value set: [{allowed}]"
        yield f"Value '{value}' at '{path.rstrip('.')}' {_FAILED} {wanted}"


_FAILED = "failed to satisfy constraint:"
