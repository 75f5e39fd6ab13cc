"""The preflight gate of a run."""

from contextlib import chdir
from pathlib import Path

import pytest

from harness.deploy.preflight import BlockedError, require_deployable
from harness.preflight.report import Report
from harness.preflight.terraform_version import TerraformVersion
from tests.unit.harness.preflight.sample_configuration import SUFFIX, Draft, FakeTarget, catalog

BUCKET = "aws_s3_bucket.storage_log_bucket"


def gate(draft: Draft, pyproject: Path) -> Report:
    with chdir(pyproject.parent):
        return require_deployable(
            draft.document,
            source=Path("cdk.tf.json"),
            target=FakeTarget(),
            terraform=TerraformVersion.parse("1.11.4"),
            environment_suffix=SUFFIX,
        )


def test_a_configuration_without_findings_passes(tmp_path: Path) -> None:
    assert gate(catalog(), tmp_path / "pyproject.toml").findings == ()


def test_a_warning_does_not_stop_a_run(tmp_path: Path) -> None:
    draft = catalog()
    draft["aws_ecs_service.service"]["desired_count"] = 50
    assert gate(draft, tmp_path / "pyproject.toml").warnings


def test_a_blocker_stops_a_run_and_all_are_listed(tmp_path: Path) -> None:
    draft = catalog()
    draft[BUCKET]["force_destroy"] = False
    draft["aws_lb.load_balancer_alb"]["name"] = f"{SUFFIX}-{'x' * 40}"
    with pytest.raises(BlockedError) as raised:
        gate(draft, tmp_path / "pyproject.toml")
    text = str(raised.value)
    assert "2 blockers, nothing was deployed" in text
    assert f"s3/bucket-without-force-destroy at {BUCKET}: " in text
    assert "error of the deployment: BucketNotEmpty" in text
    assert "--skip-preflight" in text
    assert raised.value.exit_code == 1


def test_a_suppressed_blocker_does_not_stop_a_run(tmp_path: Path) -> None:
    draft = catalog()
    draft[BUCKET]["force_destroy"] = False
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(
        "[[tool.catalog-harness.preflight.suppress]]\n"
        f'rule = "s3/bucket-without-force-destroy"\naddress = "{BUCKET}"\nreason = "kept"\n'
    )
    assert len(gate(draft, pyproject).suppressed) == 1
