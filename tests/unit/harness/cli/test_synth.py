"""``catalog-harness synth``."""

import json
from pathlib import Path

import pytest

from harness.synth.synthesize import SynthesizedStack
from stack.config import StackConfig
from tests.unit.harness.cli.conftest import CommandLine

JSON: dict[str, object] = {"resource": {"aws_lb": {"alb": {}}}}


@pytest.fixture
def synths(monkeypatch: pytest.MonkeyPatch) -> list[StackConfig]:
    configs: list[StackConfig] = []

    def synthesize(_app: object, config: StackConfig) -> SynthesizedStack:
        configs.append(config)
        return SynthesizedStack(JSON, Path("kept"))

    monkeypatch.setattr("harness.cli.synth.synthesize", synthesize)
    return configs


def stack_file(folder: Path, **fields: object) -> str:
    file = folder / "stack.json"
    file.write_text(json.dumps(fields))
    return str(file)


def test_the_result_has_the_path_of_cdktf_synth(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    completed = call("synth", "--environment-suffix", "pr1")

    assert completed.status == 0
    assert completed.out == "cdktf.out/stacks/catalog/cdk.tf.json\n"
    written = tmp_path / "cdktf.out" / "stacks" / "catalog" / "cdk.tf.json"
    assert json.loads(written.read_text()) == JSON


def test_another_folder_can_be_set(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    call("synth", "--output", str(tmp_path / "elsewhere"))

    assert (tmp_path / "elsewhere" / "stacks" / "catalog" / "cdk.tf.json").exists()


def test_standard_output_contains_only_the_json(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    completed = call("synth", "--output", "-")

    assert json.loads(completed.out) == JSON
    assert not (tmp_path / "cdktf.out").exists()


def test_the_suffix_is_printed(call: CommandLine, synths: list[StackConfig]) -> None:
    completed = call("synth")

    assert completed.err == f"environment suffix: {synths[0].environment_suffix}\n"


def test_options_and_file_are_combined(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    file = stack_file(tmp_path, desired_count=3)

    call("synth", "--region", "us-east-1", "--environment-suffix", "pr1", "--stack-config", file)

    assert synths[0].environment_suffix == "pr1"
    assert synths[0].region == "us-east-1"
    assert synths[0].desired_count == 3


def test_the_suffix_can_be_set_in_the_file(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    call("synth", "--stack-config", stack_file(tmp_path, environment_suffix="pr2"))

    assert synths[0].environment_suffix == "pr2"


def test_the_state_is_kept_in_the_working_directory(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    call("synth", "--environment-suffix", "pr1")

    assert synths[0].state_path == str(tmp_path / "terraform.catalog-pr1.tfstate")


def test_with_a_state_bucket_there_is_no_state_file(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    call("synth", "--stack-config", stack_file(tmp_path, state_bucket="my-states"))

    assert synths[0].state_path is None


@pytest.mark.parametrize("fields", [{"desired_cuont": 3}, {"region": "us-east-1"}])
def test_an_invalid_file_is_a_usage_error(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path, fields: dict[str, object]
) -> None:
    completed = call("synth", "--stack-config", stack_file(tmp_path, **fields))

    assert completed.status == 2
    assert next(iter(fields)) in completed.err
    assert synths == []


def test_a_folder_that_is_not_writable_is_a_usage_error(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    completed = call("synth", "--output", str(tmp_path / "file"))

    assert completed.status == 2
    assert "cannot be written" in completed.err
