"""The definitions that other repositories use: the GitHub Action and the pre-commit hook."""

from pathlib import Path
from typing import Any

import yaml

from harness.cli.preflight import preflight

ROOT = Path(__file__).parents[2]
OPTIONS = {option for parameter in preflight.params for option in parameter.opts}


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def test_the_action_runs_preflight_with_options_that_exist() -> None:
    action = load("action.yml")
    command = action["runs"]["steps"][-1]["run"]
    assert command.startswith("catalog-harness preflight ")
    assert {word for word in command.split() if word.startswith("--")} <= OPTIONS
    assert set(action["inputs"]) == {"path", "arguments", "python-version"}


def test_the_hook_runs_preflight_when_terraform_files_change() -> None:
    (hook,) = load(".pre-commit-hooks.yaml")
    assert hook["entry"] == "catalog-harness preflight"
    assert hook["pass_filenames"] is False
    assert hook["language"] == "python"
