"""What the plugin costs a pytest session that does not use it, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.component.harness.plugin.conftest import Session
from tests.unit.harness.fake_run import FakeRun

pytest_plugins = ["pytester"]

_REPORTING = """
import json, pathlib, sys

def test_first(): pass

def test_last(request):
    callers = vars(request.config.pluginmanager.hook)
    hooks = [
        name for name in callers if name.startswith("pytest_runtest_")
        and any("harness" in each.plugin_name for each in callers[name].get_hookimpls())
    ]
    pathlib.Path("seen.json").write_text(json.dumps(
        {"modules": list(sys.modules), "fixtures": request.fixturenames, "hooks": hooks}
    ))
"""


def start(folder: Path, *arguments: str, source: str = _REPORTING) -> dict[str, list[str]]:
    """Run pytest on a file, and return what its last test saw."""
    (folder / "test_plain.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environ, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, list[str]] = json.loads((folder / "seen.json").read_text())
    return seen


def foreign(modules: set[str]) -> set[str]:
    own = {"harness", "__editable___catalog_harness_0_1_0_finder"}
    return {name.partition(".")[0] for name in modules} - own - set(sys.stdlib_module_names)


def test_a_plain_session_imports_only_the_standard_library_for_the_plugin(tmp_path: Path) -> None:
    without = start(tmp_path)
    plain = start(tmp_path, "-p", "harness.plugin")

    added = set(plain["modules"]) - set(without["modules"])
    assert "harness.plugin.loader" in added
    assert foreign(added) == set()
    assert not {name for name in added if name.startswith("harness.checks")}


def test_a_plain_test_has_no_fixture_and_no_hook_of_the_plugin(tmp_path: Path) -> None:
    plain = start(tmp_path, "-p", "harness.plugin")

    assert plain["fixtures"] == ["request"]
    assert plain["hooks"] == []


def test_workers_of_a_plain_session_import_nothing_either_and_leave_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary := tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    options = ("-p", "xdist", "-n", "1")

    without = start(tmp_path, *options)
    plain = start(tmp_path, *options, "-p", "harness.plugin")

    assert foreign(set(plain["modules"]) - set(without["modules"])) == set()
    assert not list(temporary.glob("catalog-harness-*"))


def test_a_fixture_of_the_same_name_in_another_project_loads_nothing(tmp_path: Path) -> None:
    source = f"""
import pytest

@pytest.fixture
def catalog_target(): return 1

@pytest.fixture
def catalog_deployment(catalog_target): return catalog_target

def test_own(catalog_deployment): assert catalog_deployment == 1
{_REPORTING}"""

    assert start(tmp_path, "-p", "harness.plugin", source=source)["hooks"] == []


def test_a_fixture_that_overrides_one_of_the_stack_and_requests_it_loads_the_session(
    session: Session, fake_run: FakeRun
) -> None:
    result = session(
        "import pytest\n"
        "@pytest.fixture(scope='session')\n"
        "def catalog_deployment(catalog_deployment): return catalog_deployment\n"
        "def test_stack(catalog_deployment, request):\n"
        "    assert 'catalog_lock' in request.fixturenames\n"
    )

    result.assert_outcomes(passed=1)


def test_a_fixture_of_the_conftest_overrides_one_of_the_stack(
    session: Session, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef catalog_outputs(): return 'mine'")

    session("def test(catalog_outputs): assert catalog_outputs == 'mine'").assert_outcomes(passed=1)


def test_a_test_of_the_stack_loads_the_session_and_takes_the_lock(
    session: Session, fake_run: FakeRun
) -> None:
    result = session(
        "def test_stack(catalog_outputs, request):\n"
        "    assert 'catalog_lock' in request.fixturenames\n"
        "    assert request.config.pluginmanager.get_plugin('catalog-harness-session')\n"
        "def test_plain(request): assert 'catalog_lock' not in request.fixturenames\n"
    )

    result.assert_outcomes(passed=2)


def test_a_fixture_that_a_test_asks_for_while_it_runs_is_torn_down_too(
    session: Session, fake_run: FakeRun
) -> None:
    result = session("def test_stack(request): request.getfixturevalue('catalog_deployment')")

    result.assert_outcomes(passed=1)
    assert fake_run.verbs.count("apply") == fake_run.verbs.count("destroy") == 1


def test_collecting_alone_loads_nothing(session: Session, fake_run: FakeRun) -> None:
    result = session(
        "def test_stack(catalog_deployment): pass", "--collect-only", "--catalog-target", "moon"
    )

    assert result.ret == 0
