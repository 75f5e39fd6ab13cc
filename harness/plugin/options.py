"""The harness's options of pytest."""

import os
from typing import TYPE_CHECKING

import pytest

from harness.settings.options import OPTIONS

if TYPE_CHECKING:
    from harness.settings.settings import HarnessSettings


def add_options(parser: pytest.Parser) -> None:
    """Add every option to a group of their own, and an ini value for each."""
    group = parser.getgroup("catalog-harness", "deploying the catalog stack")
    for option in OPTIONS:
        default = f" (default: {option.shown_default})" if option.default else ""
        flag, variable = f"--{option.pytest_name}", f" [variable: {option.variable}]"
        parser.addini(option.ini, option.help + variable, default="")
        text = option.help + default + variable
        if option.kind == "flag":
            group.addoption(flag, action="store_true", default=False, help=text)
        else:
            action = "append" if option.kind == "lines" else "store"
            group.addoption(flag, action=action, default=None, metavar=option.metavar, help=text)


def settings_of(config: pytest.Config) -> "HarnessSettings":
    """Return the settings of a pytest run.

    Raises:
        UsageError: A value cannot be used.
    """
    from harness.settings.settings import load_settings  # noqa: PLC0415 -- not at every start

    return load_settings(
        {option.field: config.getoption(f"--{option.pytest_name}") for option in OPTIONS},
        environ=os.environ,
        ini={option.field: str(config.getini(option.ini)) for option in OPTIONS},
    )
