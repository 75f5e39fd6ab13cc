"""Tasks that run beside the API, and the scale of their waiting times."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True)
class TimeScale:
    """Scales the waiting times of AWS (intervals, delays, cooldowns) for the emulator.

    Attributes:
        factor: Seconds in the emulator for one second on AWS.
        shortest: The shortest wait in seconds, to avoid busy loops.
    """

    factor: float
    shortest: float = 0.2

    def seconds(self, aws_seconds: float) -> float:
        """Return the seconds to wait instead of ``aws_seconds``."""
        return max(self.shortest, aws_seconds * self.factor)


class BackgroundService(ABC):
    """A background task of the gateway; MiniStack serves from its start until after its stop."""

    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the task."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Cancel the task, if it was started."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @abstractmethod
    async def _run(self) -> None:
        """Run until cancelled."""
