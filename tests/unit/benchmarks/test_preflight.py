import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from rich.console import Console

from harness.core import process
from harness.preflight.configuration import configuration_of, read_configurations
from harness.preflight.engine import preflight
from harness.preflight.terraform_version import TerraformVersion
from tests.benchmarks import preflight as benchmark
from tests.benchmarks.known_mistakes import CORPUS, KNOWN_MISTAKES, Mistake
from tests.benchmarks.preflight import Result, checkov, harness_rules, in_form, measure
from tests.unit.harness.preflight.conftest import Synth
from tests.unit.harness.preflight.sample_configuration import catalog

REPORTED = {0: {"error a"}, 1: {"error a", "error b"}, 2: {"error a", "warning c"}, 3: {"error a"}}


def test_a_mistake_is_reported_if_a_message_is_new() -> None:
    folders = {number: Path(str(number)) for number in REPORTED}
    result = measure("tool", lambda folder: REPORTED[int(folder.name)], folders, repeats=3)
    assert (result.tool, result.errors, result.warnings) == ("tool", (1,), (2,))
    assert result.seconds >= 0


def test_the_rules_report_all_six(synth: Synth, tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(synth()))
    inspect = harness_rules(TerraformVersion((1, 11, 4)))
    assert inspect(tmp_path) == set()
    for mistake in KNOWN_MISTAKES:
        (tmp_path / "cdk.tf.json").write_text(json.dumps(mistake.applied_to(synth())))
        (message,) = inspect(tmp_path)
        assert message.split()[1] == mistake.rule


@pytest.mark.parametrize("mistake", CORPUS, ids=lambda m: f"{m.number} {m.rule}")
def test_each_mistake_of_the_corpus_is_reported_by_its_rule(mistake: Mistake) -> None:
    report = preflight(configuration_of(mistake.applied_to(catalog().document)))
    assert mistake.rule in {finding.rule for finding in report.findings}


@pytest.mark.parametrize("as_list", [True, False])
def test_failed_checks_of_checkov_count_for_their_folder(
    monkeypatch: pytest.MonkeyPatch, as_list: bool
) -> None:
    check = {"check_id": "CKV_1", "resource": "aws_vpc.v", "file_abs_path": "/x/3/cdk.tf.json"}
    report = {"results": {"failed_checks": [check]}, "summary": {"resource_count": 9}}
    runs = []

    def run(command: list[str], **_: object) -> CompletedProcess[str]:
        runs.append(command[2])
        return CompletedProcess(tuple(command), 1, json.dumps([report] if as_list else report), "")

    monkeypatch.setattr(process, "run", run)
    inspect = checkov("checkov")
    found = [inspect(Path("/x") / name) for name in ("0", "3", "4")]
    assert found == [set(), {"error CKV_1 aws_vpc.v"}, set()]
    assert runs == ["/x/0", "/x"]


def test_a_tool_that_reads_no_resource_has_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    report = json.dumps({"resource_count": 0, "parsing_errors": 7})
    monkeypatch.setattr(process, "run", lambda command, **_: CompletedProcess((), 0, report, ""))
    folders = {number: Path("/x") / str(number) for number in range(2)}
    result = measure("checkov", checkov("checkov"), folders, 1)
    assert (result.errors, result.unread) == ((), "unread: 0 resources, 7 parsing errors")
    console = Console(record=True, width=120)
    console.print(benchmark._table([result], corpus=True))
    assert "of 49" not in console.export_text().partition("checkov")[2]


@pytest.mark.parametrize(("form", "name"), [("hcl", "main.tf"), ("plan", "tfplan.json")])
def test_the_other_forms_are_those_that_preflight_reads(
    tmp_path: Path, form: str, name: str
) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "cdk.tf.json").write_text(json.dumps(catalog().document))
    folder = in_form({0: tmp_path / "0"}, form)[0]
    (configuration,) = read_configurations(folder / name)
    assert len(configuration.resources()) == len(configuration_of(catalog().document).resources())


def test_the_table_names_tools_seconds_and_mistakes() -> None:
    console = Console(record=True, width=120)
    results = [Result("a", 0.1234, (1, 3, 9), (2,)), Result("b", 2, (), ())]
    console.print(benchmark._table(results, corpus=True))
    text = console.export_text()
    assert "0.123" in text
    assert "1, 3, 2 (warning)" in text
    assert f"1 of {len(CORPUS)}" in text
    assert "none" in text


def test_the_command_has_a_help_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        benchmark.main(["--help"])

    assert "terraform validate and checkov" in capsys.readouterr().out
