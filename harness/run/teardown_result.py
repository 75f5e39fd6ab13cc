"""How the teardown of a run ended, for its report."""

from dataclasses import dataclass
from enum import StrEnum


class TeardownState(StrEnum):
    """How a teardown ended, as reports show it."""

    NONE = "no teardown: the stack was left as it is"
    KEPT = "no teardown: the stack was kept on request"
    PROVED = "teardown proof: zero resources left"
    ENDED = "no teardown proof: the target had ended, with everything that it held"
    FAILED = "the teardown failed; resources may be left"
    ABANDONED = "the teardown was abandoned; resources may be left"


@dataclass
class TeardownResult:
    """How the teardown of a run ended; the process that tears it down sets this.

    Attributes:
        bundle: Name of a zip in the report's folder with the files about a failure; or empty.
    """

    state: TeardownState = TeardownState.NONE
    leftovers: tuple[str, ...] = ()
    bundle: str = ""

    def __str__(self) -> str:
        if not self.leftovers:
            return self.state.value
        noun = "resource" if len(self.leftovers) == 1 else "resources"
        return f"teardown proof FAILED: {len(self.leftovers)} {noun} left"
