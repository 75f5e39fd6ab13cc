"""``synth``: the Terraform JSON, without a target."""

import json
from pathlib import Path

import pytest

from harness.synth.synthesize import SynthesizedStack
from stack.config import StackConfig
from tests.unit.harness.cli.conftest import CommandLine

JSON: dict[str, object] = {"resource": {"aws_lb": {"alb": {}}}}


@pytest.fixture
def synths(monkeypatch: pytest.MonkeyPatch) -> list[StackConfig]:
    seen: list[StackConfig] = []

    def synthesize(_app: object, config: StackConfig) -> SynthesizedStack:
        seen.append(config)
        return SynthesizedStack(JSON, Path("kept"), True, 0.0, "catalog")

    monkeypatch.setattr("harness.cli.synth.synthesize", synthesize)
    return seen


def stack_file(folder: Path, **fields: object) -> str:
    file = folder / "stack.json"
    file.write_text(json.dumps(fields))
    return str(file)


def test_the_result_lies_where_cdktf_would_put_it(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    said = call("synth", "--environment-suffix", "pr1")

    assert said.status == 0
    assert said.out == "cdktf.out/stacks/catalog/cdk.tf.json\n"
    written = tmp_path / "cdktf.out" / "stacks" / "catalog" / "cdk.tf.json"
    assert json.loads(written.read_text()) == JSON


def test_another_folder_can_be_named(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    call("synth", "--output", str(tmp_path / "elsewhere"))

    assert (tmp_path / "elsewhere" / "stacks" / "catalog" / "cdk.tf.json").exists()


def test_standard_output_carries_the_json_alone(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    said = call("synth", "--output", "-")

    assert json.loads(said.out) == JSON
    assert not (tmp_path / "cdktf.out").exists()


def test_the_suffix_is_told_because_it_may_be_a_fresh_one(
    call: CommandLine, synths: list[StackConfig]
) -> None:
    said = call("synth")

    assert said.err == f"environment suffix: {synths[0].environment_suffix}\n"


def test_options_and_file_make_the_configuration(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    file = stack_file(tmp_path, desired_count=3)

    call("synth", "--region", "us-east-1", "--environment-suffix", "pr1", "--stack-config", file)

    assert synths[0].environment_suffix == "pr1"
    assert synths[0].region == "us-east-1"
    assert synths[0].desired_count == 3


def test_a_suffix_in_the_file_is_enough(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    call("synth", "--stack-config", stack_file(tmp_path, environment_suffix="pr2"))

    assert synths[0].environment_suffix == "pr2"


def test_the_state_goes_beside_the_user_not_into_the_output(
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
def test_a_file_that_cannot_be_used_is_a_mistake(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path, fields: dict[str, object]
) -> None:
    said = call("synth", "--stack-config", stack_file(tmp_path, **fields))

    assert said.status == 2
    assert next(iter(fields)) in said.err
    assert synths == []


def test_a_folder_that_cannot_be_written_is_a_mistake(
    call: CommandLine, synths: list[StackConfig], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    said = call("synth", "--output", str(tmp_path / "file"))

    assert said.status == 2
    assert "cannot be written" in said.err
