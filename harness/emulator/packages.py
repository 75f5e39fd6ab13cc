"""The Python packages of an embedded cloud: those of the extra ``emulator``."""

import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version

INSTALL = "pip install 'catalog-harness[emulator]'"
# A requirement for some versions of Python has a longer marker.
_REQUIRED = re.compile(r'([\w.-]+)[^;]*; extra == "emulator"')


def package_versions() -> dict[str, str | None]:
    """Return the version of each required package, None where it is not installed."""
    found = map(_REQUIRED.fullmatch, requires("catalog-harness") or ())
    return {match[1]: installed_version(match[1]) for match in found if match}


def missing_packages(versions: Mapping[str, str | None]) -> str:
    """Return the names of those that are not installed, with commas between them."""
    return ", ".join(name for name, found in versions.items() if found is None)


def installed_version(package: str) -> str | None:
    """Return the version of a package, None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
