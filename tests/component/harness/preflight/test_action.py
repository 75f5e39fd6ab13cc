"""The GitHub Action: all of its shell steps, in order, as a job runs them."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[4]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = [step for step in ACTION["runs"]["steps"] if "run" in step]
BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "%s"\n}\n'
# As GitHub runs a step with `shell: bash`.
BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]


def run_steps(folder: Path, **inputs: str) -> list[subprocess.CompletedProcess[str]]:
    """Run the steps until one fails; ``pip`` only writes its arguments to ``pip.txt``."""
    programs = folder / "programs"
    programs.mkdir()
    pip = programs / "pip"
    pip.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{folder}/pip.txt\n')
    pip.chmod(0o755)
    defaults = {name: item["default"] for name, item in ACTION["inputs"].items()}
    values = {f"inputs.{name}": text for name, text in {**defaults, **inputs}.items()}
    values["github.action_path"] = str(ROOT)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = []
    for step in STEPS:
        assert step["shell"] == "bash"
        own = {
            name: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: values[match[1]], text)
            for name, text in step["env"].items()
        }
        environment = {**os.environ, "PATH": path, **own}
        command = [*BASH, step["run"]]
        done.append(
            subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        )
        if done[-1].returncode:
            break
    return done


@pytest.mark.parametrize(("name", "status"), [("Not_A_Bucket", 1), ("a-bucket", 0)])
def test_the_steps_install_the_package_and_annotate_the_lines_of_blockers(
    tmp_path: Path, name: str, status: int
) -> None:
    (tmp_path / "main.tf").write_text(BUCKET % name)
    install, check = run_steps(tmp_path, arguments="--var a=b")
    assert (install.returncode, check.returncode) == (0, status)
    assert ("::error file=main.tf,line=1,title=s3/bucket-name::" in check.stdout) is bool(status)


def test_the_package_is_installed_from_the_action_with_an_extra_that_exists(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.tf").write_text(BUCKET % "a-bucket")
    run_steps(tmp_path)
    *options, package = (tmp_path / "pip.txt").read_text().splitlines()
    assert options == ["install", "--quiet"]
    assert package == f"{ROOT}[hcl]"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "hcl" in project["optional-dependencies"]


def test_a_path_with_a_space_and_several_arguments(tmp_path: Path) -> None:
    (tmp_path / "my stack").mkdir()
    (tmp_path / "my stack" / "main.tf").write_text(BUCKET % "a-bucket")
    *_, check = run_steps(tmp_path, path="my stack", arguments="--disposable --var a=b")
    assert check.returncode == 1
    assert "title=s3/bucket-without-force-destroy" in check.stdout


def test_a_failed_installation_ends_the_job(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BUCKET % "a-bucket")
    (tmp_path / "pip.txt").mkdir()  # the stand-in for pip cannot write its arguments
    (install,) = run_steps(tmp_path)
    assert install.returncode
