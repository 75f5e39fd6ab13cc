from functools import partial

import pytest

from harness.preflight.rules.terraform.backend import s3_argument
from harness.preflight.terraform_version import TerraformVersion
from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    Case,
    Draft,
    both,
    check,
    fires,
    silent,
)

POLICY = "aws_iam_role_policy.roles_execution_policy"
LOG_GROUP = "aws_cloudwatch_log_group.storage_log_group"
BUCKET = "aws_s3_bucket.storage_log_bucket"


def s3_backend(draft: Draft, **arguments: object) -> None:
    draft.document["terraform"] = {
        "backend": {
            "s3": {
                "bucket": "state",
                "key": f"{SUFFIX}/catalog.tfstate",
                "region": "eu-north-1",
                "encrypt": True,
                **arguments,
            }
        }
    }


def tagged(draft: Draft, tags: object) -> None:
    draft[BUCKET]["tags"] = tags


UNKNOWN = "terraform/unknown-backend-argument"
LOCKFILE = "terraform.backend.s3.use_lockfile"
ROLE = "terraform.backend.s3.role_arn"
DEPRECATED = "terraform/deprecated-backend-argument"
CASES = [
    fires(UNKNOWN, LOCKFILE, lambda d: s3_backend(d, use_lockfile=True), terraform="1.9.8"),
    fires(UNKNOWN, ROLE, lambda d: s3_backend(d, role_arn="arn:..."), name="removed in 1.10"),
    fires(
        UNKNOWN,
        "terraform.backend.s3.use_lockfiles",
        lambda d: s3_backend(d, use_lockfiles=True),
        name="misspelt",
    ),
    fires(
        UNKNOWN,
        "terraform.backend.s3.state_tags",
        lambda d: s3_backend(d, state_tags={"a": "b"}),
        name="OpenTofu only",
    ),
    fires(
        UNKNOWN,
        "terraform.backend.s3.lock_tags",
        lambda d: s3_backend(d, lock_tags={"a": "b"}),
        terraform="opentofu 1.10.2",
        name="OpenTofu before 1.11",
    ),
    silent(UNKNOWN, lambda d: s3_backend(d, use_lockfile=True), terraform="1.10.0"),
    silent(
        UNKNOWN,
        lambda d: s3_backend(d, lock_tags={"a": "b"}, use_lockfile=True),
        terraform="opentofu 1.11.0",
    ),
    silent(UNKNOWN, lambda d: s3_backend(d, endpoints={"s3": "http://localhost"})),
    fires(
        DEPRECATED,
        "terraform.backend.s3.dynamodb_table",
        lambda d: s3_backend(d, dynamodb_table="locks"),
    ),
    fires(
        DEPRECATED,
        ROLE,
        lambda d: s3_backend(d, role_arn="arn:..."),
        terraform="1.9.8",
        name="before its removal",
    ),
    silent(DEPRECATED, lambda d: s3_backend(d, dynamodb_table="locks"), terraform="1.10.5"),
    silent(
        DEPRECATED, lambda d: s3_backend(d, dynamodb_table="locks"), terraform="opentofu 1.12.0"
    ),
    fires(
        "terraform/shared-state-key",
        "terraform.backend.s3.key",
        lambda d: s3_backend(d, key="catalog.tfstate"),
    ),
    silent(
        "terraform/shared-state-key",
        lambda d: s3_backend(d, key="catalog.tfstate", use_lockfile=True),
    ),
    fires(
        "terraform/required-version",
        "terraform.required_version",
        lambda d: d.document.update(terraform={"required_version": ">= 1.12"}),
    ),
    silent(
        "terraform/required-version",
        lambda d: d.document.update(terraform={"required_version": "~> 1.11, != 1.11.3"}),
    ),
    silent(
        "terraform/required-version",
        lambda d: d.document.update(terraform={"required_version": "${var.version}"}),
        name="unknown",
    ),
    fires(
        "terraform/undeclared-resource",
        POLICY,
        lambda d: d[POLICY].update(role="${aws_iam_role.other.id}"),
    ),
    *(
        fires(
            "terraform/undeclared-resource",
            BUCKET,
            partial(tagged, tags={"a": f"${{{expression}}}"}),
            name=expression,
        )
        for expression in (
            'false ? aws_lb.other.arn : "the result without it"',
            'try(aws_lb.other.arn, "")',
            "upper(aws_lb.other.arn)",
            "[for each in [] : aws_lb.other.arn]",
        )
    ),
    fires(
        "terraform/undeclared-resource",
        "output.o",
        lambda d: d.document["output"].update(o={"value": "${data.aws_lb.other.arn}"}),
        name="in an output",
    ),
    fires(
        "terraform/undeclared-resource",
        "local.unused",
        lambda d: d.document.update(locals={"unused": "${aws_lb.other.arn}"}),
        name="in a local value",
    ),
    silent(
        "terraform/undeclared-resource",
        lambda d: d[BUCKET].update(tags={"a": "${[for aws_x in [] : aws_x.y ~ not parsed]}"}),
        name="a variable in an expression that is not parsed",
    ),
    silent(
        "terraform/undeclared-resource",
        lambda d: d[BUCKET].update(lifecycle={"//": "was ${aws_lb.other.arn}"}),
        name="in a comment",
    ),
    silent(
        "terraform/undeclared-resource",
        lambda d: d[BUCKET].update(
            tags={"a": "${[for aws_x in var.list : aws_x.name]}", "b": "${var.aws_lb.name}"}
        ),
    ),
    silent(
        "terraform/undeclared-resource",
        lambda d: d.__setitem__("aws_eip.more", {"count": 0, "instance": "${aws_instance.web.id}"}),
        name="in a resource that has no instance",
    ),
    fires(
        "terraform/prevent-destroy",
        BUCKET,
        lambda d: d[BUCKET].update(lifecycle={"prevent_destroy": True}),
    ),
    fires(
        "terraform/prevent-destroy",
        BUCKET,
        lambda d: d[BUCKET].update(lifecycle=[{"prevent_destroy": "true"}]),
        name="as list and text",
    ),
    silent(
        "terraform/prevent-destroy",
        lambda d: d[BUCKET].update(lifecycle={"prevent_destroy": False}),
    ),
    fires(
        "terraform/skip-destroy",
        LOG_GROUP,
        lambda d: d[LOG_GROUP].update(skip_destroy=True),
    ),
    silent(
        "terraform/skip-destroy",
        lambda d: d[LOG_GROUP].update(skip_destroy="${var.keep}"),
    ),
    fires(
        "terraform/deletion-protection",
        "aws_dynamodb_table.locks",
        lambda d: d.__setitem__(
            "aws_dynamodb_table.locks",
            {"name": f"locks-{SUFFIX}", "deletion_protection_enabled": True},
        ),
    ),
    silent(
        "terraform/deletion-protection",
        lambda d: d.__setitem__("aws_dynamodb_table.locks", {"name": f"locks-{SUFFIX}"}),
    ),
    fires("terraform/invalid-tag", BUCKET, lambda d: tagged(d, {"aws:owner": "me"})),
    fires("terraform/invalid-tag", BUCKET, lambda d: tagged(d, {"k" * 129: "me"}), name="long"),
    fires(
        "terraform/invalid-tag",
        BUCKET,
        lambda d: tagged(d, {f"key{n}": "" for n in range(51)}),
        name="too many",
    ),
    silent("terraform/invalid-tag", lambda d: tagged(d, {"awsome": "x" * 256, "k" * 128: ""})),
    silent("terraform/invalid-tag", lambda d: tagged(d, "${var.tags}"), name="unknown"),
    fires(
        "terraform/name-not-unique-per-run",
        "aws_iam_role.roles_task",
        lambda d: d["aws_iam_role.roles_task"].update(name="task"),
    ),
    silent(
        "terraform/name-not-unique-per-run",
        lambda d: d["aws_iam_role.roles_task"].update(name="task-${var.suffix}"),
    ),
    silent(
        "terraform/name-not-unique-per-run",
        both(
            lambda d: d["aws_iam_role.roles_task"].update(name="task"),
            lambda d: d.document["output"].clear(),
        ),
        name="unknown suffix",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("name", "first", "before"),
    [
        ("use_lockfile", "1.10.0", "1.9.8"),
        ("use_path_style", "1.6.0", "1.5.7"),
        ("skip_s3_checksum", "1.6.3", "1.6.2"),
        ("state_tags", "opentofu 1.11.0", "opentofu 1.10.9"),
        ("use_lockfile", "opentofu 1.10.0", "opentofu 1.9.4"),
    ],
)
def test_an_argument_is_accepted_from_its_first_version(name: str, first: str, before: str) -> None:
    for text, accepted in ((first, True), (before, False)):
        terraform = TerraformVersion.parse(text)
        argument = s3_argument(name, terraform)
        assert argument is not None
        assert argument.accepted_by(terraform) is accepted


@pytest.mark.parametrize(
    ("name", "last", "gone"),
    [("role_arn", "1.9.8", "1.10.0"), ("use_legacy_workflow", "1.7.5", "1.8.0")],
)
def test_an_argument_is_rejected_from_its_removal_on(name: str, last: str, gone: str) -> None:
    argument = s3_argument(name, TerraformVersion.parse(last))
    assert argument is not None
    assert argument.accepted_by(TerraformVersion.parse(last))
    assert not argument.accepted_by(TerraformVersion.parse(gone))


def test_locking_with_dynamodb_is_deprecated_in_terraform_only() -> None:
    for text, deprecated in (("1.11.0", True), ("1.10.5", False), ("opentofu 1.12.0", False)):
        terraform = TerraformVersion.parse(text)
        argument = s3_argument("dynamodb_table", terraform)
        assert argument is not None
        assert argument.deprecated_in(terraform) is deprecated
