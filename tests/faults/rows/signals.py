"""Signals to the command in every phase of a run."""

import signal
from collections.abc import Callable, Iterator

from tests.faults.row import NETWORK, NO_REPORT, SECRET, Row
from tests.faults.scene import Scene

FAMILY = "Signals"
Wait = Callable[[Scene], None]


def output(text: str) -> Wait:
    return lambda scene: scene.cli.await_output(text)


def resource(kind: str) -> Wait:
    return lambda scene: scene.cli.await_resource(kind)


def cold(scene: Scene) -> None:
    """Have no cache, so that the synth takes its time."""
    scene.cli.variables["XDG_CACHE_HOME"] = str(scene.folder / "cache")


PHASES: dict[str, tuple[Wait, tuple[str, ...]]] = {
    "start": (output("start target: started"), SECRET),
    "init": (output("init: started"), SECRET),
    "synth": (output("synth: started"), SECRET),
    "apply, early": (resource("aws_vpc"), NETWORK),
    "apply, middle": (resource("aws_subnet"), NETWORK),
    "apply, late": (resource("aws_nat_gateway"), NETWORK),
    "checks": (output("checks: started"), SECRET),
    "destroy": (output("destroy: started"), SECRET),
    "teardown proof": (output("teardown proof: started"), SECRET),
}
SHIELDED = ("destroy", "teardown proof")
SIGNALS = {
    signal.SIGINT: 130,
    signal.SIGTERM: 143,
    signal.SIGHUP: 143,
    signal.SIGKILL: -9,
}
QUICK = {(signal.SIGHUP, "apply, early"), (signal.SIGKILL, "start"), (signal.SIGTERM, "init")}


def rows() -> Iterator[Row]:
    for phase, (wait, tiers) in PHASES.items():
        for number, status in SIGNALS.items():
            yield _row(number, phase, wait, tiers, status)
    yield Row(
        FAMILY,
        "SIGINT, and another one during the teardown",
        "apply",
        inject=press(2),
        tiers=NETWORK,
        status=130,
        verdict="interrupted",
    )
    yield Row(
        FAMILY,
        "SIGINT, and three more: the teardown is abandoned",
        "apply",
        inject=press(4),
        tiers=NETWORK,
        status=130,
        verdict="interrupted",
        kept=True,
    )


def press(times: int) -> Wait:
    """Press Ctrl-C during the apply, and then during the teardown."""

    def inject(scene: Scene) -> None:
        scene.cli.await_resource("aws_vpc")
        scene.cli.family()
        scene.cli.press_ctrl_c()
        scene.cli.await_output("destroy: started")
        for left in range(2, 3 - times, -1):
            scene.cli.press_ctrl_c()
            if left > 0:
                scene.cli.await_output(f"tearing down; {left} more Ctrl-C abandon it")

    return inject


def _row(
    number: signal.Signals, phase: str, wait: Wait, tiers: tuple[str, ...], status: int
) -> Row:
    def inject(scene: Scene) -> None:
        wait(scene)
        scene.cli.family()
        if number is signal.SIGINT:
            scene.cli.press_ctrl_c()
        elif number is signal.SIGKILL:
            scene.cli.kill_harness()
            scene.cli.await_end_of_processes()
        else:
            scene.cli.process.send_signal(number)

    killed = number is signal.SIGKILL
    shielded = phase in SHIELDED and not killed
    return Row(
        FAMILY,
        number.name,
        phase,
        inject=inject,
        before=cold if phase == "synth" else lambda _: None,
        tiers=tiers,
        status=0 if shielded else status,
        verdict=NO_REPORT if killed else "passed" if shielded else "interrupted",
        kept=killed,
        quick=(number, phase) in QUICK,
    )
