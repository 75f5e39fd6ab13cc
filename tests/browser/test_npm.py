"""The commands of docs/index.md that need npm."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path("docs/index.md").read_text()


@pytest.mark.skipif(shutil.which("npx") is None, reason="no npx on PATH")
def test_cdktf_of_npm_synthesizes_the_stack(tmp_path: Path) -> None:
    (command,) = re.findall(r"^\$ ENVIRONMENT_SUFFIX=dev1 (npx cdktf-cli\S* synth)$", PAGE, re.M)
    program, *arguments = command.split()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    subprocess.run(
        [program, "--yes", *arguments, "--output", str(tmp_path)],
        check=True,
        timeout=300,
        env={**os.environ, "PATH": path, "ENVIRONMENT_SUFFIX": "dev1", "CI": "1"},
    )

    found = json.loads((tmp_path / "stacks/catalog/cdk.tf.json").read_text())
    assert "aws_ecs_service" in found["resource"]
