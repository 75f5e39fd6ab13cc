from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.harness.fake_run import FakeRun

# hypothesis is imported, and forgotten, by each of these sessions: seconds.
_QUIET = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
Session = Callable[..., pytest.RunResult]


@pytest.fixture
def session(
    pytester: pytest.Pytester, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> Session:
    """Run tests of a user's in a pytest session of their own, without a cloud."""
    monkeypatch.setenv("CATALOG_HARNESS_HOME", str(fake_run.home))
    monkeypatch.setenv("COLUMNS", "120")

    def run(
        source: str, *arguments: str, options: tuple[str, ...] | None = None
    ) -> pytest.RunResult:
        pytester.makepyfile(source)
        given = fake_run.options() if options is None else options
        return pytester.runpytest_inprocess(*_QUIET, *given, *arguments, no_reraise_ctrlc=True)

    return run


@pytest.fixture
def reports(fake_run: FakeRun) -> Path:
    return fake_run.settings().report_dir
