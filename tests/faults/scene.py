"""The machine on which a fault happens: a command, a simulated account, another run; and what
must hold after every fault."""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.run.owner import run_lock
from tests.faults.proxy import FaultyProxy
from tests.faults.row import NO_REPORT, Row
from tests.integration.cli_process import CliProcess
from tests.integration.simulated_aws import ACCOUNT, BUCKET, SimulatedAws

IMAGE = "catalog-harness/product-catalog-api:latest"
BYSTANDER = "bystander"
SUFFIX = "faulty"


@dataclass
class Scene:
    """Everything that a row can use.

    Attributes:
        folder: Empty folder of the row, which every user can read.
        cli: The command.
        aws: Starts the simulated account on first use.
        others: Further commands, closed at the end.
    """

    folder: Path
    cli: CliProcess
    aws: Any
    stack: ExitStack
    proxy: FaultyProxy | None = None
    problems: list[str] = field(default_factory=list)

    def another(self) -> CliProcess:
        """Return another command with the same home."""
        folder = Path(tempfile.mkdtemp(prefix="other-", dir=self.folder))
        other = CliProcess(folder)
        self.stack.callback(other.close)
        other.home = self.cli.home
        other.variables.update(self.cli.variables)
        other.variables["CATALOG_HARNESS_REPORT_DIR"] = str(folder / "reports")
        return other

    def use_account(self) -> SimulatedAws:
        """Have the command use the simulated account through a proxy that injects faults."""
        aws: SimulatedAws = self.aws()
        self.proxy = self.stack.enter_context(FaultyProxy.before(aws.endpoint))
        self.cli.variables.update(aws.environment(AWS_ENDPOINT_URL=self.proxy.url))
        return aws

    def expect(self, holds: object, otherwise: str) -> None:
        """Note a problem unless something holds."""
        if not holds:
            self.problems.append(otherwise)

    def record(self) -> dict[str, Any] | None:
        """The record of the run; None if it never began."""
        paths = [p for p in self.cli.home.glob("runs/*/run.json") if p.parent.name != BYSTANDER]
        return json.loads(paths[0].read_text()) if paths else None

    def finish(self, command: CliProcess) -> tuple[int, str]:
        """Wait for the end of another command; return its status and output."""
        return command.wait(), command.output


