import pytest

from tests.unit.harness.preflight.sample_configuration import Case, Draft, check, fires, silent

BUCKET = "aws_s3_bucket.storage_log_bucket"
OWNERSHIP = "aws_s3_bucket_ownership_controls.storage_ownership"
LIFECYCLE = "aws_s3_bucket_lifecycle_configuration.storage_lifecycle"


def rule_of(draft: Draft) -> dict[str, object]:
    rule: dict[str, object] = draft[LIFECYCLE]["rule"][0]
    return rule


def without_filter(draft: Draft) -> None:
    del rule_of(draft)["filter"]


def with_prefix_only(draft: Draft) -> None:
    rule_of(draft).update(prefix="logs/")
    del rule_of(draft)["filter"]


def without_action(draft: Draft) -> None:
    del rule_of(draft)["abort_incomplete_multipart_upload"]
    rule_of(draft).update(expiration=[])


def second_rule(draft: Draft, **changes: object) -> None:
    draft[LIFECYCLE]["rule"].append({**rule_of(draft), **changes})


def acl(draft: Draft, ownership: str | None) -> None:
    draft["aws_s3_bucket_acl.logs"] = {
        "bucket": "${aws_s3_bucket.storage_log_bucket.id}",
        "acl": "private",
    }
    if ownership:
        draft[OWNERSHIP]["rule"] = {"object_ownership": ownership}
    else:
        del draft[OWNERSHIP]


def named(draft: Draft, name: str) -> None:
    draft[BUCKET].update(bucket=name)


CASES = [
    fires("s3/bucket-name", BUCKET, lambda d: named(d, "Logs_pr1-a1")),
    fires("s3/bucket-name", BUCKET, lambda d: named(d, "x" * 60 + "pr1-a1"), name="too long"),
    fires("s3/bucket-name", BUCKET, lambda d: named(d, "logs..pr1-a1"), name="two dots"),
    fires("s3/bucket-name", BUCKET, lambda d: named(d, "xn--pr1-a1"), name="reserved"),
    fires(
        "s3/bucket-name",
        BUCKET,
        lambda d: named(d, "10.0.0.1"),
        name="an address",
        also={"terraform/name-not-unique-per-run"},
    ),
    silent("s3/bucket-name", lambda d: named(d, "l0gs.pr1-a1." + "x" * 51)),
    silent("s3/bucket-name", lambda d: named(d, "${var.bucket}_Logs"), name="unknown"),
    fires("s3/lifecycle-rule-without-filter", LIFECYCLE, without_filter),
    silent("s3/lifecycle-rule-without-filter", with_prefix_only),
    silent(
        "s3/lifecycle-rule-without-filter",
        lambda d: rule_of(d).update(filter=[{}]),
        name="empty filter block",
    ),
    silent(
        "s3/lifecycle-rule-without-filter",
        lambda d: rule_of(d).update(filter={}),
        name="empty filter object",
    ),
    silent(
        "s3/lifecycle-rule-without-filter",
        lambda d: d[LIFECYCLE].update(rule="${var.rules}"),
        name="unknown rules",
    ),
    fires("s3/lifecycle-filter-and-prefix", LIFECYCLE, lambda d: rule_of(d).update(prefix="x/")),
    silent("s3/lifecycle-filter-and-prefix", lambda d: rule_of(d).update(prefix=None)),
    fires("s3/lifecycle-rule-without-action", LIFECYCLE, without_action),
    silent(
        "s3/lifecycle-rule-without-action",
        lambda d: rule_of(d).update(
            expiration=None, abort_incomplete_multipart_upload=[{"days_after_initiation": 7}]
        ),
    ),
    fires("s3/lifecycle-rule-id", LIFECYCLE, second_rule),
    fires("s3/lifecycle-rule-id", LIFECYCLE, lambda d: rule_of(d).update(id="x" * 256)),
    silent("s3/lifecycle-rule-id", lambda d: second_rule(d, id="another")),
    fires(
        "s3/lifecycle-days",
        LIFECYCLE,
        lambda d: rule_of(d).update(transition=[{"days": 30, "storage_class": "GLACIER"}]),
    ),
    fires(
        "s3/lifecycle-days",
        LIFECYCLE,
        lambda d: rule_of(d).update(transition=[{"days": 7, "storage_class": "STANDARD_IA"}]),
        name="too early",
    ),
    silent(
        "s3/lifecycle-days",
        lambda d: rule_of(d).update(transition=[{"days": 7, "storage_class": "GLACIER"}]),
    ),
    fires("s3/acl-with-owner-enforced", "aws_s3_bucket_acl.logs", lambda d: acl(d, None)),
    fires(
        "s3/acl-with-owner-enforced",
        "aws_s3_bucket_acl.logs",
        lambda d: acl(d, "BucketOwnerEnforced"),
        name="explicitly",
    ),
    silent("s3/acl-with-owner-enforced", lambda d: acl(d, "BucketOwnerPreferred")),
    silent("s3/acl-with-owner-enforced", lambda d: acl(d, "${var.ownership}"), name="unknown"),
    fires(
        "s3/bucket-without-force-destroy", BUCKET, lambda d: d[BUCKET].update(force_destroy=False)
    ),
    fires(
        "s3/bucket-without-force-destroy",
        BUCKET,
        lambda d: d[BUCKET].pop("force_destroy"),
        name="default",
    ),
    silent("s3/bucket-without-force-destroy", lambda d: d[BUCKET].update(force_destroy="${var.x}")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)
