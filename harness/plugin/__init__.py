"""The pytest plugin: options, markers, fixtures, the report; every name has the prefix "catalog".

A start of pytest imports nothing for it beyond pytest, the standard library and small modules of
the harness. The rest is loaded when a collected test needs the stack.
"""

import pytest

from harness.plugin import fixtures, old_spellings
from harness.plugin.loader import SessionLoader
from harness.plugin.options import add_options

_MARKERS = (
    "catalog_requires(*capabilities): skip the test, and report it as not provable, on a target "
    "that lacks one of the given capabilities: members of the enumeration Capability",
    "catalog_exclusive: the test changes the deployed stack (and restores it); no other test of "
    "the stack runs at the same time",
)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the harness's options, and its fixtures before those of a conftest, which override."""
    add_options(parser)
    pluginmanager.register(fixtures, "catalog-harness-fixtures")
    pluginmanager.register(old_spellings, "catalog-harness-old-spellings")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and register the loader of the session."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    config.pluginmanager.register(SessionLoader(config), "catalog-harness-loader")
