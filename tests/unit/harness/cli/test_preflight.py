"""``catalog-harness preflight``."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.cli import preflight as command
from harness.core.errors import EmulatorError, HarnessError, ToolNotFoundError
from harness.terraform.binary import Terraform
from tests.unit.harness.preflight.sample_configuration import FakeTarget, catalog

BUCKET = "aws_s3_bucket.storage_log_bucket"
FOUND = Terraform(("terraform",), (1, 11, 4), "terraform", "a test", "1.11.4")


class StartedTarget(FakeTarget):
    """A target that can be started and stopped."""

    running = False

    def start(self) -> dict[str, str]:
        self.running = True
        return {}

    def stop(self) -> None:
        self.running = False


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StartedTarget:
    target = StartedTarget()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "find_terraform", lambda _: FOUND)
    monkeypatch.setattr(command, "create_target", lambda *_, **__: target)
    return target


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.preflight, arguments)


def write(**bucket: Any) -> str:
    draft = catalog()
    draft[BUCKET].update(bucket)
    Path("main.tf.json").write_text(json.dumps(draft.document))
    return "main.tf.json"


def test_a_configuration_without_blockers_is_exit_status_0(target: StartedTarget) -> None:
    result = run(write(), "--target", "embedded")
    assert result.exit_code == 0
    assert "preflight: no findings" in result.output
    assert "describe_db_engine_versions" in target.called
    assert not target.running


def test_a_blocker_is_exit_status_1(target: StartedTarget) -> None:
    result = run(write(force_destroy=False), "--disposable")
    assert result.exit_code == 1
    assert "s3/bucket-without-force-destroy" in result.output
    assert "note: offline" in result.output
    assert target.called == []


def test_a_path_is_checked_offline_unless_a_target_is_named(
    target: StartedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "note: offline" in run(write()).output
    assert run(write(), "--offline", "--target", "embedded").exit_code == 0
    assert target.called == []
    monkeypatch.setenv("CATALOG_HARNESS_TARGET", "embedded")
    assert "note: offline" not in run(write()).output
    assert target.called


def test_the_rules_on_teardown_are_skipped_for_a_path(target: StartedTarget) -> None:
    assert run(write(force_destroy=False)).exit_code == 0
    assert run(write(force_destroy=False), "--disposable").exit_code == 1


def test_a_configuration_that_was_not_read_completely_is_exit_status_3(
    target: StartedTarget,
) -> None:
    write()
    Path("vpc.tf.json").write_text('{"module": {"vpc": {"source": "a/vpc/aws"}}}')
    result = run(".")
    assert result.exit_code == 3
    assert "not read: module vpc: a/vpc/aws is not a local module" in " ".join(
        result.output.split()
    )
    assert run(".", "--allow-incomplete").exit_code == 0
    assert json.loads(run(".", "--format", "json").output)["verdict"] == "incomplete"


def test_variables_are_read_from_options(target: StartedTarget) -> None:
    path = write(bucket="${var.name}")
    document = {**json.loads(Path(path).read_text()), "variable": {"name": {}}}
    Path(path).write_text(json.dumps(document))
    Path("values.tfvars.json").write_text('{"name": "Not_A_Name"}')
    assert run(path).exit_code == 0
    assert run(path, "--var", "name=Not_A_Name").exit_code == 1
    assert run(path, "--var-file", "values.tfvars.json").exit_code == 1
    assert run(path, "--var-file", "values.tfvars.json", "--var", "name=logs").exit_code == 0
    assert "expected NAME=VALUE" in str(run(path, "--var", "name").exception)


def test_a_file_that_cannot_be_read_is_exit_status_2(target: StartedTarget) -> None:
    Path("main.tf.json").write_text("{")
    result = run("main.tf.json")
    assert isinstance(result.exception, HarnessError)
    assert result.exception.exit_code == 2


def test_a_target_that_does_not_start_is_exit_status_2(
    target: StartedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> dict[str, str]:
        raise EmulatorError("no port")

    monkeypatch.setattr(target, "start", fail)
    result = run(write(), "--target", "embedded")
    assert isinstance(result.exception, EmulatorError)
    assert result.exception.exit_code == 2


def test_the_output_can_be_written_to_a_file(target: StartedTarget) -> None:
    options = ("--disposable", "--format", "json", "--output", "report.json")
    result = run(write(force_destroy=False), *options)
    assert result.exit_code == 1
    assert result.output == ""
    (finding,) = json.loads(Path("report.json").read_text())["findings"]
    assert finding["address"] == BUCKET


def test_the_default_output_is_standard_output(target: StartedTarget) -> None:
    assert json.loads(run(write(), "--format", "json").output)["findings"] == []


def test_a_file_that_cannot_be_written_is_an_error(target: StartedTarget) -> None:
    result = run(write(), "--format", "sarif", "--output", "missing/report.json")
    assert "cannot be written" in str(result.exception)


def test_suppressions_are_read_from_pyproject(target: StartedTarget) -> None:
    Path("pyproject.toml").write_text(
        "[[tool.catalog-harness.preflight.suppress]]\n"
        f'rule = "s3/bucket-without-force-destroy"\naddress = "{BUCKET}"\nreason = "kept here"\n'
    )
    result = run(write(force_destroy=False), "--disposable")
    assert result.exit_code == 0
    assert "kept here" in result.output


def test_the_terraform_version_can_be_set(target: StartedTarget) -> None:
    document = json.loads(Path(write()).read_text())
    document["terraform"] = {
        "backend": {"s3": {"key": "pr1-a1/x", "bucket": "b", "use_lockfile": True}}
    }
    Path("main.tf.json").write_text(json.dumps(document))
    assert run("main.tf.json", "--offline").exit_code == 0
    assert run("main.tf.json", "--offline", "--terraform-version", "1.9.8").exit_code == 1
    assert run("main.tf.json", "--terraform-version", "new").exit_code != 0


def test_without_terraform_the_rules_on_its_version_are_skipped(
    target: StartedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: object) -> Terraform:
        raise ToolNotFoundError("no usable Terraform")

    monkeypatch.setattr(command, "find_terraform", none)
    result = run(write(), "--offline")
    assert result.exit_code == 0
    assert "the rules on the Terraform version were skipped" in result.output
    assert isinstance(run(write(), "--terraform", "tofu").exception, ToolNotFoundError)


def test_without_a_path_the_catalog_stack_is_checked(
    target: StartedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    suffixes = []

    class Stack:
        json = catalog().document
        path = Path("cdk.tf.json")

    def synthesize(_app: object, config: Any) -> Stack:
        suffixes.append(config.environment_suffix)
        return Stack()

    monkeypatch.setattr(command, "synthesize", synthesize)
    result = run("--environment-suffix", "pr1-a1")
    assert result.exit_code == 0
    assert suffixes == ["pr1-a1"]
    assert target.called
