import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.cli import preflight as command
from harness.core.errors import EmulatorError, HarnessError, ToolNotFoundError
from harness.terraform.binary import Terraform
from tests.unit.harness.preflight.sample_configuration import FakeTarget, catalog

BUCKET = "aws_s3_bucket.logs"
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


def test_nothing_that_blocks_is_exit_status_0(target: StartedTarget) -> None:
    result = run(write())
    assert result.exit_code == 0
    assert "preflight: no findings" in result.output
    assert "describe_db_engine_versions" in target.asked
    assert not target.running


def test_a_blocker_is_exit_status_1(target: StartedTarget) -> None:
    result = run(write(force_destroy=False), "--offline")
    assert result.exit_code == 1
    assert "s3/bucket-without-force-destroy" in result.output
    assert "the target was not asked" in result.output
    assert target.asked == []


def test_a_stack_that_stays_need_not_be_torn_down(target: StartedTarget) -> None:
    assert run(write(force_destroy=False), "--long-lived").exit_code == 0


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
    result = run(write())
    assert isinstance(result.exception, EmulatorError)
    assert result.exception.exit_code == 2


def test_a_format_may_go_to_a_file(target: StartedTarget) -> None:
    result = run(write(force_destroy=False), "--format", "json", "--output", "report.json")
    assert result.exit_code == 1
    assert result.output == ""
    (finding,) = json.loads(Path("report.json").read_text())["findings"]
    assert finding["address"] == BUCKET


def test_a_format_goes_to_standard_output(target: StartedTarget) -> None:
    assert json.loads(run(write(), "--format", "json").output)["findings"] == []


def test_a_file_that_cannot_be_written_is_said(target: StartedTarget) -> None:
    result = run(write(), "--format", "sarif", "--output", "missing/report.json")
    assert "cannot be written" in str(result.exception)


def test_suppressions_come_from_the_project(target: StartedTarget) -> None:
    Path("pyproject.toml").write_text(
        "[[tool.catalog-harness.preflight.suppress]]\n"
        f'rule = "s3/bucket-without-force-destroy"\naddress = "{BUCKET}"\nreason = "kept here"\n'
    )
    result = run(write(force_destroy=False))
    assert result.exit_code == 0
    assert "kept here" in result.output


def test_the_version_to_check_for_may_be_given(target: StartedTarget) -> None:
    document = json.loads(Path(write()).read_text())
    document["terraform"] = {
        "backend": {"s3": {"key": "pr1-a1/x", "bucket": "b", "use_lockfile": True}}
    }
    Path("main.tf.json").write_text(json.dumps(document))
    assert run("main.tf.json", "--offline").exit_code == 0
    assert run("main.tf.json", "--offline", "--terraform-version", "1.9.8").exit_code == 1
    assert run("main.tf.json", "--terraform-version", "new").exit_code != 0


def test_without_terraform_the_rules_on_its_version_are_left_out(
    target: StartedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: object) -> Terraform:
        raise ToolNotFoundError("no usable Terraform")

    monkeypatch.setattr(command, "find_terraform", none)
    result = run(write(), "--offline")
    assert result.exit_code == 0
    assert "no rule looked at the Terraform version" in result.output
    assert isinstance(run(write(), "--terraform", "tofu").exception, ToolNotFoundError)


def test_without_a_path_it_is_the_catalog_stack(
    target: StartedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Stack:
        json = catalog().document
        path = Path("cdk.tf.json")

    def synthesize(_app: object, config: Any) -> Stack:
        seen.append(config.environment_suffix)
        return Stack()

    monkeypatch.setattr(command, "synthesize", synthesize)
    result = run("--environment-suffix", "pr1-a1")
    assert result.exit_code == 0
    assert seen == ["pr1-a1"]
