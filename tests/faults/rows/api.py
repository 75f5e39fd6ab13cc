"""Faults of the AWS API, injected by a proxy before a simulated account."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.faults.proxy import ALWAYS, Fault
from tests.faults.row import NETWORK, SECRET, Row
from tests.faults.scene import SUFFIX, Scene

FAMILY = "API of the target"
CLEAN_UP = ("destroy", f"--environment-suffix={SUFFIX}")
THROTTLING = "ThrottlingException"
CREATE, DELETE = "^CreateSecret", "^DeleteSecret"


@dataclass(frozen=True)
class Injected:
    """Faults of the API from the start of the command, or from an output, to its end."""

    operation: str
    kind: str
    times: int = 1
    since: str = ""

    def before(self, scene: Scene) -> None:
        scene.use_account()
        if not self.since:
            self._arm(scene)

    def inject(self, scene: Scene) -> None:
        if self.since:
            scene.cli.await_output(self.since)
            self._arm(scene)

    def _arm(self, scene: Scene) -> None:
        assert scene.proxy is not None
        scene.proxy.faults.append(Fault(self.operation, self.kind, self.times))

    def after(self, scene: Scene) -> None:
        assert scene.proxy is not None
        (fault,) = scene.proxy.faults
        scene.expect(fault.happened, f"{self.operation} was never called")
        scene.proxy.faults.clear()


def rows() -> Iterator[Row]:
    for phase, operation in (("apply", CREATE), ("destroy", DELETE)):
        yield _row("three calls are throttled", phase, Injected(operation, THROTTLING, 3))
        yield _row("two responses are 500", phase, Injected(operation, "500", 2))
        yield _row("a connection is reset before the call", phase, Injected(operation, "reset"))
        yield _row("a response is lost after the call", phase, Injected(operation, "lost"))
        yield _row("a call stalls for 30 s", phase, Injected(operation, "stall"))
    yield _row(
        "a response is lost after CreateSubnet was served",
        "apply",
        Injected("^CreateSubnet$", "lost"),
        tiers=NETWORK,
    )
    yield _row(
        "a VPC refuses to go twice",
        "destroy",
        Injected("^DeleteVpc$", "DependencyViolation", 2),
        tiers=NETWORK,
    )
    yield _failing(
        "every call is refused", "apply", Injected(CREATE, "AccessDeniedException", ALWAYS), CREATE
    )
    yield _failing("every call is throttled", "apply", Injected(CREATE, THROTTLING, ALWAYS), CREATE)
    yield _failing(
        "a secret refuses to go, always",
        "destroy",
        Injected(DELETE, "AccessDeniedException", ALWAYS),
        "DeleteSecret",
        kept=True,
    )
    yield _failing(
        "the lists of the proof are refused",
        "teardown proof",
        Injected("^ListSecrets", "AccessDeniedException", ALWAYS, since="destroy: started"),
        "AccessDenied",
        kept=True,
    )
    yield _failing(
        "the state cannot be written",
        "apply",
        Injected(r"^PUT /catalog-states/.*tfstate", "AccessDenied", ALWAYS),
        "state|AccessDenied",
    )
    yield _failing(
        "the state cannot be removed",
        "after the proof",
        Injected(r"^DELETE /catalog-states/.*tfstate", "AccessDenied", ALWAYS),
        "cannot be removed",
        kept=True,
    )


def _row(fault: str, phase: str, injected: Injected, *, tiers: tuple[str, ...] = SECRET) -> Row:
    return Row(
        FAMILY,
        fault,
        phase,
        before=injected.before,
        inject=injected.inject,
        after=injected.after,
        tiers=tiers,
    )


def _failing(fault: str, phase: str, injected: Injected, first: str, *, kept: bool = False) -> Row:
    return replace(
        _row(fault, phase, injected),
        status=1,
        verdict="failed",
        first=first.lstrip("^"),
        kept=kept,
        clean_up=CLEAN_UP,
    )
