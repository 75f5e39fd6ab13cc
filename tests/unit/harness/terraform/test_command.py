import threading
from pathlib import Path

import pytest

from harness.core.errors import ProcessError
from harness.core.process import ProcessCancelledError
from harness.terraform.command import CommandLine, child_environment
from harness.terraform.errors import TerraformError
from harness.terraform.events import Event, OperationEvent, OtherEvent, RawLine
from tests.unit.harness.terraform.fake_terraform import (
    FakeTerraform,
    error,
    event,
    lines,
    operation,
)


@pytest.fixture
def command(fake: FakeTerraform, tmp_path: Path) -> CommandLine:
    return CommandLine(fake.terraform(), tmp_path, {"GIVEN": "yes"})


def test_a_command_runs_in_the_working_directory_with_just_its_environment(
    fake: FakeTerraform, command: CommandLine, tmp_path: Path
) -> None:
    command.run("state list", "-x=1", timeout=30)

    (call,) = fake.calls
    assert call.arguments == ["state", "list", "-x=1"]
    assert call.directory == str(tmp_path)
    assert call.environment["GIVEN"] == "yes"
    assert "HOME" not in call.environment


def test_events_are_told_as_they_come_and_collected(
    fake: FakeTerraform, command: CommandLine
) -> None:
    fake.answer("plan", lines(event("a", message="one"), "noise"))
    told: list[Event] = []

    outcome = command.run("plan", timeout=30, on_event=told.append)

    assert outcome.events == (OtherEvent("a", "one"), RawLine("noise"))
    assert told == list(outcome.events)


def test_a_status_that_is_accepted_is_returned(fake: FakeTerraform, command: CommandLine) -> None:
    fake.answer("plan", status=2)

    assert command.run("plan", timeout=30, accept=(0, 2)).returncode == 2


def test_any_other_status_is_an_error_with_its_diagnostics(
    fake: FakeTerraform, command: CommandLine
) -> None:
    fake.answer("apply", lines(error("odd", address="aws_lb.x")), status=1)

    with pytest.raises(TerraformError, match=r"terraform apply failed: aws_lb\.x: odd"):
        command.run("apply", timeout=30)


def slow_terraform(fake: FakeTerraform, directory: Path, cancel: threading.Event) -> CommandLine:
    """Return one that begins with two resources, ends one of them and then hangs."""
    steps = [
        operation("apply_start", "aws_vpc.v", "create", "03:00:00"),
        operation("apply_start", "aws_lb.l", "create", "03:00:00"),
        operation("apply_complete", "aws_vpc.v", "create", "03:01:00"),
    ]
    (fake.folder / "steps").write_text(lines(*steps))
    fake.program.write_text(f"#!/bin/sh\ncat {fake.folder}/steps\nexec sleep 60\n")
    return CommandLine(fake.terraform(), directory, {"PATH": "/usr/bin:/bin"}, cancel)


def test_a_cancelled_command_says_what_was_under_way(fake: FakeTerraform, tmp_path: Path) -> None:
    cancel = threading.Event()
    command = slow_terraform(fake, tmp_path, cancel)

    def stop(seen: Event) -> None:
        if isinstance(seen, OperationEvent) and seen.kind == "apply_complete":
            cancel.set()

    with pytest.raises(ProcessCancelledError) as raised:
        command.run("apply", timeout=60, on_event=stop)

    assert raised.value.message == (
        "terraform apply was cancelled and was stopped during: aws_lb.l (create, 60 s)"
    )


def test_a_deadline_that_passed_is_said(fake: FakeTerraform, tmp_path: Path) -> None:
    command = slow_terraform(fake, tmp_path, threading.Event())

    with pytest.raises(ProcessError, match="terraform plan did not end within 0 s"):
        command.run("plan", timeout=0)


def test_a_program_that_has_gone_is_said(fake: FakeTerraform, command: CommandLine) -> None:
    fake.program.unlink()

    with pytest.raises(ProcessError, match="cannot start"):
        command.run("plan", timeout=30)


def test_the_environment_hides_its_values(command: CommandLine) -> None:
    assert "yes" not in repr(command)


def test_the_users_variables_reach_terraform_except_those_that_would_disturb_it() -> None:
    user = {
        "HOME": "/home/u",
        "HTTPS_PROXY": "http://proxy",
        "TF_CLI_ARGS_plan": "-destroy",
        "TF_DATA_DIR": "/elsewhere",
        "TF_WORKSPACE": "other",
        "TF_VAR_x": "1",
        "TF_LOG": "TRACE",
    }

    environment = child_environment({}, None, user)

    assert environment == {
        "HOME": "/home/u",
        "HTTPS_PROXY": "http://proxy",
        "TF_LOG": "TRACE",
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }


def test_a_target_with_credentials_of_its_own_sees_none_of_the_users() -> None:
    user = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL": "http://x", "PATH": "/bin"}

    environment = child_environment({"AWS_ACCESS_KEY_ID": "test"}, None, user)

    assert {name for name in environment if name.startswith("AWS_")} == {"AWS_ACCESS_KEY_ID"}


def test_a_target_without_credentials_uses_the_users() -> None:
    assert child_environment({}, None, {"AWS_PROFILE": "p"})["AWS_PROFILE"] == "p"


def test_the_cli_configuration_of_the_run_replaces_the_users() -> None:
    user = {"TF_CLI_CONFIG_FILE": "/mine"}

    assert child_environment({}, Path("/run"), user)["TF_CLI_CONFIG_FILE"] == "/run"
    assert child_environment({}, None, user)["TF_CLI_CONFIG_FILE"] == "/mine"
