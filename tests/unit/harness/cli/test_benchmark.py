"""``benchmark``: both times, their ratio, and a status for a script."""

import pytest

from harness.benchmarks.whole_run import Comparison
from tests.unit.harness.cli.conftest import CommandLine


@pytest.mark.parametrize(("seconds", "status"), [(105.0, 0), (120.0, 1)])
def test_the_status_says_whether_the_harness_costs_too_much(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, seconds: float, status: int
) -> None:
    result = Comparison(bare={"apply": 60.0, "destroy": 40.0}, harness=seconds)
    monkeypatch.setattr("harness.cli.benchmark.compare", lambda _settings, _say: result)

    said = call("benchmark")

    assert said.status == status
    assert "in all" in said.out
    assert f"{seconds / 100:.2f}" in said.out
