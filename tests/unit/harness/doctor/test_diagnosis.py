"""Probes, and the diagnoses of their results and errors."""

import pytest

from harness.core.errors import ToolNotFoundError
from harness.doctor import Diagnosis, Verdict, is_usable
from harness.doctor.diagnosis import examine


def test_the_result_of_a_probe_is_the_diagnosis() -> None:
    diagnosis = Diagnosis("Node.js", Verdict.OK, "v24")

    assert examine("Node.js", lambda: diagnosis) is diagnosis


def test_an_error_with_a_remedy_is_missing() -> None:
    def probe() -> Diagnosis:
        raise ToolNotFoundError("no terraform", remedy="install it")

    assert examine("Terraform", probe) == Diagnosis(
        "Terraform", Verdict.MISSING, "no terraform", "install it"
    )


def test_a_bug_in_a_probe_is_a_warning_not_a_traceback() -> None:
    def probe() -> Diagnosis:
        raise ZeroDivisionError("oops")

    found = examine("Terraform", probe)

    assert found.verdict is Verdict.WARNING
    assert "ZeroDivisionError('oops')" in found.found


def test_ctrl_c_is_not_caught() -> None:
    def probe() -> Diagnosis:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine("Terraform", probe)


@pytest.mark.parametrize(
    ("verdict", "usable"),
    [(Verdict.OK, True), (Verdict.WARNING, True), (Verdict.MISSING, False)],
)
def test_only_what_is_missing_makes_the_target_unusable(verdict: Verdict, usable: bool) -> None:
    others = Diagnosis("Python", Verdict.OK, "3.12")

    assert is_usable((others, Diagnosis("x", verdict, ""))) is usable
