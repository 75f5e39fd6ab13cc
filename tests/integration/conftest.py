from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.plugin.options import settings_of
from harness.plugin.short_names import *  # noqa: F403 -- fixtures without their prefix
from tests.integration.cli_process import CliProcess


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that start a cloud of their own: they take longest, the others seconds.

    The workers then end together.
    """
    items.sort(key=lambda item: "embedded_only" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def embedded_only(request: pytest.FixtureRequest) -> None:
    """Skip what is about the embedded cloud when the suite runs against another target."""
    target = settings_of(request.config).target
    if target != "embedded":
        pytest.skip(f"starts an embedded cloud of its own, which proves nothing about {target}")


@pytest.fixture
def cli(embedded_only: None, tmp_path: Path) -> Iterator[CliProcess]:
    """The harness in a process of its own, beside the deployment that other tests share."""
    cli = CliProcess(tmp_path)
    yield cli
    cli.close()
