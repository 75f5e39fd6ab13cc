"""Interrupts: when they end the body, when they are deferred, when they are discarded."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from harness.core.interrupts import Terminated, deferred_interrupts, shielded, sigterm_as_interrupt

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CONTEXTS: list[Callable[[], AbstractContextManager[None]]] = [
    sigterm_as_interrupt,
    lambda: shielded("tearing down"),
    deferred_interrupts,
]


def receive(*numbers: signal.Signals, then: list[bool]) -> None:
    """Raise signals, and record that none of them ended the caller."""
    for number in numbers:
        signal.raise_signal(number)
    then.append(True)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[list[object]]:
    """The handlers before the test, which must be restored after it.

    A shell that starts the tests in the background sets SIGINT to be ignored: undone here.
    """
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = [signal.getsignal(number) for number in INTERRUPTS]
    yield list(before)
    assert [signal.getsignal(number) for number in INTERRUPTS] == before
    signal.signal(signal.SIGINT, inherited)


class TestSigterm:
    def test_it_is_raised_as_a_kind_of_keyboard_interrupt(self) -> None:
        with pytest.raises(KeyboardInterrupt) as raised, sigterm_as_interrupt():
            signal.raise_signal(signal.SIGTERM)

        assert raised.type is Terminated

    def test_a_closed_terminal_ends_the_body_once(self) -> None:
        with sigterm_as_interrupt():
            with pytest.raises(Terminated):
                signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGHUP)  # from the shell, after that from the kernel

    def test_under_nohup_sighup_stays_ignored(self) -> None:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with sigterm_as_interrupt(), shielded("tearing down"), deferred_interrupts():
                assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGHUP, before)

    def test_ctrl_c_is_unchanged(self) -> None:
        with pytest.raises(KeyboardInterrupt) as raised, sigterm_as_interrupt():
            signal.raise_signal(signal.SIGINT)

        assert raised.type is KeyboardInterrupt


class TestShield:
    @pytest.mark.parametrize("number", INTERRUPTS)
    def test_two_signals_do_not_end_a_teardown(self, number: signal.Signals) -> None:
        with shielded("tearing down"):
            signal.raise_signal(number)
            signal.raise_signal(number)

    def test_a_closed_terminal_never_ends_a_teardown(self) -> None:
        with shielded("tearing down"):
            for _ in range(5):
                signal.raise_signal(signal.SIGHUP)

    @pytest.mark.parametrize(
        ("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
    )
    def test_the_third_signal_ends_the_teardown(
        self, number: signal.Signals, kind: type[BaseException]
    ) -> None:
        finished: list[bool] = []

        with pytest.raises(KeyboardInterrupt) as raised, shielded("tearing down"):
            receive(signal.SIGINT, signal.SIGINT, number, then=finished)

        assert raised.type is kind
        assert not finished

    def test_each_signal_prints_the_activity_and_how_to_abandon_it(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with shielded("tearing down"):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

        first, second = capfd.readouterr().err.split("\n\n")
        assert "tearing down; 2 more Ctrl-C abandon it, and may leave resources" in first
        assert "1 more" in second

    def test_a_closed_standard_error_is_ignored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Closed:
            def fileno(self) -> int:
                raise ValueError("I/O operation on closed file")

        monkeypatch.setattr("sys.stderr", Closed())

        with shielded("tearing down"):
            signal.raise_signal(signal.SIGINT)


class TestDeferral:
    @pytest.mark.parametrize("number", INTERRUPTS)
    def test_a_signal_is_deferred_to_the_end_of_the_block(self, number: signal.Signals) -> None:
        finished: list[bool] = []

        with pytest.raises(KeyboardInterrupt), sigterm_as_interrupt(), deferred_interrupts():
            receive(number, then=finished)

        assert finished

    def test_a_signal_can_be_discarded(self) -> None:
        with deferred_interrupts(drop=True):
            signal.raise_signal(signal.SIGINT)

    def test_a_note_is_logged_with_the_signal(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING), deferred_interrupts(note="wait", drop=True):
            signal.raise_signal(signal.SIGINT)

        assert caplog.messages == ["SIGINT received: wait"]

    def test_deferred_signals_count_once_inside_a_shield(self) -> None:
        with shielded("tearing down"), deferred_interrupts():
            for _ in range(5):
                signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("context", CONTEXTS, ids=["sigterm", "shield", "deferral"])
class TestEveryContext:
    def test_it_only_runs_its_body_in_other_threads(
        self, context: Callable[[], AbstractContextManager[None]], handlers: list[object]
    ) -> None:
        observed: list[list[object]] = []

        def work() -> None:
            with context():
                observed.append([signal.getsignal(number) for number in INTERRUPTS])

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

        assert observed == [handlers]

    def test_it_restores_the_handlers_when_the_body_fails(
        self, context: Callable[[], AbstractContextManager[None]]
    ) -> None:
        with pytest.raises(ValueError, match="body"), context():
            raise ValueError("body")

    def test_a_handler_not_installed_from_python_becomes_the_default(
        self,
        context: Callable[[], AbstractContextManager[None]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        installed: list[tuple[int, object]] = []

        def install(number: int, handler: object) -> None:
            installed.append((number, handler))

        monkeypatch.setattr(signal, "signal", install)

        with context():
            pass

        assert {(signal.SIGTERM, signal.SIG_DFL), (signal.SIGHUP, signal.SIG_DFL)} <= set(installed)
