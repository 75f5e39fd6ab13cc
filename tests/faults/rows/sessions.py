"""Faults within a pytest session."""

from collections.abc import Callable, Iterator

from tests.faults.row import NO_REPORT, Row
from tests.faults.scene import Scene

FAMILY = "pytest sessions"
TWO = """
def test_a(catalog_outputs): assert catalog_outputs

def test_b(catalog_outputs): assert catalog_outputs
"""
FAILS = """
def test_a(catalog_outputs): assert not catalog_outputs

def test_b(catalog_outputs): pass
"""
WORKER_DIES = """
import os

def test_a(catalog_outputs): os._exit(9)

def test_b(catalog_outputs): pass
def test_c(catalog_outputs): pass
"""
HANGS = """
import signal, time
import pytest

@pytest.fixture(autouse=True)
def limit():
    def expired(*_):
        pytest.fail("Timeout >1.0s")
    signal.signal(signal.SIGALRM, expired)
    signal.alarm(1)
    yield
    signal.alarm(0)

def test_a(catalog_outputs): time.sleep(60)
"""
# What pytest-timeout does with --timeout-method=thread.
HANGS_THREAD = """
import os, threading, time

def test_a(catalog_outputs):
    threading.Timer(1.0, os._exit, (1,)).start()
    time.sleep(60)
"""
RAISES = "def {hook}({arguments}):\n    raise RuntimeError('of a plugin')\n"


def rows() -> Iterator[Row]:
    yield _row("a worker of xdist dies", WORKER_DIES, "-n2", status=1)
    yield _row("--maxfail=1", FAILS, "--maxfail=1", status=1)
    yield _row("a test hangs, and a timeout fails it", HANGS, status=1)
    yield _row(
        "a test hangs, and a timeout ends the process",
        HANGS_THREAD,
        status=1,
        verdict=NO_REPORT,
        kept=True,
        remains="catalog-harness-session-",
    )
    # The first one raises when everything has passed and was torn down; 3 is an internal error.
    for hook, arguments, status, verdict in (
        ("pytest_sessionfinish", "session, exitstatus", 1, "passed"),
        ("pytest_runtest_logreport", "report", 3, "failed"),
        ("pytest_collection_modifyitems", "items", 3, NO_REPORT),
    ):
        yield _row(
            f"a plugin raises in {hook}",
            TWO,
            conftest=RAISES.format(hook=hook, arguments=arguments),
            status=status,
            verdict=verdict,
        )


def _row(
    fault: str,
    source: str,
    *options: str,
    conftest: str = "",
    status: int,
    verdict: str = "failed",
    first: str = "",
    kept: bool = False,
    remains: str = "",
) -> Row:
    return Row(
        FAMILY,
        fault,
        "tests",
        before=session(source, conftest),
        command=("-p", "no:cacheprovider", "--basetemp=base", *options, "test_it.py"),
        remains=remains,
        status=status,
        verdict=verdict,
        first=first,
        kept=kept,
    )


def session(source: str, conftest: str) -> Callable[[Scene], None]:
    """Have the command be a pytest session with these tests."""

    def before(scene: Scene) -> None:
        scene.cli.module = "pytest"
        (scene.folder / "test_it.py").write_text(source)
        (scene.folder / "conftest.py").write_text(conftest)
        (scene.folder / "pytest.ini").write_text("[pytest]\n")
        stack = scene.folder / "stack.json"
        stack.write_text('{"tiers": ["secret"]}')
        scene.cli.variables["CATALOG_HARNESS_STACK_CONFIG"] = str(stack)

    return before
