"""``doctor``: for people, for programs, and for a script's ``if``."""

import json

import pytest

from harness.doctor import Diagnosis, Verdict
from harness.settings.settings import HarnessSettings
from tests.unit.harness.cli.conftest import CommandLine

FINE = Diagnosis("Python", Verdict.OK, "3.12 [of a test]")
WARNING = Diagnosis("Node.js", Verdict.WARNING, "v18", "a newer one")
MISSING = Diagnosis("Terraform", Verdict.MISSING, "no terraform", "install it")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[HarnessSettings]:
    return []


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, asked: list[HarnessSettings]) -> list[Diagnosis]:
    diagnoses = [FINE, WARNING]

    def diagnose(settings: HarnessSettings, **_node: object) -> tuple[Diagnosis, ...]:
        asked.append(settings)
        return tuple(diagnoses)

    monkeypatch.setattr("harness.cli.doctor.diagnose", diagnose)
    return diagnoses


def test_a_usable_machine_is_status_0_with_the_next_command(
    call: CommandLine, found: list[Diagnosis]
) -> None:
    said = call("doctor")

    assert said.status == 0
    assert "can be used: catalog-harness run" in said.out


def test_every_diagnosis_is_shown_with_what_to_do(
    call: CommandLine, found: list[Diagnosis]
) -> None:
    out = call("doctor").out

    assert "3.12 [of a test]" in out
    assert "warning" in out
    assert "What to do: a newer one" in out
    assert "\x1b" not in out


def test_what_is_missing_is_status_1_and_named_at_the_end(
    call: CommandLine, found: list[Diagnosis]
) -> None:
    found.append(MISSING)

    said = call("doctor")

    assert said.status == 1
    assert said.out.splitlines()[-1] == "The embedded target cannot be used: Terraform"


def test_a_program_reads_json(call: CommandLine, found: list[Diagnosis]) -> None:
    found.append(MISSING)

    said = call("doctor", "--format", "json")

    read = json.loads(said.out)
    assert said.status == 1
    assert read["usable"] is False
    assert read["findings"][2] == {
        "name": "Terraform",
        "verdict": "missing",
        "found": "no terraform",
        "remedy": "install it",
    }


def test_it_looks_at_what_the_settings_name(
    call: CommandLine, found: list[Diagnosis], asked: list[HarnessSettings]
) -> None:
    call("doctor", "--terraform", "tofu")

    assert asked[0].terraform == "tofu"
