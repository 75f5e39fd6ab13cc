"""The command benchmark."""

import pytest

from harness.benchmarks.bare_terraform import Comparison
from tests.unit.harness.cli.conftest import CommandLine


@pytest.mark.parametrize(
    ("seconds", "options", "status"),
    [
        (22.0, (), 0),
        (30.0, (), 1),
        (105.0, ("--provider-clock", "1"), 0),
        (120.0, ("--provider-clock", "1"), 1),
    ],
)
def test_the_exit_status_of_benchmark_depends_on_the_ratio(
    call: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    options: tuple[str, ...],
    status: int,
) -> None:
    result = Comparison(bare={"apply": 60.0, "destroy": 40.0}, harness=seconds)
    monkeypatch.setattr("harness.cli.benchmark.compare", lambda _settings, _note: result)

    completed = call("benchmark", *options)

    assert completed.status == status
    assert "in all" in completed.out
    assert f"{seconds / 100:.2f}" in completed.out
