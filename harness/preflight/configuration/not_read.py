"""What was not read of a configuration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NotRead:
    """A part of a configuration that was not read.

    Attributes:
        matters: Whether it may have AWS resources, so that the configuration is incomplete.
    """

    name: str
    reason: str
    matters: bool = True

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"
