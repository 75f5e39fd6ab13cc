"""The real stack: correct, with each known mistake, with all of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.preflight.configuration import Configuration, configuration_of, read_configurations
from harness.preflight.engine import preflight
from harness.preflight.report import Report
from harness.preflight.terraform_version import TerraformVersion
from stack.tiers import missing_tiers
from tests.benchmarks.known_mistakes import KNOWN_MISTAKES, Mistake
from tests.unit.harness.preflight.as_hcl import as_hcl
from tests.unit.harness.preflight.as_plan import as_plan
from tests.unit.harness.preflight.conftest import Synth
from tests.unit.harness.preflight.rules.test_online import DELETED
from tests.unit.harness.preflight.sample_configuration import (
    RECORDED,
    FakeTarget,
    catalog,
    synthesized,
)

Form = Callable[[dict[str, Any], Path], Configuration]
BY_NUMBER = {mistake.number: mistake for mistake in KNOWN_MISTAKES}
# The response of the target to the mistakes that depend on it.
PENDING = FakeTarget({"describe_secret": DELETED})
IN_TARGET = {2: "rds/engine-version-not-offered", 6: "secretsmanager/name-taken"}


def report_on(document: dict[str, Any], **more: Any) -> Report:
    more.setdefault("terraform", TerraformVersion.parse("1.11.4"))
    return preflight(configuration_of(document), **more)


def address_of(mistake: Mistake, document: dict[str, Any]) -> str:
    if not mistake.resource_type:
        return "terraform.backend.s3.lock_table"
    (name,) = document["resource"][mistake.resource_type]
    return f"{mistake.resource_type}.{name}"


def test_the_recorded_configuration_is_current() -> None:
    assert synthesized() == RECORDED.read_text(encoding="utf-8")


def test_the_recorded_configuration_has_no_finding() -> None:
    report = report_on(catalog().document, target=FakeTarget())
    assert report.findings == ()
    assert report.notes == ()


def test_the_correct_stack_has_no_finding(synth: Synth) -> None:
    report = report_on(synth(), target=FakeTarget())
    assert report.findings == ()
    assert report.notes == ()


def test_the_correct_stack_with_a_remote_state_has_no_finding(synth: Synth) -> None:
    report = report_on(synth(state_bucket="states", state_lock=True), target=FakeTarget())
    assert report.findings == ()


@pytest.mark.parametrize("tier", ["network", "storage", "database", "edge", "service"])
def test_a_part_of_the_stack_has_no_finding(synth: Synth, tier: str) -> None:
    document = synth(tiers=frozenset({tier}) | missing_tiers({tier}))
    assert report_on(document, target=FakeTarget()).findings == ()


@pytest.mark.parametrize("mistake", KNOWN_MISTAKES, ids=lambda m: f"{m.number} {m.rule}")
def test_each_mistake_is_exactly_one_finding(synth: Synth, mistake: Mistake) -> None:
    document = synth()
    (finding,) = report_on(mistake.applied_to(document)).findings
    assert finding.rule == mistake.rule
    assert finding.address == address_of(mistake, document)
    # The provider of the stack deploys a lifecycle rule without filter, with a warning.
    assert finding.severity == ("warning" if mistake.number == 5 else "blocker")


def test_a_retired_version_is_a_blocker_with_a_target(synth: Synth) -> None:
    document = synth(
        aurora_engine_version="15.3",
        aurora_engine_major=15,
        aurora_preferred_minor="15.10",
    )
    (finding,) = report_on(document, target=FakeTarget()).findings
    assert finding.rule == IN_TARGET[2]
    assert finding.address == address_of(BY_NUMBER[2], document)
    assert finding.severity == "blocker"
    assert finding.error == (
        "InvalidParameterCombination: Cannot find version 15.3 for aurora-postgresql"
    )


def test_a_name_pending_deletion_is_a_blocker_with_a_target(synth: Synth) -> None:
    document = synth()
    (finding,) = report_on(document, target=PENDING).findings
    assert finding.rule == IN_TARGET[6]
    assert finding.address == address_of(BY_NUMBER[6], document)
    assert "already scheduled for deletion" in finding.error


def test_a_lock_file_is_a_blocker_for_an_older_terraform(synth: Synth) -> None:
    document = synth(state_bucket="states", state_lock=True)
    del document["terraform"]["required_version"]
    old = TerraformVersion.parse("1.9.8")
    (finding,) = report_on(document, terraform=old).findings
    assert finding.rule == "terraform/unknown-backend-argument"
    assert finding.address == "terraform.backend.s3.use_lockfile"
    assert "exists since version 1.10.0; Terraform 1.9.8 will run" in finding.message
    assert 'No argument or block type is named "use_lockfile".' in finding.error


def test_all_six_together_are_six_findings(synth: Synth) -> None:
    document = synth()
    for number in (1, 2, 3, 4, 5):
        document = BY_NUMBER[number].applied_to(document)
    report = report_on(document, target=PENDING)
    assert {(f.rule, f.address) for f in report.findings} == {
        (IN_TARGET.get(mistake.number, mistake.rule), address_of(mistake, document))
        for mistake in KNOWN_MISTAKES
    }
    assert len(report.findings) == 6


def in_hcl(document: dict[str, Any], folder: Path) -> Configuration:
    (folder / "main.tf").write_text(as_hcl(document))
    (found,) = read_configurations(folder)
    return found


def in_json(document: dict[str, Any], folder: Path) -> Configuration:
    (folder / "cdk.tf.json").write_text(json.dumps(document))
    (found,) = read_configurations(folder)
    return found


def in_a_plan(document: dict[str, Any], folder: Path) -> Configuration:
    (folder / "plan.json").write_text(json.dumps(as_plan(document)))
    (found,) = read_configurations(folder / "plan.json")
    return found


FORMS = [in_json, in_hcl, in_a_plan]


@pytest.mark.parametrize("form", FORMS)
def test_the_correct_stack_has_no_finding_in_any_form(form: Form, tmp_path: Path) -> None:
    report = preflight(form(catalog().document, tmp_path))
    assert report.findings == ()
    assert report.incomplete == ""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mistake", KNOWN_MISTAKES, ids=lambda m: f"{m.number} {m.rule}")
def test_each_mistake_is_one_finding_in_every_form(
    form: Form, mistake: Mistake, tmp_path: Path
) -> None:
    if form is in_a_plan and not mistake.resource_type:
        pytest.skip("a plan does not have the backend")
    document = mistake.applied_to(catalog().document)
    terraform = TerraformVersion.parse("1.11.4")
    (finding,) = preflight(form(document, tmp_path), terraform=terraform).findings
    assert finding.rule == mistake.rule
