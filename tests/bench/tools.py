"""The tools that are compared, each used as its documentation shows."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

Command = Sequence[str]
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider")
# The plugins of the environment that are not used.
_ONLY_OWN = ("-p", "no:catalog_harness", "-o", "addopts=", "-o", "testpaths=")


@dataclass(frozen=True)
class Tool:
    """A tool other than the harness.

    Attributes:
        name: Its name in the table.
        write: Writes its tests into the folder of the configuration.
        run: Its commands, one after the other: deploy, look at one output, destroy.
        before: Its commands before anything is deployed, with one that reports mistakes.
    """

    name: str
    write: Callable[[Path], object]
    run: tuple[Command, ...]
    before: tuple[Command, ...]


_INIT = ("terraform", "init", "-input=false")

_TEST = """\
run "deployed" {
  command = %s
  assert {
    condition     = output.environment_suffix != ""
    error_message = "no output"
  }
}
"""


def _write_test(folder: Path) -> None:
    for verb in ("apply", "plan"):
        (folder / f"{verb}.tftest.hcl").write_text(_TEST % verb)


_TFTEST = """\
import pytest
import tftest


@pytest.fixture(scope="session")
def terraform():
    terraform = tftest.TerraformTest({folder!r})
    terraform.setup()
    return terraform


@pytest.fixture(scope="session")
def output(terraform):
    terraform.apply()
    yield terraform.output()
    terraform.destroy(**{{"auto_approve": True}})


def test_plan(terraform):
    assert terraform.plan(output=True).outputs["environment_suffix"]


def test_output(output):
    assert output["environment_suffix"]
"""


def _write_tftest(folder: Path) -> None:
    (folder / "test_with_tftest.py").write_text(_TFTEST.format(folder=str(folder)))


_PYTEST_TERRAFORM = """\
from pytest_terraform import terraform


@terraform("stack", scope="session")
def test_output(stack):
    assert stack.outputs["environment_suffix"]["value"]
"""


def _write_pytest_terraform(folder: Path) -> None:
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_with_pytest_terraform.py").write_text(_PYTEST_TERRAFORM)
    (tests / "stack").symlink_to(folder)


def all_tools() -> tuple[Tool, ...]:
    """Return the tools, with the versions that are installed."""
    with_tftest = (*_PYTEST, *_ONLY_OWN, "-p", "no:terraform", "test_with_tftest.py")
    with_plugin = (*_PYTEST, *_ONLY_OWN, "tests/test_with_pytest_terraform.py")
    return (
        Tool(
            "bare Terraform",
            lambda _: None,
            (
                _INIT,
                ("terraform", "apply", "-input=false", "-auto-approve"),
                ("terraform", "destroy", "-input=false", "-auto-approve"),
            ),
            (_INIT, ("terraform", "plan", "-input=false")),
        ),
        Tool(
            "`terraform test`",
            _write_test,
            (_INIT, ("terraform", "test", "-filter=apply.tftest.hcl")),
            (_INIT, ("terraform", "test", "-filter=plan.tftest.hcl")),
        ),
        Tool(
            f"tftest {version('tftest')}",
            _write_tftest,
            ((*with_tftest, "-k", "test_output"),),
            ((*with_tftest, "-k", "test_plan"),),
        ),
        Tool(
            f"pytest-terraform {version('pytest-terraform')}",
            _write_pytest_terraform,
            (with_plugin,),
            # It has no plan of its own; its run begins with `terraform plan`.
            (with_plugin,),
        ),
    )
