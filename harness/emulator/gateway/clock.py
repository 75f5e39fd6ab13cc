"""How fast the emulator's slow clocks run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Turns AWS's waiting times into the emulator's.

    Attributes:
        factor: Seconds here for one second on AWS.
        shortest: The shortest wait in seconds, so that nothing spins.
    """

    factor: float
    shortest: float = 0.2

    def seconds(self, aws_seconds: float) -> float:
        """Return how long to wait where AWS waits ``aws_seconds``."""
        return max(self.shortest, aws_seconds * self.factor)
