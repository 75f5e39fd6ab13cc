"""Terraform commands that are stopped, with real processes."""

import threading
from pathlib import Path

import pytest

from harness.core.errors import ProcessError
from harness.core.process import ProcessCancelledError
from harness.terraform.binary import Terraform
from harness.terraform.command import CommandLine
from harness.terraform.events import Event, OperationEvent
from tests.unit.harness.terraform.fake_terraform import lines, operation


def command_line(program: Path, directory: Path, cancel: threading.Event) -> CommandLine:
    terraform = Terraform((str(program),), (1, 11, 4), "terraform", "a test", "1.11.4")
    return CommandLine(terraform, directory, {"PATH": "/usr/bin:/bin"}, cancel)


def slow_terraform(directory: Path, cancel: threading.Event) -> CommandLine:
    """Return a program that starts two operations, completes one of them and then hangs."""
    steps = [
        operation("apply_start", "aws_vpc.v", "create", "03:00:00"),
        operation("apply_start", "aws_lb.l", "create", "03:00:00"),
        operation("apply_complete", "aws_vpc.v", "create", "03:01:00"),
    ]
    (directory / "steps").write_text(lines(*steps))
    program = directory / "terraform"
    program.write_text(f"#!/bin/sh\ncat {directory}/steps\nexec sleep 60\n")
    program.chmod(0o755)
    return command_line(program, directory, cancel)


def test_the_error_of_a_cancelled_command_names_the_operations_under_way(tmp_path: Path) -> None:
    cancel = threading.Event()
    command = slow_terraform(tmp_path, cancel)

    def stop(event: Event) -> None:
        if isinstance(event, OperationEvent) and event.kind == "apply_complete":
            cancel.set()

    with pytest.raises(ProcessCancelledError) as raised:
        command.run("apply", timeout=60, on_event=stop)

    assert raised.value.message == (
        "terraform apply was cancelled and was stopped during: aws_lb.l (create, 60 s)"
    )


def test_a_command_is_stopped_at_its_deadline(tmp_path: Path) -> None:
    command = slow_terraform(tmp_path, threading.Event())

    with pytest.raises(ProcessError, match="terraform plan did not end within 0 s"):
        command.run("plan", timeout=0)


def test_a_program_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    command = command_line(tmp_path / "terraform", tmp_path, threading.Event())

    with pytest.raises(ProcessError, match="cannot start"):
        command.run("plan", timeout=30)
