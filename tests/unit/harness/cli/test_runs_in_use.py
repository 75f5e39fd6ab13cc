"""No command touches a run that belongs to a living process."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from harness.core.errors import HarnessError
from harness.run.ledger import RunRecord, RunStatus
from tests.unit.harness.cli.conftest import CommandLine, Options
from tests.unit.harness.fake_run import SUFFIX, FakeRun


@pytest.fixture
def in_use(call: CommandLine, fake_run: FakeRun, deployable: Options) -> Iterator[None]:
    """The stack is deployed, and another process uses it."""
    call("deploy", *deployable)
    with fake_run.run().owned("pytest"):
        yield
        assert fake_run.ledger.owner(SUFFIX) is not None


@pytest.mark.usefixtures("in_use")
@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("check", "--environment-suffix", SUFFIX),
        ("destroy",),
        ("destroy", "--environment-suffix", SUFFIX),
        ("destroy", "--all"),
        ("destroy", "--force"),
        ("destroy", "--all", "--force"),
        ("sweep", "--environment-suffix", SUFFIX),
        ("sweep", "--environment-suffix", SUFFIX, "--yes"),
    ],
    ids=" ".join,
)
def test_a_run_in_use_is_refused_with_its_owner(
    call: CommandLine, fake_run: FakeRun, command: tuple[str, ...]
) -> None:
    before = fake_run.ledger.get(SUFFIX)
    verbs, steps = list(fake_run.verbs), list(fake_run.target.steps)

    completed = call(*command)

    assert completed.status == 2, completed.err
    assert f"the run {SUFFIX} is in use by process" in completed.err
    assert "(pytest) since 20" in completed.err
    assert fake_run.ledger.get(SUFFIX) == before
    assert (fake_run.verbs, fake_run.target.steps) == (verbs, steps)


@pytest.mark.usefixtures("in_use")
@pytest.mark.parametrize("command", ["run", "deploy"])
def test_its_suffix_is_refused_without_advice_to_destroy_it(
    call: CommandLine, fake_run: FakeRun, deployable: Options, command: str
) -> None:
    completed = call(command, *deployable)

    assert completed.status == 2
    assert f"the run {SUFFIX} is in use by process" in completed.err
    assert "destroy" not in completed.err
    assert fake_run.status is RunStatus.DEPLOYED


@pytest.mark.usefixtures("in_use")
@pytest.mark.parametrize("remove", [(), ("--yes",)])
def test_an_expired_run_in_use_is_not_swept(
    call: CommandLine, fake_run: FakeRun, remove: tuple[str, ...]
) -> None:
    fake_run.ledger.update(SUFFIX, expires_at="2020-01-01T00:00:00Z")

    completed = call("sweep", *remove)

    assert completed.status == 2
    assert f"the run {SUFFIX} is in use by process" in completed.err
    assert fake_run.status is RunStatus.DEPLOYED


@pytest.mark.usefixtures("in_use")
def test_a_run_in_use_that_has_not_expired_is_no_matter_of_a_sweep(call: CommandLine) -> None:
    assert call("sweep", "--yes").status == 0


@pytest.mark.usefixtures("in_use")
def test_all_others_are_destroyed_all_the_same(call: CommandLine, fake_run: FakeRun) -> None:
    other = RunRecord("pr0", "embedded", "eu-north-1", RunStatus.FAILED, "2026-01-01T00:00:00")
    fake_run.ledger.begin(other)

    completed = call("destroy", "--all")

    assert completed.status == 2
    assert "pr0: nothing to destroy" in completed.out
    assert fake_run.status is RunStatus.DEPLOYED


@pytest.mark.usefixtures("in_use")
class TestForce:
    @pytest.fixture(autouse=True)
    def _terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("harness.cli.destroy.sys.stdin.isatty", lambda: True, raising=False)

    @pytest.mark.parametrize(("answer", "status"), [(True, 0), (False, 2)])
    def test_on_a_terminal_it_asks(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        monkeypatch: pytest.MonkeyPatch,
        answer: bool,
        status: int,
    ) -> None:
        asked: list[str] = []

        def confirm(text: str) -> bool:
            asked.append(text)
            return answer

        monkeypatch.setattr(click, "confirm", confirm)

        assert call("destroy", "--force").status == status
        (question,) = asked
        assert "in use by process" in question
        assert (fake_run.status is RunStatus.DESTROYED) == answer


def test_force_does_not_ask_for_a_free_run(
    call: CommandLine, fake_run: FakeRun, deployable: Options
) -> None:
    call("deploy", *deployable)

    assert call("destroy", "--force").status == 0


def test_a_deployed_stack_is_free(
    call: CommandLine, fake_run: FakeRun, deployable: Options
) -> None:
    call("deploy", *deployable)

    assert fake_run.ledger.owners() == {}
    assert fake_run.ledger.get(SUFFIX).keep


def test_a_refused_run_leaves_no_folder(call: CommandLine, fake_run: FakeRun) -> None:
    missing = Path("no-such-mirror")

    assert call("run", "--environment-suffix", SUFFIX, f"--provider-mirror={missing}").status == 2
    assert not fake_run.ledger.directory(SUFFIX).exists()


@pytest.mark.parametrize(
    ("command", "watched"),
    [
        (("deploy",), True),
        (("run", "--keep-stack"), True),
        (("run",), False),  # its cloud ends with it
        (("deploy", "--no-watchdog"), False),
    ],
)
def test_a_watchdog_is_started_for_what_outlives_the_process(
    call: CommandLine, fake_run: FakeRun, deployable: Options, command: Options, watched: bool
) -> None:
    fake_run.target.is_per_run = True  # type: ignore[misc]
    fake_run.synthesized = HarnessError("the end of this run")

    call(*command, *deployable)

    assert fake_run.watched == ([fake_run.ledger.directory(SUFFIX)] if watched else [])


def test_a_watchdog_is_started_for_a_target_of_several_runs(
    call: CommandLine, fake_run: FakeRun, deployable: Options
) -> None:
    fake_run.synthesized = HarnessError("the end of this run")

    call("run", *deployable)

    assert fake_run.watched == [fake_run.ledger.directory(SUFFIX)]
