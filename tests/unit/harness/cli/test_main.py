"""``catalog-harness`` as a whole: help that teaches, and how mistakes and ends are told."""

import logging
import signal
import subprocess
import sys
from typing import Any

import click
import pytest

from harness.cli import main as cli
from harness.cli.main import commands
from harness.core.errors import HarnessError, UsageError
from harness.core.interrupts import Terminated
from harness.core.redaction import RedactingFormatter
from tests.unit.harness.cli.conftest import CommandLine

NAMES = commands.list_commands(click.Context(commands))


def command_of(name: str) -> click.Command:
    found = commands.get_command(click.Context(commands), name)
    assert found is not None
    return found


@pytest.fixture
def doctor_raises(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have a command end with an error."""

    def arrange(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("harness.cli.doctor.diagnose", fail)

    return arrange


class TestHelp:
    def test_every_command_is_listed_in_the_order_of_use(self, call: CommandLine) -> None:
        said = call("--help")

        assert said.status == 0
        shown = [line.split()[0] for line in said.out.partition("Commands:\n")[2].splitlines()]
        assert [name for name in shown if name in NAMES] == NAMES
        assert NAMES[:4] == ["run", "deploy", "check", "destroy"]

    @pytest.mark.parametrize("name", NAMES)
    def test_the_line_of_a_command_is_how_its_own_help_begins(self, name: str) -> None:
        help_text = " ".join((command_of(name).help or "").split())

        assert help_text.startswith(commands.entries[name].summary.rstrip("."))

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("width", [60, 100])
    def test_the_help_of_every_command_fits_the_terminal(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, width: int
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(width))

        said = call(name, "--help")

        assert said.status == 0
        assert max(map(len, said.out.splitlines())) <= width
        assert "\b" not in said.out

    @pytest.mark.parametrize("name", NAMES)
    def test_every_option_says_what_it_does(self, name: str) -> None:
        options = [each for each in command_of(name).params if isinstance(each, click.Option)]
        for option in options:
            assert option.help, option.name
            assert option.help[0].isupper()

    def test_a_setting_is_shown_with_its_default_and_its_variable(self, call: CommandLine) -> None:
        text = " ".join(call("run", "--help").out.split())

        assert "AWS region (default: eu-north-1) [CATALOG_HARNESS_REGION]" in text

    def test_without_arguments_the_help_is_shown(self, call: CommandLine) -> None:
        said = call()

        assert said.status == 2
        assert "Commands:" in said.err

    def test_the_version_is_shown(self, call: CommandLine) -> None:
        assert call("--version").out.startswith("catalog-harness, version 0.")

    def test_help_needs_none_of_the_heavy_libraries(self) -> None:
        code = (
            "import sys; from harness.cli.main import commands; "
            "commands.main(['--help'], standalone_mode=False); "
            "print({'boto3', 'requests', 'psycopg', 'cdktf'} & set(sys.modules))"
        )
        printed = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout

        assert printed.splitlines()[-1] == "set()"


class TestMistakes:
    def test_a_misspelt_command_is_met_with_the_one_that_was_meant(self, call: CommandLine) -> None:
        said = call("destory")

        assert said.status == 2
        assert "No such command 'destory'. Did you mean 'destroy'?" in said.err

    def test_a_command_that_resembles_none_gets_no_guess(self, call: CommandLine) -> None:
        said = call("xyzzy")

        assert said.status == 2
        assert said.err.strip().endswith("No such command 'xyzzy'.")

    @pytest.mark.parametrize("arguments", [("--regon", "x"), ("run", "--regon", "x")])
    def test_an_unknown_option_is_named(
        self, call: CommandLine, arguments: tuple[str, ...]
    ) -> None:
        said = call(*arguments)

        assert said.status == 2
        assert "No such option" in said.err
        assert "--regon" in said.err

    def test_a_value_that_cannot_be_used_is_one_line_with_its_remedy(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CATALOG_HARNESS_TARGET", "moon")

        said = call("run")

        assert said.status == 2
        mistake, remedy = said.err.splitlines()
        assert mistake == "Error: CATALOG_HARNESS_TARGET: 'moon' is not a target"
        assert remedy.startswith("  What to do: one of embedded, ")


class TestEnds:
    @pytest.mark.parametrize(("error", "status"), [(HarnessError, 1), (UsageError, 2)])
    def test_an_error_ends_it_with_its_own_status(
        self, call: CommandLine, doctor_raises: Any, error: type[HarnessError], status: int
    ) -> None:
        doctor_raises(error("no luck"))

        said = call("doctor")

        assert said.status == status
        assert said.err == "Error: no luck\n"
        assert said.out == ""

    def test_what_failed_afterwards_is_told_after_it(
        self, call: CommandLine, doctor_raises: Any
    ) -> None:
        error = HarnessError("apply failed")
        error.add_note("Afterwards the teardown failed as well: leak")
        doctor_raises(error)

        assert call("doctor").err.splitlines() == [
            "Error: apply failed",
            "Afterwards the teardown failed as well: leak",
        ]

    @pytest.mark.parametrize(
        ("error", "status", "word"),
        [
            (KeyboardInterrupt(), 130, "Interrupted."),
            (Terminated(), 143, "Terminated."),
            (EOFError(), 130, "Interrupted."),
        ],
    )
    def test_an_interrupt_has_the_shells_status(
        self,
        call: CommandLine,
        doctor_raises: Any,
        error: BaseException,
        status: int,
        word: str,
    ) -> None:
        doctor_raises(error)

        said = call("doctor")

        assert (said.status, said.err.strip()) == (status, word)

    def test_a_teardown_that_failed_after_ctrl_c_is_told(
        self, call: CommandLine, doctor_raises: Any
    ) -> None:
        error = KeyboardInterrupt()
        error.add_note("Afterwards the teardown failed as well: leak")
        doctor_raises(error)

        assert "teardown failed as well: leak" in call("doctor").err

    def test_a_real_sigterm_ends_it_like_ctrl_c(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "harness.cli.doctor.diagnose", lambda *_, **__: signal.raise_signal(signal.SIGTERM)
        )

        assert call("doctor").status == 143

    def test_an_interrupt_before_the_command_begins_is_one_too(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(**_: Any) -> None:
            raise Terminated

        monkeypatch.setattr(cli.commands, "main", interrupted)

        assert call("doctor").status == 143

    def test_a_bug_stays_a_traceback(
        self, doctor_raises: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        doctor_raises(ZeroDivisionError("bug"))
        monkeypatch.setattr(sys, "argv", ["catalog-harness", "doctor"])

        with pytest.raises(ZeroDivisionError):
            cli.main()

    def test_there_are_no_colours_outside_a_terminal(
        self, call: CommandLine, doctor_raises: Any
    ) -> None:
        doctor_raises(HarnessError("no luck"))

        assert "\x1b" not in call("doctor").err

    @pytest.mark.parametrize(("no_color", "colour"), [("", None), ("1", False)])
    def test_a_user_who_wants_no_colours_gets_none(
        self,
        call: CommandLine,
        doctor_raises: Any,
        monkeypatch: pytest.MonkeyPatch,
        no_color: str,
        colour: bool | None,
    ) -> None:
        seen: list[object] = []
        monkeypatch.setenv("NO_COLOR", no_color)
        monkeypatch.setattr(click, "secho", lambda *_, **options: seen.append(options["color"]))
        doctor_raises(HarnessError("no luck"))

        call("doctor")

        assert seen == [colour]


class TestLogging:
    @pytest.fixture
    def configured(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        options: dict[str, Any] = {}
        monkeypatch.setattr(logging, "basicConfig", options.update)
        return options

    @pytest.mark.parametrize(
        ("arguments", "level"), [((), logging.ERROR), (("--verbose",), logging.DEBUG)]
    )
    def test_it_is_quiet_unless_asked(
        self,
        call: CommandLine,
        configured: dict[str, Any],
        doctor_raises: Any,
        arguments: tuple[str, ...],
        level: int,
    ) -> None:
        doctor_raises(HarnessError("no luck"))

        call(*arguments, "doctor")

        assert configured["level"] == level

    def test_no_secret_gets_into_it(
        self, call: CommandLine, configured: dict[str, Any], doctor_raises: Any
    ) -> None:
        doctor_raises(HarnessError("no luck"))

        call("doctor")

        formatter = configured["handlers"][0].formatter
        assert isinstance(formatter, RedactingFormatter)
        record = logging.makeLogRecord({"msg": "password=%s", "args": ("hunter22",)})
        assert "hunter22" not in formatter.format(record)
