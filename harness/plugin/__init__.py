"""The pytest plugin: options, the ``requires`` and ``exclusive`` markers, fixtures, the report."""

import pytest

from harness.plugin import fixtures
from harness.plugin.options import add_options
from harness.plugin.session import HarnessSession, harness_session

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
    """Declare the markers, and register the fixtures and the harness's part of the session."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    config.pluginmanager.register(fixtures, "catalog-harness-fixtures")
    config.pluginmanager.register(HarnessSession(config), "catalog-harness-session")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that requires a capability which the target lacks."""
    harness_session(item.config).require_capabilities(item)
