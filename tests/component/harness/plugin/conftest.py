import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.harness.conftest import fake_run
from tests.unit.harness.fake_run import FakeRun

__all__ = ["fake_run"]

# Each of these sessions would import hypothesis anew, which takes seconds.
_QUIET = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
Session = Callable[..., pytest.RunResult]


@pytest.fixture
def session(
    pytester: pytest.Pytester, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> Session:
    """Run tests in a pytest session of their own, without a cloud."""
    monkeypatch.setenv("CATALOG_HARNESS_HOME", str(fake_run.home))
    monkeypatch.setenv("COLUMNS", "120")
    # An editable install leaves its metadata in the root of the project, where pytest would find
    # the plugin, which is imported already, a second time, and warn.
    elsewhere = [path for path in sys.path if not list(Path(path).glob("catalog_harness.egg-info"))]
    monkeypatch.setattr(sys, "path", elsewhere)

    def run(
        source: str, *arguments: str, options: tuple[str, ...] | None = None
    ) -> pytest.RunResult:
        pytester.makepyfile(source)
        given = fake_run.pytest_options() if options is None else options
        return pytester.runpytest_inprocess(*_QUIET, *given, *arguments, no_reraise_ctrlc=True)

    return run


@pytest.fixture
def reports(fake_run: FakeRun) -> Path:
    return fake_run.settings().report_dir
