import ctypes
import os
import signal
import sys

import pytest

from harness.emulator.container_engine import launcher

KILL = str(int(signal.SIGKILL))


class BecameAnotherError(Exception):
    """The process would be another program now."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    calls: list[tuple[object, ...]] = []

    class LibC:
        def prctl(self, *arguments: int) -> None:
            calls.append(("prctl", *arguments))

    def become(path: str, command: list[str]) -> None:
        calls.append(("execv", path, command))
        raise BecameAnotherError

    for name in ("setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda value, name=name: calls.append((name, value)))
    monkeypatch.setattr(ctypes, "CDLL", lambda _: LibC())
    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setattr(sys, "platform", "linux")
    return calls


def test_privileges_are_dropped_before_the_death_signal_is_set(
    calls: list[tuple[object, ...]],
) -> None:
    with pytest.raises(BecameAnotherError):
        launcher.main([str(os.getppid()), KILL, "7", "8", "/bin/program", "argument"])
    assert calls == [
        ("setgroups", []),
        ("setgid", 8),
        ("setuid", 7),
        ("prctl", 1, 9, 0, 0, 0),
        ("execv", "/bin/program", ["/bin/program", "argument"]),
    ]


def test_a_program_is_not_started_after_the_end_of_the_engine(
    calls: list[tuple[object, ...]],
) -> None:
    with pytest.raises(SystemExit) as raised:
        launcher.main(["1", KILL, "-", "-", "/bin/program"])
    assert raised.value.code == 125
    assert [call[0] for call in calls] == ["prctl"]


def test_other_systems_have_no_death_signal(
    calls: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(BecameAnotherError):
        launcher.main(["1", KILL, "-", "-", "/bin/program"])
    assert [call[0] for call in calls] == ["execv"]


@pytest.mark.parametrize(("error", "status"), [(FileNotFoundError, 127), (PermissionError, 126)])
def test_a_program_that_cannot_be_run_exits_as_in_a_shell(
    calls: list[tuple[object, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: type[OSError],
    status: int,
) -> None:
    def refuse(path: str, command: list[str]) -> None:
        raise error(2, "not possible")

    monkeypatch.setattr(os, "execv", refuse)
    with pytest.raises(SystemExit) as raised:
        launcher.main([str(os.getppid()), KILL, "-", "-", "/bin/program"])
    assert raised.value.code == status
    assert capsys.readouterr().err == "exec /bin/program: not possible\n"
