"""``catalog-harness`` as a whole: help, usage errors, exit status, logging."""

import logging
import signal
import sys
from typing import Any

import click
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

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
    """Replace ``diagnose`` with a function that raises an error."""

    def arrange(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("harness.cli.doctor.diagnose", fail)

    return arrange


class TestHelp:
    def test_every_command_is_listed_in_the_order_of_use(self, call: CommandLine) -> None:
        completed = call("--help")

        assert completed.status == 0
        shown = [line.split()[0] for line in completed.out.partition("Commands:\n")[2].splitlines()]
        assert [name for name in shown if name in NAMES] == NAMES
        assert NAMES[:4] == ["run", "deploy", "check", "destroy"]

    @pytest.mark.parametrize("name", NAMES)
    def test_the_summary_of_a_command_is_the_start_of_its_help(self, name: str) -> None:
        help_text = " ".join((command_of(name).help or "").split())

        assert help_text.startswith(commands.summaries[name].rstrip("."))

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("width", [60, 100])
    def test_the_help_of_every_command_fits_the_terminal(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, width: int
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(width))

        completed = call(name, "--help")

        assert completed.status == 0
        assert max(map(len, completed.out.splitlines())) <= width
        assert "\b" not in completed.out

    @pytest.mark.parametrize("name", NAMES)
    def test_every_option_has_a_help_text(self, name: str) -> None:
        options = [each for each in command_of(name).params if isinstance(each, click.Option)]
        for option in options:
            assert option.help, option.name
            assert option.help[0].isupper()

    def test_a_setting_is_shown_with_its_default_and_its_variable(self, call: CommandLine) -> None:
        text = " ".join(call("run", "--help").out.split())

        assert "AWS region (default: eu-north-1) [CATALOG_HARNESS_REGION]" in text

    def test_without_arguments_the_help_is_shown(self, call: CommandLine) -> None:
        completed = call()

        assert completed.status == 2
        assert "Commands:" in completed.err

    def test_the_version_is_shown(self, call: CommandLine) -> None:
        assert call("--version").out.startswith("catalog-harness, version 0.")


class TestUsageErrors:
    def test_a_misspelt_command_gets_a_suggestion(self, call: CommandLine) -> None:
        completed = call("destory")

        assert completed.status == 2
        assert "No such command 'destory'. Did you mean 'destroy'?" in completed.err

    def test_an_unknown_command_without_a_similar_one_gets_no_suggestion(
        self, call: CommandLine
    ) -> None:
        completed = call("xyzzy")

        assert completed.status == 2
        assert completed.err.strip().endswith("No such command 'xyzzy'.")

    @pytest.mark.parametrize("arguments", [("--regon", "x"), ("run", "--regon", "x")])
    def test_an_unknown_option_is_named(
        self, call: CommandLine, arguments: tuple[str, ...]
    ) -> None:
        completed = call(*arguments)

        assert completed.status == 2
        assert "No such option" in completed.err
        assert "--regon" in completed.err

    def test_an_invalid_value_is_one_line_with_its_remedy(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CATALOG_HARNESS_TARGET", "moon")

        completed = call("run")

        assert completed.status == 2
        message, remedy = completed.err.splitlines()
        assert message == "Error: CATALOG_HARNESS_TARGET: 'moon' is not a target"
        assert remedy.startswith("  What to do: use one of embedded, ")


class TestExitStatus:
    @pytest.mark.parametrize(("error", "status"), [(HarnessError, 1), (UsageError, 2)])
    def test_the_exit_status_is_that_of_the_error(
        self, call: CommandLine, doctor_raises: Any, error: type[HarnessError], status: int
    ) -> None:
        doctor_raises(error("no luck"))

        completed = call("doctor")

        assert completed.status == status
        assert completed.err == "Error: no luck\n"
        assert completed.out == ""

    def test_notes_of_an_error_are_printed_after_it(
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
    def test_an_interrupt_has_the_status_of_the_shell(
        self,
        call: CommandLine,
        doctor_raises: Any,
        error: BaseException,
        status: int,
        word: str,
    ) -> None:
        doctor_raises(error)

        completed = call("doctor")

        assert (completed.status, completed.err.strip()) == (status, word)

    def test_a_failed_teardown_after_ctrl_c_is_printed(
        self, call: CommandLine, doctor_raises: Any
    ) -> None:
        error = KeyboardInterrupt()
        error.add_note("Afterwards the teardown failed as well: leak")
        doctor_raises(error)

        assert "teardown failed as well: leak" in call("doctor").err

    def test_a_real_sigterm_ends_the_command(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "harness.cli.doctor.diagnose", lambda *_, **__: signal.raise_signal(signal.SIGTERM)
        )

        assert call("doctor").status == 143

    def test_an_interrupt_before_the_command_starts_counts_too(
        self, call: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(**_: Any) -> None:
            raise Terminated

        monkeypatch.setattr(cli.commands, "main", interrupted)

        assert call("doctor").status == 143

    @pytest.mark.parametrize(
        "code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"]
    )
    def test_a_request_that_aws_denies_is_one_line_with_its_remedy(
        self, call: CommandLine, doctor_raises: Any, code: str
    ) -> None:
        message = "User: x is not authorized to perform: ecs:ListClusters"
        doctor_raises(ClientError({"Error": {"Code": code, "Message": message}}, "ListClusters"))

        completed = call("doctor")

        assert completed.status == 1
        assert completed.err.splitlines() == [
            f"Error: AWS refused a request: ListClusters: {code}: {message}",
            "  What to do: allow it; docs/iam-policy.json has all permissions that are needed",
        ]

    def test_aws_that_cannot_be_reached_is_one_line(
        self, call: CommandLine, doctor_raises: Any
    ) -> None:
        doctor_raises(EndpointConnectionError(endpoint_url="https://ecs.example"))

        completed = call("doctor")

        assert completed.status == 1
        assert "https://ecs.example" in completed.err
        assert len(completed.err.splitlines()) == 1

    def test_a_bug_is_a_traceback(
        self, doctor_raises: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        doctor_raises(ZeroDivisionError("bug"))
        monkeypatch.setattr(sys, "argv", ["catalog-harness", "doctor"])
        monkeypatch.setattr(cli, "set_up_interpreter", lambda: None)

        with pytest.raises(ZeroDivisionError):
            cli.main()

    def test_there_are_no_colours_outside_a_terminal(
        self, call: CommandLine, doctor_raises: Any
    ) -> None:
        doctor_raises(HarnessError("no luck"))

        assert "\x1b" not in call("doctor").err

    @pytest.mark.parametrize(("no_color", "colour"), [("", None), ("1", False)])
    def test_no_color_disables_the_colours(
        self,
        call: CommandLine,
        doctor_raises: Any,
        monkeypatch: pytest.MonkeyPatch,
        no_color: str,
        colour: bool | None,
    ) -> None:
        colours: list[object] = []
        monkeypatch.setenv("NO_COLOR", no_color)
        monkeypatch.setattr(click, "secho", lambda *_, **options: colours.append(options["color"]))
        doctor_raises(HarnessError("no luck"))

        call("doctor")

        assert colours == [colour]


class TestLogging:
    @pytest.fixture
    def configured(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        options: dict[str, Any] = {}
        monkeypatch.setattr(logging, "basicConfig", options.update)
        return options

    @pytest.mark.parametrize(
        ("arguments", "level"), [((), logging.ERROR), (("--verbose",), logging.DEBUG)]
    )
    def test_only_errors_are_logged_unless_verbose(
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

    def test_secrets_are_redacted(
        self, call: CommandLine, configured: dict[str, Any], doctor_raises: Any
    ) -> None:
        doctor_raises(HarnessError("no luck"))

        call("doctor")

        formatter = configured["handlers"][0].formatter
        assert isinstance(formatter, RedactingFormatter)
        record = logging.makeLogRecord({"msg": "password=%s", "args": ("hunter22",)})
        assert "hunter22" not in formatter.format(record)
