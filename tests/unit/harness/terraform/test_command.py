import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.core.redaction import MASK, register_secret
from harness.terraform import command as command_module
from harness.terraform.command import EVENTS, CommandLine, child_environment
from harness.terraform.configuration import CONFIGURATION
from harness.terraform.errors import TerraformError
from harness.terraform.events import Event, RawLine
from tests.unit.harness.terraform.fake_terraform import FakeTerraform, error, event, lines


@pytest.fixture
def command(fake: FakeTerraform, tmp_path: Path) -> CommandLine:
    return CommandLine(fake.terraform(), tmp_path, {"GIVEN": "yes"})


def test_a_command_runs_in_the_working_directory_with_its_environment_only(
    fake: FakeTerraform, command: CommandLine, tmp_path: Path
) -> None:
    command.run("state list", "-x=1", timeout=30)

    (call,) = fake.calls
    assert call.arguments == ["state", "list", "-x=1"]
    assert call.directory == str(tmp_path)
    assert call.environment["GIVEN"] == "yes"
    assert "HOME" not in call.environment


def test_events_are_passed_on(fake: FakeTerraform, command: CommandLine) -> None:
    fake.answer("plan", lines(event("a", message="one"), "noise"))
    received: list[Event] = []

    command.run("plan", timeout=30, on_event=received.append)

    assert received == [None, RawLine("noise")]


def test_the_events_of_a_change_are_logged_without_secrets(
    fake: FakeTerraform, command: CommandLine, tmp_path: Path
) -> None:
    register_secret("pl4nted-here")
    for verb in ("plan", "apply", "output"):
        fake.answer(verb, lines(event("a", message=f"{verb} pl4nted-here")))
        command.run(verb, timeout=30)

    logged = (tmp_path / EVENTS).read_text().splitlines()

    assert [json.loads(line)["@message"] for line in logged] == [f"plan {MASK}", f"apply {MASK}"]


def test_a_log_that_cannot_be_written_fails_no_command(
    fake: FakeTerraform, command: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / EVENTS).mkdir()

    assert command.run("apply", timeout=30).returncode == 0


def test_an_accepted_status_is_returned(fake: FakeTerraform, command: CommandLine) -> None:
    fake.answer("plan", status=2)

    assert command.run("plan", timeout=30, accept=(0, 2)).returncode == 2


def test_any_other_status_is_an_error_with_its_diagnostics(
    fake: FakeTerraform, command: CommandLine
) -> None:
    fake.answer("apply", lines(error("odd", address="aws_lb.x")), status=1)

    with pytest.raises(TerraformError, match=r"terraform apply failed: aws_lb\.x: odd"):
        command.run("apply", timeout=30)


def test_the_repr_has_no_environment(command: CommandLine) -> None:
    assert "yes" not in repr(command)


def test_the_users_variables_are_inherited_except_those_that_alter_commands() -> None:
    user = {
        "HOME": "/home/u",
        "HTTPS_PROXY": "http://proxy",
        "TF_CLI_ARGS_plan": "-destroy",
        "TF_DATA_DIR": "/elsewhere",
        "TF_REATTACH_PROVIDERS": "{}",
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
        "GOGC": "400",
        "GOMEMLIMIT": "1GiB",
    }


def test_a_target_with_credentials_inherits_no_aws_variables() -> None:
    user = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL": "http://x", "PATH": "/bin"}

    environment = child_environment({"AWS_ACCESS_KEY_ID": "test"}, None, user)

    assert {name for name in environment if name.startswith("AWS_")} == {"AWS_ACCESS_KEY_ID"}


def test_a_target_without_credentials_inherits_the_aws_variables() -> None:
    assert child_environment({}, None, {"AWS_PROFILE": "p"})["AWS_PROFILE"] == "p"


def test_the_cli_configuration_of_the_run_replaces_the_users() -> None:
    user = {"TF_CLI_CONFIG_FILE": "/mine"}

    assert child_environment({}, Path("/run"), user)["TF_CLI_CONFIG_FILE"] == "/run"
    assert child_environment({}, None, user)["TF_CLI_CONFIG_FILE"] == "/mine"


@pytest.mark.parametrize(
    ("verb", "config", "shared"),
    [
        ("plan", {"provider": {"aws": [{}]}}, True),
        ("apply", {"provider": {"aws": {"region": "eu-north-1"}}}, True),
        ("destroy", {"provider": {"aws": [{}], "random": [{}]}}, True),
        ("output", {"provider": {"aws": [{}]}}, False),
        ("apply", {"provider": {"aws": [{}, {"alias": "other"}]}}, False),
        ("apply", {"provider": {"aws": [{}]}, "module": {"other": {}}}, False),
        ("apply", {}, False),
    ],
)
def test_one_provider_process_serves_a_command_with_one_configuration_of_it(
    command: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    config: dict[str, object],
    shared: bool,
) -> None:
    (command.directory / CONFIGURATION).write_text(json.dumps(config))
    wrapped = []

    def record(arguments: Sequence[str], directory: Path, *, relay: bool) -> Sequence[str]:
        wrapped.append((arguments[1], directory))
        assert relay, "its state is local"
        return arguments

    monkeypatch.setattr(command_module, "with_shared_provider", record)

    command.run(verb, timeout=30)

    assert wrapped == ([(verb, command.directory)] if shared else [])


def test_with_its_state_elsewhere_a_command_has_the_schemas_of_all_types(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"provider": {"aws": [{}]}, "terraform": {"backend": {"s3": {"bucket": "b"}}}}
    (command.directory / CONFIGURATION).write_text(json.dumps(config))
    relays = []

    def record(arguments: Sequence[str], _: Path, *, relay: bool) -> Sequence[str]:
        relays.append(relay)
        return arguments

    monkeypatch.setattr(command_module, "with_shared_provider", record)

    command.run("plan", timeout=30)

    assert relays == [False]


def test_the_garbage_collectors_of_the_go_programs_are_set_unless_the_user_sets_them() -> None:
    assert child_environment({}, None, {})["GOGC"] == "400"
    assert child_environment({}, None, {"GOGC": "50"})["GOGC"] == "50"