@contextmanager
def new_scene(aws: Any) -> Iterator[Scene]:
    folder = Path(tempfile.mkdtemp(prefix="fault-"))
    folder.chmod(0o755)
    try:
        with ExitStack() as stack:
            cli = CliProcess(folder)
            stack.callback(cli.close)
            cli.variables["CATALOG_HARNESS_REPORT_DIR"] = str(folder / "reports")
            yield Scene(folder, cli, aws, stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Result:
    """What came of a row."""

    family: str
    fault: str
    phase: str
    status: int
    verdict: str
    kept: bool
    seconds: float
    problems: tuple[str, ...]


def play(row: Row, scene: Scene) -> Result:
    """Inject a fault, and verify everything that must hold after any."""
    started = time.monotonic()
    bystander = scene.stack.enter_context(_bystander(scene.cli.home)) if row.bystander else None
    row.before(scene)
    options = account_options() if scene.proxy and row.command[0] in ("run", "deploy") else ()
    is_run = row.command[0] in ("run", "deploy")
    stack: dict[str, Any] = {"tiers": row.tiers} if is_run else {}
    scene.cli.start(*row.command, *options, **stack)
    row.inject(scene)
    status = scene.cli.wait()
    seconds = time.monotonic() - started
    scene.expect(status == row.status, f"exit status {status}, not {row.status}")
    verdict = _verify_report(row, scene)
    traced = "Traceback" in scene.cli.output and scene.cli.module == "harness"
    scene.expect(not traced, "a traceback")
    row.after(scene)
    _verify_end(row, scene)
    if bystander is not None:
        scene.expect(bystander == _contents(scene.cli.home), "the other run was touched")
    _verify_account(scene)
    return Result(
        row.family, row.fault, row.phase, status, verdict, row.kept, seconds, tuple(scene.problems)
    )


def account_options() -> tuple[str, ...]:
    return (
        "--target=aws",
        f"--account-id={ACCOUNT}",
        f"--state-bucket={BUCKET}",
        f"--image={IMAGE}",
        f"--environment-suffix={SUFFIX}",
    )


def _verify_report(row: Row, scene: Scene) -> str:
    path = scene.folder / "reports" / "report.json"
    report: dict[str, Any] = {"verdict": NO_REPORT, "errors": []}
    if path.exists():
        report = json.loads(path.read_text())
    verdict: str = report["verdict"]
    scene.expect(verdict == row.verdict, f"verdict {verdict!r}, not {row.verdict!r}")
    if row.first:
        failed = [each for each in report.get("results", ()) if each["status"] == "failed"]
        observed = [f"{each['check']}: {each['observed']}" for each in failed]
        error = (report["errors"] or observed or [scene.cli.output.partition("Error: ")[2]])[0]
        first = error.splitlines()[0] if error else "no error"
        scene.expect(re.search(row.first, first), f"first error {first!r}")
    return verdict


def _verify_end(row: Row, scene: Scene) -> None:
    """Verify that the run was destroyed, or kept until its clean-up; and that nothing is left."""
    record = scene.record()
    if row.kept:
        status = record["status"] if record else "none"
        scene.expect(status not in ("destroyed", "none"), f"kept, but on record as {status}")
        cleaning = scene.another()
        cleaning.start(*row.clean_up)
        code, output = scene.finish(cleaning)
        scene.expect(code == 0, f"{' '.join(row.clean_up)}: status {code}: {output[-500:]}")
        _verify_processes(row, cleaning, scene)
        record = scene.record()
    scene.expect(
        record is None or record["status"] == "destroyed",
        f"on record as {record and record['status']}",
    )
    _verify_processes(row, scene.cli, scene)
    folders = [p for p in scene.cli.home.glob("runs/*/terraform") if p.parent.name != BYSTANDER]
    scene.expect(not folders, f"folders: {folders}")


def _verify_processes(row: Row, cli: CliProcess, scene: Scene) -> None:
    """Their sockets end with them, but for those that are files."""
    cli.await_end_of_processes()
    left = [n for n in cli.left_behind() if not row.remains or not n.startswith(row.remains)]
    scene.expect(not left, f"files: {left}")


def _verify_account(scene: Scene) -> None:
    if scene.proxy is None:
        return
    scene.proxy.faults.clear()
    aws = scene.aws()
    scene.expect(not aws.leftovers_of(SUFFIX), f"resources: {aws.leftovers_of(SUFFIX)}")
    scene.expect(not aws.objects(), f"states: {aws.objects()}")


@contextmanager
def _bystander(home: Path) -> Iterator[dict[str, bytes]]:
    """Put a run of another living process on record; yield the contents of its files."""
    ledger = Ledger(home)
    cloud = home.parent / "cloud-of-the-bystander"
    cloud.mkdir()
    (cloud / "data").write_text("precious")
    ledger.begin(
        RunRecord(
            BYSTANDER,
            target="embedded",
            region="eu-north-1",
            status=RunStatus.DEPLOYED,
            started_at="2026-01-01T00:00:00+00:00",
            applied=True,
            keep=True,
            attachment={"cloud": str(cloud)},
        )
    )
    state = ledger.directory(BYSTANDER) / "terraform"
    state.mkdir()
    (state / "terraform.tfstate").write_text('{"resources": []}')
    with run_lock(ledger.directory(BYSTANDER), "another command"):
        yield _contents(home)


def _contents(home: Path) -> dict[str, bytes]:
    folders = (home / "runs" / BYSTANDER, home.parent / "cloud-of-the-bystander")
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
