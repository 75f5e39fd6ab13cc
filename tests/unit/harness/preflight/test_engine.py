import gc

import pytest
from botocore.exceptions import EndpointConnectionError

from harness.preflight.configuration import configuration_of
from harness.preflight.engine import preflight, without_garbage_collector
from harness.preflight.finding import Severity
from harness.preflight.report import Report, Verdict
from harness.preflight.suppression import Suppression
from harness.preflight.terraform_version import TerraformVersion
from tests.unit.harness.preflight.sample_configuration import FakeTarget, catalog, no_such

BUCKET = "aws_s3_bucket.storage_log_bucket"
FORCE = "s3/bucket-without-force-destroy"


def with_bucket(**arguments: object) -> Report:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False, **arguments)
    return preflight(configuration_of(draft.document))


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_off_meanwhile_and_then_as_before(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        with without_garbage_collector():
            assert not gc.isenabled()
            with_bucket()
            assert not gc.isenabled()
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


def test_what_was_read_meanwhile_is_not_searched_for_garbage_at_the_end() -> None:
    with without_garbage_collector():
        read: list[list[int]] = [[] for _ in range(100_000)]
        searches = [each["collections"] for each in gc.get_stats()]

    assert [each["collections"] for each in gc.get_stats()] == searches
    assert len(read) == 100_000


def test_a_finding_has_every_field() -> None:
    (finding,) = with_bucket().findings
    assert (finding.rule, finding.address) == (FORCE, BUCKET)
    assert finding.severity is Severity.BLOCKER
    assert finding.message
    assert finding.error.startswith("BucketNotEmpty: ")
    assert finding.remedy
    assert finding.documentation.startswith("https://docs.aws.amazon.com/")
    assert finding.source == "configuration"


def test_the_error_message_is_formatted_with_the_actual_values() -> None:
    draft = catalog()
    draft["aws_cloudwatch_log_group.storage_log_group"]["retention_in_days"] = 10
    (finding,) = preflight(configuration_of(draft.document)).findings
    assert finding.error.endswith("got 10")


def test_a_blocker_of_a_resource_that_may_not_exist_is_a_warning() -> None:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False, count="${var.enabled ? 1 : 0}")
    draft.document["variable"] = {"enabled": {}}
    report = preflight(configuration_of(draft.document))
    (finding,) = (f for f in report.findings if f.rule == "s3/bucket-without-force-destroy")
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("if its count is not 0")


def test_offline_is_a_note() -> None:
    assert "not looked up in the target" in preflight(configuration_of({})).notes[0]


def test_a_module_that_was_not_read_makes_the_report_incomplete() -> None:
    draft = catalog()
    draft.document["module"] = {"m": {"source": "terraform-aws-modules/vpc/aws"}}
    report = preflight(configuration_of(draft.document), target=FakeTarget())
    assert [part.name for part in report.not_read] == ["module m"]
    assert report.verdict is Verdict.INCOMPLETE
    assert report.exit_code == 3


def test_a_configuration_without_aws_resources_is_incomplete() -> None:
    report = preflight(configuration_of({"locals": {"a": 1}}))
    assert report.incomplete == "no AWS resource was read"
    assert report.exit_code == 3


def test_a_provider_without_rules_is_listed_and_does_not_matter() -> None:
    draft = catalog()
    draft.document["resource"]["random_id"] = {"x": {"byte_length": 4}}
    report = preflight(configuration_of(draft.document))
    assert [part.name for part in report.not_read] == ["provider random"]
    assert report.exit_code == 0


def test_a_blocker_precedes_what_was_not_read() -> None:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False)
    draft.document["module"] = {"m": {"source": "git::https://example.com/m"}}
    assert preflight(configuration_of(draft.document)).exit_code == 1


def test_a_finding_names_the_source_of_its_fact() -> None:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False)
    draft["aws_rds_cluster.database_cluster"]["engine_version"] = "16.1"
    configuration = configuration_of(draft.document)
    offline = {f.rule: f.fact for f in preflight(configuration).findings}
    assert offline[FORCE] == "rule"
    assert offline["rds/retired-engine-version"].startswith("table: versions of Aurora PostgreSQL")
    online = {f.rule: f.fact for f in preflight(configuration, target=FakeTarget()).findings}
    assert online["rds/engine-version-not-offered"] == "target embedded, eu-north-1"


def test_a_failed_look_up_is_a_note_and_the_others_continue() -> None:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False, bucket="pr1-a1-logs")
    target = FakeTarget(
        {
            "get_role": no_such("AccessDenied"),
            "describe_clusters": EndpointConnectionError(endpoint_url="http://x"),
        }
    )
    report = preflight(configuration_of(draft.document), target=target)
    assert [finding.rule for finding in report.findings] == [FORCE]
    assert [note.partition(":")[0] for note in report.notes] == [
        "ecs/cluster-name-taken",
        "iam/role-name-taken",
    ]
    assert "head_bucket" in target.called


def test_each_look_up_is_sent_once() -> None:
    target = FakeTarget()
    preflight(configuration_of(catalog().document), target=target)
    assert target.called.count("describe_db_engine_versions") == 1


def test_names_of_deployed_resources_are_not_reported() -> None:
    target = FakeTarget({"head_bucket": {}})
    draft = catalog()
    draft[BUCKET].update(bucket="pr1-a1-logs")
    configuration = configuration_of(draft.document)
    assert preflight(configuration, target=target).blockers
    configuration.existing = frozenset([BUCKET])
    assert not preflight(configuration, target=target).blockers


def test_a_long_lived_stack_skips_the_teardown_rules() -> None:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False)
    assert not preflight(configuration_of(draft.document), disposable=False).findings


def test_a_suppressed_finding_is_listed_separately_with_its_reason() -> None:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False)
    suppressions = [
        Suppression(FORCE, "aws_s3_bucket.*", "kept on purpose"),
        Suppression("s3/bucket-name", BUCKET, "never needed"),
    ]
    report = preflight(configuration_of(draft.document), suppressions=suppressions)
    assert report.findings == ()
    assert report.exit_code == 0
    (suppressed,) = report.suppressed
    assert suppressed.suppression.reason == "kept on purpose"
    assert any("s3/bucket-name" in note and "remove it" in note for note in report.notes)


def test_blockers_are_first_and_determine_the_exit_status() -> None:
    draft = catalog()
    draft[BUCKET].update(force_destroy=False)
    draft["aws_ecs_service.service"]["desired_count"] = 50
    report = preflight(configuration_of(draft.document))
    assert [f.severity for f in report.findings] == [Severity.BLOCKER, Severity.WARNING]
    assert len(report.blockers) == len(report.warnings) == 1
    assert report.exit_code == 1


def test_the_suffix_can_be_passed() -> None:
    terraform = TerraformVersion.parse("1.11.4")
    configuration = configuration_of(catalog().document)
    report = preflight(configuration, terraform=terraform, environment_suffix="other")
    assert {f.rule for f in report.findings} == {"terraform/name-not-unique-per-run"}


def test_the_sum_of_reports_does_not_repeat_notes() -> None:
    one = preflight(configuration_of({}))
    assert (one + one).notes == one.notes
