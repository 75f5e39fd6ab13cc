import pytest

from harness.core.redaction import MASK, register_secret
from harness.terraform.errors import is_state_locked, terraform_error
from harness.terraform.events import parse_line
from tests.unit.harness.terraform.fake_terraform import error

_AWS = (
    "creating: operation error RDS: CreateDBCluster, https response error StatusCode: 400, "
    "RequestID: 1, api error InvalidParameterCombination: Cannot find version 15.3"
)


def test_the_aws_error_is_the_first() -> None:
    events = [
        parse_line(error("Cycle")),
        parse_line(error(_AWS, address="aws_rds_cluster.c")),
    ]

    raised = terraform_error("apply", events)

    assert raised.message == (
        "terraform apply failed: aws_rds_cluster.c: InvalidParameterCombination: Cannot find "
        "version 15.3 (RDS CreateDBCluster, HTTP 400, request 1)\n  also: Cycle"
    )
    assert [item.code for item in raised.aws_errors] == ["InvalidParameterCombination"]
    assert raised.aws_errors[0].address == "aws_rds_cluster.c"
    assert raised.diagnostics[0].address == "aws_rds_cluster.c"
    assert raised.verb == "apply"


def test_a_repeated_message_is_reported_once() -> None:
    events = [parse_line(error("execution halted"))] * 2

    assert terraform_error("apply", events).message == "terraform apply failed: execution halted"


def test_a_consequence_of_another_error_is_omitted() -> None:
    events = [parse_line(error(summary)) for summary in ("odd", "execution halted")]

    assert terraform_error("apply", events).message == "terraform apply failed: odd"


def test_an_error_without_a_resource_has_its_location() -> None:
    line = error("Extraneous JSON object property", detail="No argument named use_lockfile.")
    line = line.replace(
        '"severity"', '"range": {"filename": "cdk.tf.json", "start": {"line": 3}}, "severity"'
    )

    raised = terraform_error("init", [parse_line(line)])

    assert raised.message == (
        "terraform init failed: cdk.tf.json:3: Extraneous JSON object property: "
        "No argument named use_lockfile."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Failed to load state: Unsupported state file format: The state file could not be parsed",
        "Failed to read state file: The state file could not be read: is a directory",
    ],
)
def test_a_damaged_state_has_a_remedy(text: str) -> None:
    raised = terraform_error("state list", [], stderr=text)

    assert "terraform.tfstate.backup" in raised.remedy


def test_without_a_diagnostic_the_message_has_the_last_lines() -> None:
    register_secret("hunter2-errors")

    raised = terraform_error("output", [parse_line("out")], stderr="\nnot there: hunter2-errors\n")

    assert raised.message == (
        f"terraform output failed: status 1 without a diagnostic\nout\nnot there: {MASK}"
    )


def test_without_output_the_message_has_the_signal() -> None:
    assert terraform_error("show", [], status=-9).message == (
        "terraform show failed: status -9 without a diagnostic"
    )


def test_warnings_are_not_errors() -> None:
    warning = parse_line(error("deprecated").replace('"error"', '"warning"'))

    assert terraform_error("plan", [warning], stderr="boom").message.endswith("\nboom")


def test_a_held_lock_has_a_remedy() -> None:
    raised = terraform_error("apply", [parse_line(error("Error acquiring the state lock"))])

    assert "force-unlock" in raised.remedy


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        (
            "api error AccessDenied: Your account must be verified before you can add new "
            "CloudFront resources. To verify your account, please contact AWS Support",
            "AWS Support",
        ),
        ("api error AccessDenied: Access Denied", "docs/iam-policy.json"),
        ("api error UnauthorizedOperation: You are not authorized", "docs/iam-policy.json"),
        (
            "api error AccessDeniedException: User: x is not authorized to perform: ecs:StopTask",
            "docs/iam-policy.json",
        ),
    ],
)
def test_what_aws_denies_has_a_remedy(message: str, remedy: str) -> None:
    assert remedy in terraform_error("apply", [parse_line(error(message))]).remedy


def test_an_unknown_error_has_no_remedy() -> None:
    assert terraform_error("apply", [parse_line(error("odd"))]).remedy == ""


def test_a_held_lock_is_distinguished_from_other_errors() -> None:
    held, other = (
        terraform_error("apply", [parse_line(error(summary))])
        for summary in ("Error acquiring the state lock", "execution halted")
    )

    assert is_state_locked(held)
    assert not is_state_locked(other)
