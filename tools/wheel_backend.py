"""The build backend: setuptools, with one import name in a wheel.

The folders ``harness`` and ``stack`` of the repository are ``catalog_harness`` and
``catalog_harness.stack`` in a wheel, so that it takes no common names from its user's project. A
wheel is built from a copy in which the import statements of the harness, and its strings that are
exactly the name of a module, are changed; ``stack`` has relative imports alone, and its strings are
about its own image. An editable install and the sdist have the folders as they are.
docs/decisions/0017-one-import-name.md has the reasons.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
)
from wheel_names import NAME, PACKAGES, renamed_source

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
]

_PROJECT_FILES = ("pyproject.toml", "README.md", "LICENSE")
# In pyproject.toml: entry points and the list of packages.
_SETTING = re.compile(r'(?<=")(harness|stack)(?=["\.])')


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build the wheel (https://peps.python.org/pep-0517/#build-wheel)."""
    directory = os.path.abspath(wheel_directory)
    with _renamed(Path.cwd()):
        return build_meta.build_wheel(directory, config_settings, metadata_directory)


@contextmanager
def _renamed(project: Path) -> Iterator[None]:
    """Work in a copy of the project whose packages have one import name."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in _PROJECT_FILES:
            shutil.copy(project / name, copy)
        modules = {
            _module(path, project) for name in PACKAGES for path in (project / name).rglob("*.py")
        }
        _copy(project / "harness", copy / NAME)
        for file in sorted((copy / NAME).rglob("*.py")):
            try:
                file.write_text(renamed_source(file.read_text("utf-8"), modules), "utf-8")
            except ValueError as error:
                raise ValueError(f"{file.relative_to(copy / NAME)}: {error}") from error
        _copy(project / "stack", copy / NAME / "stack")
        settings = (copy / "pyproject.toml").read_text("utf-8")
        settings = _SETTING.sub(lambda found: PACKAGES[found[1]], settings)
        settings = settings.replace(f'py-modules = ["{NAME}"]', "py-modules = []")
        (copy / "pyproject.toml").write_text(settings, "utf-8")
        os.chdir(copy)
        try:
            yield
        finally:
            os.chdir(project)


def _copy(package: Path, to: Path) -> None:
    shutil.copytree(package, to, ignore=shutil.ignore_patterns("__pycache__"))


def _module(path: Path, project: Path) -> str:
    return ".".join(path.relative_to(project).with_suffix("").parts).removesuffix(".__init__")
