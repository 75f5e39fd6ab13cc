"""One fault: what is injected into which command, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.scene import Scene

SECRET, NETWORK = ("secret",), ("network",)
NO_REPORT = "-"


def nothing(_: Scene) -> None:
    """Inject nothing while the command runs."""


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        family: Heading under which it is listed.
        fault: What goes wrong.
        phase: When.
        inject: Called after the command was started; returns when the fault has happened.
        before: Called before the command is started.
        after: Called when everything was verified but the clean-up has not begun.
        command: The command and its options.
        tiers: The tiers that it deploys.
        status: Its exit status.
        verdict: That of its report; ``-`` for none.
        first: Regular expression that its first error must match; empty: there is none.
        kept: The run is not destroyed by the command: record and state must still be there.
        clean_up: The command that removes what was kept; it must succeed.
        bystander: Another run, owned by a living process, is on record.
        remains: What the names of files in the temporary folder begin with that still remain.
        quick: It belongs to the third that runs with every change.
    """

    family: str
    fault: str
    phase: str
    inject: Callable[[Scene], None] = nothing
    before: Callable[[Scene], None] = nothing
    after: Callable[[Scene], None] = nothing
    command: tuple[str, ...] = ("run",)
    tiers: tuple[str, ...] = SECRET
    status: int = 0
    verdict: str = "passed"
    first: str = ""
    kept: bool = False
    clean_up: tuple[str, ...] = ("sweep", "--yes")
    bystander: bool = True
    remains: str = ""
    quick: bool = False

    @property
    def name(self) -> str:
        """Its id in pytest."""
        return f"{self.family}: {self.fault}, {self.phase}".replace("/", "_")
