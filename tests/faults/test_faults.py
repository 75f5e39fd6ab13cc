"""Every row: the fault is injected, and what must hold after any fault does."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from tests.faults.row import Row
from tests.faults.rows import ROWS
from tests.faults.scene import Scene, new_scene, play
from tests.faults.table import RESULTS
from tests.integration.simulated_aws import SimulatedAws, simulated_aws


@pytest.fixture(scope="session")
def accounts() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def scene(accounts: ExitStack) -> Iterator[Scene]:
    @cache
    def aws() -> SimulatedAws:
        return accounts.enter_context(simulated_aws())

    with new_scene(aws) as scene:
        yield scene


PARAMETERS = [
    pytest.param(row, id=row.name, marks=[pytest.mark.quick] if row.quick else []) for row in ROWS
]


@pytest.mark.parametrize("row", PARAMETERS)
def test_nothing_is_left_lost_or_hidden(row: Row, scene: Scene) -> None:
    try:
        result = play(row, scene)
    except NotImplementedError as reason:
        pytest.skip(str(reason))

    if folder := os.environ.get(RESULTS):
        text = json.dumps(asdict(result))
        (Path(folder) / f"{row.name.replace(' ', '-')}.json").write_text(text)
    assert result.problems == (), scene.cli.output
