"""Fixtures that run ``catalog-harness`` in the process of the tests."""

import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from harness.aws.resources.resource import Kind, Resource
from harness.cli import main as cli
from harness.teardown.proof import Leftover, TeardownProof
from tests.unit.harness.fake_run import SUFFIX, FakeRun

LEFT = TeardownProof(
    SUFFIX, (Leftover(Resource(Kind.BUCKET, "catalog-logs-pr1"), "by name"),), ("s3",)
)
Options = tuple[str, ...]


@dataclass(frozen=True)
class CompletedCommand:
    """The exit status and output of a command."""

    status: int
    out: str
    err: str


class CommandLine(Protocol):
    def __call__(self, *arguments: str) -> CompletedCommand: ...


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[CommandLine]:
    """Run ``catalog-harness`` in a temporary folder and with a temporary home."""
    for name in [name for name in os.environ if name.startswith("CATALOG_HARNESS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CATALOG_HARNESS_HOME", str(tmp_path / "fake_run" / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    # Of the process, which is that of the tests.
    monkeypatch.setattr(cli, "set_up_interpreter", lambda: None)
    monkeypatch.chdir(tmp_path)
    levels = {name: logging.getLogger(name).level for name in ("botocore", "urllib3", "boto3")}

    def run(*arguments: str) -> CompletedCommand:
        monkeypatch.setattr(sys, "argv", ["catalog-harness", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return CompletedCommand(ended.value.code, printed.out, printed.err)

    yield run
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def deployable(fake_run: FakeRun) -> tuple[str, ...]:
    """Options with which a command deploys without a cloud."""
    return fake_run.options()


@pytest.fixture
def reports(fake_run: FakeRun) -> Path:
    return fake_run.settings().report_dir
