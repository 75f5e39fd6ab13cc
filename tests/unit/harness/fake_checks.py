"""Results of checks, and a replacement for all checks."""

from collections.abc import Callable, Sequence
from typing import Any

from harness.run.evidence import CheckResult, Plane, Status


def result(check: str, status: Status = Status.PASSED) -> CheckResult:
    return CheckResult(
        check=check,
        claim=f"claim of {check}",
        plane=Plane.DATA,
        target="embedded",
        status=status,
        observed="evidence",
        seconds=0.1,
    )


class FakeChecks:
    """Replaces all checks: two read-only ones, and one that changes the stack."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.interrupted = False

    def __call__(
        self,
        context: Any,
        *,
        only: Sequence[str] | None,
        exclusive: bool,
        before_exclusive: Callable[[], object],
        on_result: Callable[[CheckResult], None],
    ) -> tuple[CheckResult, ...]:
        self.given = {"only": only, "exclusive": exclusive, "context": context}
        for check in ("alb/b", "alb/a"):
            on_result(result(check))
        if self.interrupted:
            raise KeyboardInterrupt
        before_exclusive()
        on_result(result("ecs/c"))
        return tuple(map(result, ("alb/a", "alb/b", "ecs/c")))
