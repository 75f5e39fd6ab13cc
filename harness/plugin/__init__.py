"""The pytest plugin: options, the ``requires`` and ``exclusive`` markers, fixtures, the report."""

import pytest

from harness.plugin.fixtures import (
    alarms,
    alb,
    aurora,
    autoscaling,
    check_context,
    cloudfront,
    deployment,
    ecs,
    iam,
    log_bucket,
    logs,
    network,
    outputs,
    security_groups,
    stack_config,
    stack_lock,
    tags,
    target,
)
from harness.plugin.options import add_options
from harness.plugin.session import HarnessSession, harness_session

__all__ = [
    "alarms",
    "alb",
    "aurora",
    "autoscaling",
    "check_context",
    "cloudfront",
    "deployment",
    "ecs",
    "iam",
    "log_bucket",
    "logs",
    "network",
    "outputs",
    "security_groups",
    "stack_config",
    "stack_lock",
    "tags",
    "target",
]

_MARKERS = (
    "requires(*capabilities): skip the test, and report it as not provable, on a target that "
    "lacks one of the harness.targets.base.Capability given",
    "exclusive: the test changes the deployed stack (and restores it); no other test of the "
    "stack runs beside it",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the harness's options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers and take part in the session."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    config.pluginmanager.register(HarnessSession(config), "catalog-harness-session")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what the target cannot prove."""
    harness_session(item.config).require_capabilities(item)
