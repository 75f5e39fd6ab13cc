"""Records that are damaged or forged: `destroy --all` and `sweep --yes` touch nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from harness.run.ledger import Ledger, RunRecord, RunStatus
from tests.faults.row import NO_REPORT, Row
from tests.faults.scene import Scene

FAMILY = "Damaged and forged records"
FORGED = "forged"
Change = Callable[[Scene, dict[str, Any]], object]


def rows() -> Iterator[Row]:
    for command in (("destroy", "--all"), ("sweep", "--yes")):
        for fault, change in (
            ("the record is cut off", lambda _, __: '{"environment_suffix": "for'),
            ("the record is empty", lambda _, __: ""),
            ("the record is nested 20,000 times", lambda _, __: "[" * 20_000),
            ("a field has another type", lambda _, record: record | {"applied": "yes"}),
            ("the suffix is a path", suffix_is_a_path),
            ("the target is unknown", lambda _, record: record | {"target": "nowhere"}),
            ("the record is a link to a file of the user", record_is_a_link),
        ):
            yield _row(f"{fault}", command, change, status=1)
    for fault, change, status in (
        ("the cloud is a folder of the user", cloud_is_a_decoy, 1),
        ("the cloud is a link to a folder of the user", cloud_is_a_link, 1),
        ("the run's folder holds a link to a folder of the user", workspace_is_a_link, 1),
        ("the owner is a process of the user", owner_is_a_decoy, 0),
    ):
        yield _row(fault, ("destroy", f"--environment-suffix={FORGED}"), change, status=status)


def _row(fault: str, command: tuple[str, ...], change: Change, *, status: int) -> Row:
    forging = Forging(change)
    return Row(
        FAMILY,
        fault,
        " ".join(command).replace(f"--environment-suffix={FORGED}", "SUFFIX"),
        before=forging.before,
        after=forging.after,
        command=command,
        status=status,
        verdict=NO_REPORT,
        bystander=False,
        quick=True,
    )


class Forging:
    """Puts a forged record beside decoys, and verifies that the decoys are untouched.

    Args:
        change: Returns the text of the record, or its fields, or None for the record as it is.
    """

    def __init__(self, change: Change) -> None:
        self._change = change
        self._decoys: dict[str, bytes] = {}

    def before(self, scene: Scene) -> None:
        decoy = scene.folder / "decoy"
        (decoy / "engine" / "containers").mkdir(parents=True)
        for name in ("precious", "cloud.json", "engine/containers/1.json", "terraform.tfstate"):
            (decoy / name).write_text("{}")
        (decoy / "cloud.json").write_text(json.dumps({"supervisor_pid": os.getpid()}))
        ledger = Ledger(scene.cli.home)
        record = RunRecord(
            FORGED,
            target="embedded",
            region="eu-north-1",
            status=RunStatus.DEPLOYED,
            started_at="2026-01-01T00:00:00+00:00",
            applied=True,
            attachment={"cloud": str(scene.folder / "catalog-cloud-ended")},
        )
        ledger.begin(record)
        path = ledger.directory(FORGED) / "run.json"
        forged = self._change(scene, json.loads(path.read_text()))
        if forged is not None:
            path.write_text(forged if isinstance(forged, str) else json.dumps(forged))
        self._decoys = _contents(decoy)

    def after(self, scene: Scene) -> None:
        scene.expect(_contents(scene.folder / "decoy") == self._decoys, "a decoy was touched")
        folder = scene.cli.home / "runs" / FORGED
        if scene.cli.process.returncode:
            shown = str(folder) in scene.cli.output.replace("\n", "") or FORGED in scene.cli.output
            scene.expect(shown, f"the error does not name it: {scene.cli.output[-300:]}")
            scene.expect((folder / "run.json").exists(), "the record is gone")
        # A user would move the folder away, as the error says.
        folder.rename(scene.folder / "moved-away")


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def suffix_is_a_path(scene: Scene, record: dict[str, Any]) -> object:
    return record | {"environment_suffix": "../../decoy"}


def cloud_is_a_decoy(scene: Scene, record: dict[str, Any]) -> object:
    return record | {"attachment": {"cloud": str(scene.folder / "decoy")}}


def cloud_is_a_link(scene: Scene, record: dict[str, Any]) -> object:
    link = scene.folder / "catalog-cloud-link"
    link.symlink_to(scene.folder / "decoy")
    return record | {"attachment": {"cloud": str(link)}}


def workspace_is_a_link(scene: Scene, record: dict[str, Any]) -> None:
    (scene.cli.home / "runs" / FORGED / "terraform").symlink_to(scene.folder / "decoy")


def record_is_a_link(scene: Scene, record: dict[str, Any]) -> None:
    path = scene.cli.home / "runs" / FORGED / "run.json"
    path.rename(scene.folder / "mine.json")
    path.symlink_to(scene.folder / "mine.json")


def owner_is_a_decoy(scene: Scene, record: dict[str, Any]) -> object:
    """Name a living process, which must not be signalled, as owner and in the lock."""
    decoy = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)

    def still_runs() -> None:
        scene.expect(decoy.poll() is None, "the decoy was ended")
        decoy.kill()
        decoy.wait()
        assert decoy.stdin is not None
        decoy.stdin.close()

    scene.stack.callback(still_runs)
    lock = {"pid": decoy.pid, "started": "", "since": "", "activity": "none"}
    (scene.cli.home / "runs" / FORGED / "owner.lock").write_text(json.dumps(lock))
    return record | {"owner_pid": decoy.pid}
