from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.validate import ParamValidator

from harness.aws.capability import Capability
from tests.unit.harness.checks import recording
from tests.unit.harness.checks.fake_aws import validate_response
from tests.unit.harness.checks.recording import SETS, Exchange

EXCHANGES = [
    pytest.param(exchange, id=f"{name}-{exchange.name}-{index}")
    for name in SETS
    for index, exchange in enumerate(recording.load(name))
]


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_recorded_response_is_valid_for_its_operation(exchange: Exchange) -> None:
    validate_response(
        recording.operation_model(exchange.service, exchange.operation), dict(exchange.response)
    )


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_recorded_request_is_valid_for_its_operation(exchange: Exchange) -> None:
    model = recording.operation_model(exchange.service, exchange.operation)
    if model.input_shape is None:
        assert exchange.parameters == {}
        return
    report = ParamValidator().validate(dict(exchange.parameters), model.input_shape)
    assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("name", SETS)
def test_every_service_of_the_stack_is_recorded(name: str) -> None:
    services = {exchange.service for exchange in recording.load(name)}

    assert services >= {
        *(Capability.EC2, Capability.ELBV2, Capability.ECS, Capability.RDS, Capability.S3),
        *(Capability.SECRETSMANAGER, Capability.CLOUDFRONT, Capability.LOGS, Capability.IAM),
        *(Capability.CLOUDWATCH, Capability.APPLICATION_AUTOSCALING),
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Unknown": 1}, "Unknown"),
        ({"Role": {"Path": "/"}}, "Missing required parameter in Role"),
        ({"Role": "a text"}, "Invalid type for parameter Role"),
    ],
)
def test_a_response_that_aws_cannot_return_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    [role, *_] = [each for each in recording.load("checks") if each.operation == "GetRole"]

    with pytest.raises(AssertionError, match=message):
        validate_response(recording.operation_model("iam", "GetRole"), {**role.response, **changes})


def test_a_response_is_the_same_after_reading_it_back() -> None:
    shape = recording.output_shape("iam", "GetRole")
    role = {"RoleName": "one", "CreateDate": datetime(2020, 2, 2, tzinfo=UTC)}
    decoded = {"Role": {**role, "AssumeRolePolicyDocument": {"Statement": []}}}

    text = recording.as_json(decoded, shape)

    assert text["Role"]["AssumeRolePolicyDocument"] == '{"Statement": []}'
    assert recording.from_json(text, shape)["Role"] == {
        **text["Role"],
        "CreateDate": datetime.fromisoformat(recording.TIME),
    }


def test_a_member_that_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="Unknown"):
        recording.from_json({"Role": {"Unknown": 1}}, recording.output_shape("iam", "GetRole"))
