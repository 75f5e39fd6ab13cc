"""The fixtures without their prefix: ``alb`` is ``catalog_alb``.

One line in a conftest makes them available to the tests beside and below it:
``from catalog_harness.plugin.short_names import *``.
"""

import inspect
import warnings
from typing import Any

import pytest

from harness.plugin.fixtures import SHORT_NAMES

__all__ = list(SHORT_NAMES)


def short_fixture(name: str, *, warning: str = "") -> Any:
    """Return the fixture ``name``: the value of ``catalog_name``, after a warning if given."""
    prefixed = f"catalog_{name}"

    def short(**values: Any) -> Any:
        if warning:
            warnings.warn(pytest.PytestDeprecationWarning(warning), stacklevel=1)
        return values[prefixed]

    parameter = inspect.Parameter(prefixed, inspect.Parameter.KEYWORD_ONLY)
    short.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    short.__doc__ = f"The same as ``{prefixed}``."
    return pytest.fixture(scope="session", name=name)(short)


globals().update({name: short_fixture(name) for name in SHORT_NAMES})
