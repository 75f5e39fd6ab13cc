import logging
import os
import shlex
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from harness.core import process
from harness.core.errors import ProcessError
from harness.core.process import ProcessCancelledError
from harness.core.redaction import MASK, register_secret
from harness.core.wait import wait_until

_PATIENCE = 60.0

# Prints a line for each SIGINT and ends once the file "enough" exists, as Terraform ends once
# the calls under way are done and the state is written.
_SLOW_TO_STOP = """
    import os, signal, sys, time
    interrupts = 0
    def note(*_):
        global interrupts
        interrupts += 1
        print("interrupted", flush=True)
    signal.signal(signal.SIGINT, note)
    print("running", flush=True)
    while not (interrupts and os.path.exists("enough")):
        time.sleep(0.01)
    with open("state", "w") as state:
        state.write(f"interrupts={interrupts}")
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", textwrap.dedent(code)]


def _is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(autouse=True)
def sigint_raises() -> Iterator[None]:
    """Undo the SIG_IGN that a shell sets for commands in the background."""
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, inherited)


def interrupt_on(*lines: str, then: Callable[[], None] | None = None) -> Callable[[str], None]:
    """Press Ctrl-C for each of these lines, and call a function after the last one."""

    def on_line(line: str) -> None:
        if line in lines:
            os.kill(os.getpid(), signal.SIGINT)
            if line == lines[-1] and then is not None:
                then()

    return on_line


def test_it_returns_the_output() -> None:
    done = process.run(
        python("import sys; print('out'); print('err', file=sys.stderr)"), timeout=_PATIENCE
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "out\n", "err\n")


def test_working_directory_and_environment_are_those_given(tmp_path: Path) -> None:
    done = process.run(
        python("import os; print(os.getcwd(), os.environ['GIVEN'], 'HOME' in os.environ)"),
        cwd=tmp_path,
        env={"GIVEN": "yes"},
        timeout=_PATIENCE,
    )

    assert done.stdout.split() == [str(tmp_path), "yes", "False"]


def test_each_line_is_passed_to_on_line() -> None:
    received: list[str] = []

    process.run(python("print('a'); print('b')"), timeout=_PATIENCE, on_line=received.append)

    assert received == ["a", "b"]


def test_output_that_is_not_utf_8_is_decoded_with_replacement() -> None:
    done = process.run(python("import sys; sys.stdout.buffer.write(b'\\xff')"), timeout=_PATIENCE)

    assert done.stdout == "\ufffd"


def test_large_output_on_both_pipes_does_not_block() -> None:
    done = process.run(
        python("import sys; sys.stdout.write('x' * 300000); sys.stderr.write('y' * 300000)"),
        timeout=_PATIENCE,
    )

    assert (len(done.stdout), len(done.stderr)) == (300000, 300000)


def test_an_error_has_command_status_and_last_lines() -> None:
    command = python("import sys; print('because'); sys.exit(3)")

    with pytest.raises(ProcessError, match="ended with status 3\nbecause") as raised:
        process.run(command, timeout=_PATIENCE)

    assert shlex.join(command) in raised.value.message
    assert (raised.value.returncode, raised.value.output) == (3, "because")


def test_an_accepted_status_is_not_an_error() -> None:
    done = process.run(python("import sys; sys.exit(2)"), timeout=_PATIENCE, accept=(0, 2))

    assert done.returncode == 2


def test_the_error_is_redacted() -> None:
    register_secret("hunter2-process")

    with pytest.raises(ProcessError) as raised:
        process.run(python("print('hunter2-process'); raise SystemExit(1)"), timeout=_PATIENCE)

    assert "hunter2-process" not in str(raised.value)
    assert MASK in raised.value.output


def test_a_program_that_does_not_exist_is_named() -> None:
    with pytest.raises(ProcessError, match="cannot start `/nowhere/program x`") as raised:
        process.run(["/nowhere/program", "x"], timeout=_PATIENCE)

    assert raised.value.returncode is None


def test_a_program_that_was_open_for_writing_a_moment_ago_is_started(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho started\n")
    program.chmod(0o700)
    writer = program.open("a")
    closing = threading.Timer(0.2, writer.close)
    closing.start()

    assert process.run([str(program)], timeout=30).stdout == "started\n"
    closing.join()


def test_a_program_that_stays_open_for_writing_is_an_error(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)

    with program.open("a"), pytest.raises(ProcessError, match="Text file busy"):
        process.run([str(program)], timeout=30)


def test_an_exception_of_on_line_is_raised_after_the_command_has_ended(tmp_path: Path) -> None:
    def fail(line: str) -> None:
        raise LookupError(line)

    with pytest.raises(LookupError, match="first"):
        process.run(
            python("print('first'); print('x' * 300000); open('done', 'w')"),
            cwd=tmp_path,
            timeout=_PATIENCE,
            on_line=fail,
        )

    assert (tmp_path / "done").exists()


def test_at_the_deadline_it_is_interrupted() -> None:
    with pytest.raises(ProcessError, match="did not end within 0 s and was stopped") as raised:
        process.run(python("import time; time.sleep(60)"), timeout=0)

    assert not isinstance(raised.value, ProcessCancelledError)
    assert raised.value.returncode is not None


def test_a_command_that_ignores_the_interrupt_is_killed(tmp_path: Path) -> None:
    cancel = threading.Event()

    with pytest.raises(ProcessCancelledError) as raised:
        process.run(
            python(_SLOW_TO_STOP),
            cwd=tmp_path,
            timeout=_PATIENCE,
            grace=0.1,
            on_line=lambda line: cancel.set(),
            cancel=cancel,
        )

    assert raised.value.returncode == -signal.SIGKILL


def test_a_cancelled_command_ends_in_order(tmp_path: Path) -> None:
    cancel = threading.Event()
    (tmp_path / "enough").touch()

    with pytest.raises(ProcessCancelledError, match="was cancelled and was stopped"):
        process.run(
            python(_SLOW_TO_STOP),
            cwd=tmp_path,
            timeout=_PATIENCE,
            on_line=lambda line: cancel.set(),
            cancel=cancel,
        )

    assert (tmp_path / "state").read_text() == "interrupts=1"


def test_a_command_in_another_thread_can_be_cancelled(tmp_path: Path) -> None:
    cancel, raised = threading.Event(), []
    (tmp_path / "enough").touch()

    def work() -> None:
        try:
            process.run(
                python(_SLOW_TO_STOP),
                cwd=tmp_path,
                timeout=_PATIENCE,
                on_line=lambda line: cancel.set(),
                cancel=cancel,
            )
        except ProcessError as error:
            raised.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert raised == [ProcessCancelledError]
    assert (tmp_path / "state").read_text() == "interrupts=1"


def test_ctrl_c_interrupts_the_command_once_and_waits_for_it(tmp_path: Path) -> None:
    (tmp_path / "enough").touch()

    with pytest.raises(KeyboardInterrupt):
        process.run(
            python(_SLOW_TO_STOP),
            cwd=tmp_path,
            timeout=_PATIENCE,
            on_line=interrupt_on("running"),
        )

    assert (tmp_path / "state").read_text() == "interrupts=1"


def test_a_second_ctrl_c_does_not_cost_the_state(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(KeyboardInterrupt):
        process.run(
            python(_SLOW_TO_STOP),
            cwd=tmp_path,
            timeout=_PATIENCE,
            on_line=interrupt_on("running", "interrupted", then=(tmp_path / "enough").touch),
        )

    assert (tmp_path / "state").read_text() == "interrupts=1"
    assert "SIGINT received: still waiting for" in caplog.text


def test_ctrl_c_during_the_stop_of_a_cancelled_command_is_not_lost(tmp_path: Path) -> None:
    cancel = threading.Event()

    def on_line(line: str) -> None:
        if line == "running":
            cancel.set()
        else:
            os.kill(os.getpid(), signal.SIGINT)
            (tmp_path / "enough").touch()

    with pytest.raises(KeyboardInterrupt):
        process.run(
            python(_SLOW_TO_STOP), cwd=tmp_path, timeout=_PATIENCE, on_line=on_line, cancel=cancel
        )

    assert (tmp_path / "state").read_text() == "interrupts=1"


def test_the_terminals_ctrl_c_does_not_reach_the_command() -> None:
    done = process.run(python("import os; print(os.getpgid(0) == os.getpid())"), timeout=_PATIENCE)

    assert done.stdout == "True\n"


def test_a_process_left_behind_with_the_output_open_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "_DRAIN_SECONDS", 0.1)

    done = process.run(
        python(
            """
            import subprocess, sys
            print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
            """
        ),
        timeout=_PATIENCE,
    )

    wait_until(
        lambda: _is_running(int(done.stdout)),
        what="the end of the process that was left behind",
        ready=lambda running: not running,
        timeout=_PATIENCE,
        delay=0.01,
    )


def test_a_group_that_has_ended_can_be_stopped_again(tmp_path: Path) -> None:
    child = subprocess.Popen(python("pass"), start_new_session=True)
    child.wait()

    process.stop_group(child)

    assert child.returncode == 0


def test_standard_input_is_not_among_the_arguments() -> None:
    program = "import sys; print(len(sys.argv), sys.stdin.read())"

    done = process.run([sys.executable, "-c", program], timeout=30, stdin="a password")

    assert done.stdout == "1 a password\n"
    assert "a password" not in " ".join(done.args)


def test_without_standard_input_the_command_reads_nothing() -> None:
    program = "import sys; print(repr(sys.stdin.read()))"

    assert process.run([sys.executable, "-c", program], timeout=30).stdout == "''\n"


@pytest.mark.parametrize("guarded", [True, False])
def test_the_files_of_a_program_are_private_whatever_the_umask(
    tmp_path: Path, guarded: bool
) -> None:
    former = os.umask(0o000)
    try:
        process.run(python("open('state', 'w')"), cwd=tmp_path, timeout=_PATIENCE, guarded=guarded)
    finally:
        os.umask(former)

    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o600


def test_what_a_killed_guarded_program_has_started_ends_with_it() -> None:
    """Terraform's plugins have pipes of their own: the harness sees no open output."""
    started: list[str] = []
    parent = """
        import os, signal, subprocess, sys
        child = subprocess.Popen(
            [sys.executable, "-S", "-c", "import time; time.sleep(600)"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        print(child.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """

    with pytest.raises(ProcessError, match="status -9"):
        process.run(python(parent), timeout=_PATIENCE, guarded=True, on_line=started.append)

    wait_until(
        lambda: _is_running(int(started[0])),
        what="the end of the plugin",
        ready=lambda running: not running,
        timeout=_PATIENCE,
    )
