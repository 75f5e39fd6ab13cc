import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stack import app
from stack.config import StackConfig
from stack.errors import ConfigError

HERE = Path("/home/me/project")


def config_file(directory: Path, content: Any) -> str:
    path = directory / "config.json"
    path.write_text(json.dumps(content))
    return str(path)


def test_the_environment_describes_a_deployment() -> None:
    config = app.read_config(
        {
            "ENVIRONMENT_SUFFIX": "pr1",
            "AWS_REGION": "eu-west-1",
            "TERRAFORM_STATE_BUCKET": "states",
            "TERRAFORM_STATE_BUCKET_REGION": "eu-central-1",
        },
        directory=HERE,
    )
    assert config == StackConfig(
        environment_suffix="pr1",
        region="eu-west-1",
        state_bucket="states",
        state_bucket_region="eu-central-1",
    )


def test_without_a_bucket_the_state_is_in_the_working_directory_and_not_in_the_output() -> None:
    config = app.read_config({"ENVIRONMENT_SUFFIX": "pr1", "AWS_REGION": ""}, directory=HERE)
    assert config.state_path == str(HERE / "terraform.catalog-pr1.tfstate")
    assert config.region == "eu-north-1"


def test_a_bucket_is_in_the_region_of_the_stack_by_default() -> None:
    environment = {"ENVIRONMENT_SUFFIX": "pr1", "TERRAFORM_STATE_BUCKET": "states"}
    config = app.read_config(environment, directory=HERE)
    assert (config.state_bucket, config.state_bucket_region) == ("states", None)


def test_the_region_of_a_bucket_that_is_not_used_does_not_matter() -> None:
    environment = {"ENVIRONMENT_SUFFIX": "pr1", "TERRAFORM_STATE_BUCKET_REGION": "eu-west-1"}
    assert app.read_config(environment, directory=HERE).state_bucket_region is None


def test_a_file_takes_precedence_over_the_variables(tmp_path: Path) -> None:
    config = StackConfig(environment_suffix="pr2", state_bucket="theirs", desired_count=3)
    environment = {
        "CATALOG_STACK_CONFIG": config_file(tmp_path, config.to_mapping()),
        "ENVIRONMENT_SUFFIX": "pr1",
        "AWS_REGION": "eu-west-1",
        "TERRAFORM_STATE_BUCKET": "mine",
        "TERRAFORM_STATE_BUCKET_REGION": "eu-central-1",
    }
    assert app.read_config(environment, directory=HERE) == config


def test_the_variables_complete_a_file(tmp_path: Path) -> None:
    environment = {
        "CATALOG_STACK_CONFIG": config_file(tmp_path, {"desired_count": 3}),
        "ENVIRONMENT_SUFFIX": "pr1",
        "AWS_REGION": "eu-west-1",
    }
    config = app.read_config(environment, directory=HERE)
    assert (config.environment_suffix, config.region, config.desired_count) == (
        "pr1",
        "eu-west-1",
        3,
    )


def test_a_complete_file_keeps_the_state_next_to_the_synthesized_json(tmp_path: Path) -> None:
    complete = StackConfig(environment_suffix="pr1").to_mapping()
    environment = {"CATALOG_STACK_CONFIG": config_file(tmp_path, complete)}
    assert app.read_config(environment, directory=HERE).state_path is None


def test_a_missing_suffix_is_reported_by_the_name_of_its_variable() -> None:
    with pytest.raises(ConfigError, match=r"^ENVIRONMENT_SUFFIX is not set: set it"):
        app.read_config({}, directory=HERE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
        ("[]", "must be a file with one JSON object"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "config.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=reason) as caught:
        app.read_config({"CATALOG_STACK_CONFIG": str(path)}, directory=HERE)
    assert str(path) in str(caught.value)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in (*app.VARIABLES.values(), app.STATE_REGION_VARIABLE, app.CONFIG_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.parametrize(("outdir", "expected"), [(None, "cdktf.out"), ("elsewhere", "elsewhere")])
def test_the_stack_is_synthesized_into_the_output_directory_of_cdktf(
    environment: pytest.MonkeyPatch, tmp_path: Path, outdir: str | None, expected: str
) -> None:
    config = {"environment_suffix": "pr1", "tiers": ["network"]}
    environment.setenv("CATALOG_STACK_CONFIG", config_file(tmp_path, config))
    environment.delenv("CDKTF_OUTDIR", raising=False)
    if outdir is not None:
        environment.setenv("CDKTF_OUTDIR", outdir)
    assert app.main() == 0
    synthesized = json.loads((tmp_path / expected / "stacks/catalog/cdk.tf.json").read_text())
    assert synthesized["output"]["environment_suffix"]["value"] == "pr1"


def test_an_output_directory_that_is_a_file_is_one_line(
    environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    environment.setenv("ENVIRONMENT_SUFFIX", "pr1")
    environment.setenv("CDKTF_OUTDIR", "file")
    assert app.main() == 2
    error = capsys.readouterr().err
    assert error.startswith("stack.app: CDKTF_OUTDIR is 'file': must be a directory")
    assert error.count("\n") == 1


def test_bad_input_is_one_line_and_status_2_without_a_traceback(tmp_path: Path) -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "stack.app"],
        env={**os.environ, "ENVIRONMENT_SUFFIX": "Not A Suffix", "CATALOG_STACK_CONFIG": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 2
    assert completed.stdout == ""
    assert completed.stderr.startswith("stack.app: environment_suffix is 'Not A Suffix': must be")
    assert completed.stderr.count("\n") == 1


def test_cdktf_starts_this_entry_point() -> None:
    project = Path(app.__file__).parents[1] / "cdktf.json"
    assert json.loads(project.read_text())["app"] == "python -m stack.app"
