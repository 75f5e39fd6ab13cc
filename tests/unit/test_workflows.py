"""Every workflow of GitHub: least permissions, pinned actions, environments that tox has."""

import configparser
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
TOX = configparser.ConfigParser(interpolation=None)
TOX.read(ROOT / "tox.ini")
ENVIRONMENTS = {name.removeprefix("testenv:") for name in TOX.sections()}

every_workflow = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def workflow(path: Path) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load(path.read_text())
    return content


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in workflow(path)["jobs"].values() for step in job["steps"]]


@every_workflow
def test_actions_are_pinned_to_a_commit_with_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text())

    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", text) for text in used)


@every_workflow
def test_permissions_are_the_least(path: Path) -> None:
    assert workflow(path)["permissions"] == {"contents": "read"}
    for job in workflow(path)["jobs"].values():
        more = {k: v for k, v in job.get("permissions", {}).items() if v == "write"}
        assert more in ({}, {"id-token": "write"}, {"issues": "write"})
    assert "secrets." not in path.read_text()
    assert "pull_request_target" not in path.read_text()


@every_workflow
def test_a_checkout_keeps_no_credentials(path: Path) -> None:
    checkouts = [step for step in steps(path) if "actions/checkout" in step.get("uses", "")]

    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_workflow
def test_every_job_ends(path: Path) -> None:
    assert all(job["timeout-minutes"] for job in workflow(path)["jobs"].values())


def test_a_pull_request_passes_the_environments_of_tox() -> None:
    """``coverage`` runs the unit and component tests too, on the oldest Python."""
    (job,) = workflow(ROOT / ".github/workflows/pull-request.yml")["jobs"].values()
    runs = {each["environment"]: each["python"] for each in job["strategy"]["matrix"]["include"]}
    default = set(TOX["tox"]["env_list"].replace(",", " ").split())
    supported = SpecifierSet(
        tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    )
    oldest, *newer = supported.filter(f"3.{minor}" for minor in range(30))

    # They need more than Python, or take longer.
    further = {"aws-delays", "browser", "commands", "examples", "lowest"}
    assert set(runs) == default | further | {f"py{python.replace('.', '')}" for python in newer}
    assert runs["coverage"] == oldest
    assert all(runs[f"py{python.replace('.', '')}"] == python for python in newer)


def test_a_pull_request_takes_the_versions_of_the_lock() -> None:
    texts = [step.get("run", "") for step in steps(ROOT / ".github/workflows/pull-request.yml")]
    locking, running = [
        position
        for position, text in enumerate(texts)
        if "uv export" in text or text.startswith("tox ")
    ]

    assert locking < running
    assert "UV_CONSTRAINT=" in texts[locking]
