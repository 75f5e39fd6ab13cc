"""The GitHub Action: its last step as a job runs it; the steps before it install the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ACTION = Path(__file__).parents[4] / "action.yml"
BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "%s"\n}\n'


@pytest.mark.parametrize(("name", "status"), [("Not_A_Bucket", 1), ("a-bucket", 0)])
def test_the_last_step_annotates_the_lines_of_blockers(
    tmp_path: Path, name: str, status: int
) -> None:
    (tmp_path / "main.tf").write_text(BUCKET % name)
    command = re.findall(r"^      run: (catalog-harness .+)$", ACTION.read_text(), re.MULTILINE)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-e", "-c", *command],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "TERRAFORM_PATH": ".", "ARGUMENTS": "--var a=b"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status
    assert ("::error file=main.tf,line=1,title=s3/bucket-name::" in done.stdout) is bool(status)
