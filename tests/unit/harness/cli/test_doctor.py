"""``catalog-harness doctor``: table, JSON and exit status."""

import json

import pytest

from harness.doctor import Diagnosis, Verdict
from harness.settings.settings import HarnessSettings
from tests.unit.harness.cli.conftest import CommandLine

FINE = Diagnosis("Python", Verdict.OK, "3.12 [of a test]")
WARNING = Diagnosis("Node.js", Verdict.WARNING, "v18", "a newer one")
MISSING = Diagnosis("Terraform", Verdict.MISSING, "no terraform", "install it")


@pytest.fixture
def requested(monkeypatch: pytest.MonkeyPatch) -> list[HarnessSettings]:
    return []


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, requested: list[HarnessSettings]) -> list[Diagnosis]:
    diagnoses = [FINE, WARNING]

    def diagnose(settings: HarnessSettings, **_node: object) -> tuple[Diagnosis, ...]:
        requested.append(settings)
        return tuple(diagnoses)

    monkeypatch.setattr("harness.cli.doctor.diagnose", diagnose)
    return diagnoses


def test_a_usable_machine_is_status_0_with_the_next_command(
    call: CommandLine, found: list[Diagnosis]
) -> None:
    completed = call("doctor")

    assert completed.status == 0
    assert "can be used: catalog-harness run" in completed.out


def test_every_diagnosis_is_shown_with_its_remedy(
    call: CommandLine, found: list[Diagnosis]
) -> None:
    out = call("doctor").out

    assert "3.12 [of a test]" in out
    assert "warning" in out
    assert "What to do: a newer one" in out
    assert "\x1b" not in out


def test_a_missing_requirement_is_status_1_and_named_at_the_end(
    call: CommandLine, found: list[Diagnosis]
) -> None:
    found.append(MISSING)

    completed = call("doctor")

    assert completed.status == 1
    assert completed.out.splitlines()[-1] == "The embedded target cannot be used: Terraform"


def test_the_json_format_contains_every_diagnosis(
    call: CommandLine, found: list[Diagnosis]
) -> None:
    found.append(MISSING)

    completed = call("doctor", "--format", "json")

    read = json.loads(completed.out)
    assert completed.status == 1
    assert read["usable"] is False
    assert read["findings"][2] == {
        "name": "Terraform",
        "verdict": "missing",
        "found": "no terraform",
        "remedy": "install it",
    }


def test_the_settings_are_diagnosed(
    call: CommandLine, found: list[Diagnosis], requested: list[HarnessSettings]
) -> None:
    call("doctor", "--terraform", "tofu")

    assert requested[0].terraform == "tofu"
