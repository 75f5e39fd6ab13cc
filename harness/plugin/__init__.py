"""The pytest plugin: options, the ``requires`` and ``exclusive`` markers, fixtures, the report.

A start of pytest imports nothing for it beyond pytest, the standard library and small modules of
the harness. The rest is loaded when a collected test needs the stack.
"""

import pytest

from harness.plugin import fixtures
from harness.plugin.loader import SessionLoader
from harness.plugin.options import add_options

_MARKERS = (
    "requires(*capabilities): skip the test, and report it as not provable, on a target that "
    "lacks one of the given harness.aws.capability.Capability",
    "exclusive: the test changes the deployed stack (and restores it); no other test of the "
    "stack runs at the same time",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the harness's options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and register the fixtures and the loader of the session."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    config.pluginmanager.register(fixtures, "catalog-harness-fixtures")
    config.pluginmanager.register(SessionLoader(config), "catalog-harness-loader")
