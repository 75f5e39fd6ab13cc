"""Preflight of the real stack against an embedded cloud: correct, and with each mistake."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from harness.catalog import CATALOG
from harness.catalog.configuration import LOCAL_IMAGE
from harness.preflight.configuration import configuration_of
from harness.preflight.engine import preflight
from harness.preflight.explanation import explain
from harness.preflight.report import Report
from harness.preflight.terraform_version import TerraformVersion
from harness.synth.synthesize import synthesize
from harness.targets.base import Target
from harness.targets.embedded import EmbeddedTarget
from stack.config import StackConfig
from tests.benchmarks.known_mistakes import KNOWN_MISTAKES

pytest.importorskip("ministack")

SUFFIX = "preflight-1"
IN_TARGET = {2: "rds/engine-version-not-offered", 6: "secretsmanager/name-taken"}


@pytest.fixture(scope="module")
def cloud(embedded_only: None) -> Iterator[Target]:
    target = EmbeddedTarget(region="eu-north-1", owner_pid=os.getpid())
    target.start()
    try:
        yield target
    finally:
        target.stop()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return synthesize(CATALOG.app, StackConfig(environment_suffix=SUFFIX, image=LOCAL_IMAGE)).json


@pytest.fixture
def pending(cloud: Target, document: dict[str, Any]) -> Iterator[str]:
    """A secret with the stack's name that is scheduled for deletion."""
    (secret,) = document["resource"]["aws_secretsmanager_secret"].values()
    secrets = cloud.session().client("secretsmanager")
    secrets.create_secret(Name=secret["name"], SecretString="{}")
    secrets.delete_secret(SecretId=secret["name"], RecoveryWindowInDays=7)
    yield secret["name"]
    secrets.delete_secret(SecretId=secret["name"], ForceDeleteWithoutRecovery=True)


def report_on(document: dict[str, Any], cloud: Target) -> Report:
    return preflight(
        configuration_of(document), target=cloud, terraform=TerraformVersion((1, 11, 4))
    )


def address(document: dict[str, Any], kind: str) -> str:
    (name,) = document["resource"][kind]
    return f"{kind}.{name}"


def test_the_correct_stack_has_no_finding(cloud: Target, document: dict[str, Any]) -> None:
    report = report_on(document, cloud)
    assert report.findings == ()
    assert report.notes == ()


def test_a_retired_version_is_one_blocker(cloud: Target) -> None:
    config = StackConfig(
        environment_suffix=SUFFIX,
        image=LOCAL_IMAGE,
        aurora_engine_version="15.3",
        aurora_engine_major=15,
        aurora_preferred_minor="15.10",
    )
    document = synthesize(CATALOG.app, config).json
    (finding,) = report_on(document, cloud).findings
    assert (finding.rule, finding.severity) == (IN_TARGET[2], "blocker")
    assert finding.address == address(document, "aws_rds_cluster")
    assert "15.10" in finding.message


def test_an_image_that_the_container_engine_cannot_pull_is_one_blocker(cloud: Target) -> None:
    config = StackConfig(environment_suffix=SUFFIX, image="nonexistent:latest")
    (finding,) = report_on(synthesize(CATALOG.app, config).json, cloud).findings
    assert (finding.rule, finding.severity) == ("ecs/image-not-found", "blocker")
    assert "pull access denied for nonexistent" in finding.message


def test_a_secret_name_pending_deletion_is_one_blocker(
    cloud: Target, document: dict[str, Any], pending: str
) -> None:
    (finding,) = report_on(document, cloud).findings
    assert (finding.rule, finding.severity) == (IN_TARGET[6], "blocker")
    assert finding.address == address(document, "aws_secretsmanager_secret")
    assert pending in finding.message


def test_all_six_mistakes_are_six_findings(
    cloud: Target, document: dict[str, Any], pending: str
) -> None:
    for mistake in KNOWN_MISTAKES:
        if mistake.number != 6:  # the name that is pending deletion
            document = mistake.applied_to(document)
    report = report_on(document, cloud)
    expected = sorted(IN_TARGET.get(mistake.number, mistake.rule) for mistake in KNOWN_MISTAKES)
    assert sorted(finding.rule for finding in report.findings) == expected
    # The provider of the stack deploys a lifecycle rule without filter, with a warning.
    assert [f.rule for f in report.warnings] == ["s3/lifecycle-rule-without-filter"]


def test_an_error_of_the_emulator_is_explained_by_its_rule(cloud: Target, pending: str) -> None:
    secrets = cloud.session().client("secretsmanager")
    with pytest.raises(secrets.exceptions.ClientError) as raised:
        secrets.create_secret(Name=pending, SecretString="{}")
    error = raised.value.response["Error"]
    rule = explain(error["Code"], error["Message"])
    assert rule is not None
    assert rule.id == IN_TARGET[6]
