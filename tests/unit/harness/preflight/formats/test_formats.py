import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.preflight.configuration import configuration_of, read_configurations
from harness.preflight.configuration.configuration import NotRead
from harness.preflight.engine import preflight
from harness.preflight.formats import FORMATS
from harness.preflight.report import Report
from harness.preflight.rules import all_rules
from harness.preflight.suppression import Suppression
from tests.unit.harness.preflight.sample_configuration import catalog

BUCKET = "aws_s3_bucket.storage_log_bucket"
SUPPRESSION = Suppression("ecs/open-wider-than-needed", "*", "behind a VPN, 100%: really")


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A blocker, a warning, a suppressed warning and a note, of a file in the working directory."""
    monkeypatch.chdir(tmp_path)
    draft = catalog()
    draft[BUCKET]["force_destroy"] = False
    draft["aws_ecs_service.service"]["desired_count"] = 50
    draft["aws_vpc_security_group_ingress_rule.firewall_alb_to_service_ingress"]["from_port"] = 80
    path = tmp_path / "out" / "main.tf.json"
    path.parent.mkdir()
    path.write_text(json.dumps(draft.document, indent=2))
    (configuration,) = read_configurations(path)
    return preflight(configuration, suppressions=[SUPPRESSION])


def line_of(text: str) -> int:
    lines = Path("out/main.tf.json").read_text().splitlines()
    kind = lines.index('    "aws_s3_bucket": {')
    return next(n for n, line in enumerate(lines, 1) if text in line and n > kind)


def test_json_is_an_object_with_findings(report: Report) -> None:
    document = json.loads(FORMATS["json"](report))
    blocker, warning = document["findings"]
    assert blocker["rule"] == "s3/bucket-without-force-destroy"
    assert (blocker["severity"], warning["severity"]) == ("blocker", "warning")
    assert blocker["address"] == BUCKET
    assert all(blocker[name] for name in ("message", "remedy", "documentation", "error"))
    assert [item["reason"] for item in document["suppressed"]] == [SUPPRESSION.reason]
    assert "not looked up" in document["notes"][0]


def test_the_table_has_the_problem_and_the_fix(report: Report) -> None:
    text = FORMATS["table"](report)
    assert BUCKET in text
    assert "Fix:" in text
    assert "BucketNotEmpty" in text
    assert f"suppressed: {SUPPRESSION.rule} at aws_ecs_service.service: behind a VPN" in text
    assert text.endswith("preflight: 1 blocker, 1 warning (1 suppressed)")
    assert FORMATS["table"](Report(blocks=1)) == "preflight: no findings"


UNREAD = NotRead("module vpc", "a/vpc/aws is not a local module")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("report", "reason"),
    [(Report(), "no AWS resource was read"), (Report(not_read=(UNREAD,), blocks=9), UNREAD.reason)],
)
def test_an_incomplete_report_is_never_without_findings(
    name: str, report: Report, reason: str
) -> None:
    text = FORMATS[name](report)
    assert "incomplete" in text
    assert reason in text
    assert "no findings" not in text


def test_a_provider_without_rules_is_listed_but_not_incomplete() -> None:
    report = Report(not_read=(NotRead("provider random", "no rules; blocks: 1", False),), blocks=1)
    assert FORMATS["table"](report).splitlines() == [
        "not read: provider random: no rules; blocks: 1",
        "preflight: no findings",
    ]
    assert FORMATS["github"](report).startswith("::notice ")


def test_the_table_names_the_source_of_a_fact(report: Report) -> None:
    (first, *_) = report.findings
    found = replace(report, findings=(replace(first, fact="target embedded, eu-north-1"),))
    assert "From: target embedded" in FORMATS["table"](found)


def test_the_table_has_what_the_findings_of_a_rule_share_once(report: Report) -> None:
    (first, *_) = report.findings
    second = replace(first, address="aws_s3_bucket.second", message="as well")
    third = replace(first, address=f"aws_s3_bucket.{'long' * 20}", error="another error")
    text = FORMATS["table"](replace(report, findings=(first, second, third)))
    assert "3 findings" in text
    lines = [line.split("\u2502")[2].strip() for line in text.splitlines() if "\u2502" in line]
    whole = "".join(lines)
    for each in (first, second, third):
        assert f"{each.address}:" in whole
    assert text.count("Fix:") == 1
    assert text.count("Error of the deployment:") == 2
    assert whole.index("as well") < whole.index("BucketNotEmpty") < whole.index("another error")


def test_github_has_one_annotation_per_line(report: Report) -> None:
    error, warning, suppressed, note = FORMATS["github"](report).splitlines()
    place = f"file=out/main.tf.json,line={line_of(chr(34) + 'storage_log_bucket' + chr(34))}"
    assert error.startswith(f"::error {place},title=s3/bucket-without-force-destroy::")
    assert "%0AFix: " in error
    assert warning.startswith("::warning file=")
    assert suppressed.startswith("::notice title=suppressed%3A ecs/open-wider-than-needed::")
    assert "100%25: really" in suppressed
    assert note.startswith("::notice title=preflight::")


def test_sarif_has_every_rule_and_every_result(report: Report) -> None:
    document = json.loads(FORMATS["sarif"](report))
    (run,) = document["runs"]
    assert document["version"] == "2.1.0"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [rule.id for rule in all_rules()]
    blocker, warning, suppressed = run["results"]
    assert (blocker["level"], warning["level"]) == ("error", "warning")
    assert blocker["ruleId"] in rules
    assert suppressed["suppressions"][0]["justification"] == SUPPRESSION.reason
    location: dict[str, Any] = blocker["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "out/main.tf.json"
    assert location["physicalLocation"]["region"]["startLine"] > 1
    assert location["logicalLocations"][0]["fullyQualifiedName"] == BUCKET


def test_a_file_outside_the_working_directory_has_a_uri(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "else where").mkdir()
    monkeypatch.chdir(tmp_path / "else where")
    document = json.loads(FORMATS["sarif"](report))
    location = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert re.fullmatch(r"file:///.*/out/main\.tf\.json", location["artifactLocation"]["uri"])


def test_a_finding_of_the_backend_is_located_in_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.tf.json").write_text("{}")
    Path("b.tf.json").write_text('{"terraform": {"backend":\n{"s3": {"lock_table": "x"}}}}')
    (configuration,) = read_configurations(tmp_path)
    found = FORMATS["github"](preflight(configuration))
    assert found.startswith(
        "::error file=b.tf.json,line=2,title=terraform/unknown-backend-argument"
    )


def test_a_configuration_without_a_file_has_no_location() -> None:
    draft = catalog()
    draft[BUCKET]["force_destroy"] = False
    found = preflight(configuration_of(draft.document))
    assert FORMATS["github"](found).startswith("::error title=")
    document = json.loads(FORMATS["sarif"](found))
    assert document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
