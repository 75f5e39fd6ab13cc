"""A run whose terminal closes, as at the end of an SSH session, in a process of its own."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from harness.core.wait import wait_until
from harness.run.ledger import RunStatus
from tests.unit.harness.conftest import fake_run
from tests.unit.harness.fake_run import FakeRun

__all__ = ["fake_run"]

ROOT = Path(__file__).parents[4]
PROGRAM = """
import os, sys, time
from pathlib import Path

import pytest

from harness.cli.main import main
from tests.unit.harness.fake_run import FakeRun

terminal, folder, *arguments = sys.argv[1:]
os.open(terminal, os.O_RDWR)  # becomes the controlling terminal of this session
patch = pytest.MonkeyPatch()
fake_run = FakeRun(Path(folder), patch)

def wait(*_, **__):
    Path(folder, "checking").touch()
    time.sleep(60)

patch.setattr("harness.pipeline.prove.run_checks", wait)
sys.argv = ["catalog-harness", *arguments]
main()
"""


@pytest.mark.parametrize("prefix", [[], ["nohup"]])
def test_a_closed_terminal_is_like_sigterm_unless_the_run_is_under_nohup(
    fake_run: FakeRun, prefix: list[str]
) -> None:
    environ = {**os.environ, "CATALOG_HARNESS_HOME": str(fake_run.home), "PYTHONPATH": str(ROOT)}
    terminal, end = pty.openpty()
    command = [*prefix, sys.executable, "-c", PROGRAM, os.ttyname(end), str(fake_run.folder)]
    process = subprocess.Popen(
        [*command, "run", *fake_run.options()],
        **dict.fromkeys(("stdin", "stdout", "stderr"), end),  # type: ignore[call-overload]
        env=environ,
        cwd=fake_run.folder,
        start_new_session=True,
    )
    os.close(end)

    def is_checking() -> bool:
        assert process.poll() is None, "it ended"
        return (fake_run.folder / "checking").exists()

    try:
        wait_until(
            is_checking,
            what="the checks to run",
            ready=bool,
            timeout=60,
        )
        os.close(terminal)
        if prefix:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(2)
            process.terminate()
        status = process.wait(60)
    finally:
        process.kill()
        process.wait()

    assert status == 143
    assert fake_run.status is RunStatus.DESTROYED
    report = json.loads((fake_run.settings().report_dir / "report.json").read_text())
    assert (report["verdict"], report["torn_down"]) == ("interrupted", True)
