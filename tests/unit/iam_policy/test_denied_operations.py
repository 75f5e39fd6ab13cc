"""Each permission of docs/iam-policy.json, missing in mid-run: one clear line, and what to do.

The forms of the errors are those of AWS's protocols and, during apply, of the provider's SDK:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.aws.errors import failure_of
from harness.terraform.errors import terraform_error
from harness.terraform.events import Diagnostic

POLICY = json.loads((Path(__file__).parents[3] / "docs" / "iam-policy.json").read_text())
ACTIONS = sorted(
    {
        action
        for statement in POLICY["Statement"]
        for listed in [statement["Action"]]
        for action in ([listed] if isinstance(listed, str) else listed)
    }
)
USER = "arn:aws:iam::111122223333:user/nightly"
REQUEST = "6f0b3c52-1d5c-4d9c-8a8e-000000000000"
# The services whose protocols use other codes than AccessDenied.
CODES = {
    "ec2": "UnauthorizedOperation",
    **dict.fromkeys(
        ("application-autoscaling", "ecr", "ecs", "logs", "rds-data", "secretsmanager"),
        "AccessDeniedException",
    ),
}


def refusal(action: str) -> tuple[str, str]:
    """Return code and message."""
    service = action.partition(":")[0]
    allows = f"because no identity-based policy allows the {action} action"
    message = f"User: {USER} is not authorized to perform: {action} on resource: * {allows}"
    if service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return CODES.get(service, "AccessDenied"), message


@pytest.mark.parametrize("action", ACTIONS)
def test_during_apply(action: str) -> None:
    service, _, operation = action.partition(":")
    code, message = refusal(action)
    summary = (
        f"creating it (x): operation error {service.upper()}: {operation}, https response error "
        f"StatusCode: 403, RequestID: {REQUEST}, api error {code}: {message}"
    )
    diagnostic = Diagnostic("error", summary, address="aws_x.y")

    error = terraform_error("apply", [diagnostic])

    (line,) = error.message.splitlines()
    assert line.startswith(f"terraform apply failed: aws_x.y: {code}: ")
    assert f"{USER} is not authorized to perform: {action}" in line
    assert error.remedy == "allow it; docs/iam-policy.json has all permissions that are needed"


@pytest.mark.parametrize("action", ACTIONS)
def test_in_a_request_of_the_harness(action: str) -> None:
    code, message = refusal(action)
    response: Any = {"Error": {"Code": code, "Message": message}}

    error = failure_of(ClientError(response, action.partition(":")[2]))

    (line,) = error.message.splitlines()
    assert line.startswith("AWS refused a request: ")
    assert f"{USER} is not authorized to perform: {action}" in line
    assert error.remedy == "allow it; docs/iam-policy.json has all permissions that are needed"
