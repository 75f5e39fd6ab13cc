from datetime import UTC, datetime
from typing import Any

import botocore.parsers
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel

from harness.emulator.gateway.aws import parse, service_model
from harness.emulator.gateway.http import Request, Response
from harness.emulator.gateway.query import decode_parameters, encode_result, form_of


def read_as_query(model: OperationModel, response: Response) -> dict[str, Any]:
    raw = {"status_code": 200, "headers": HeadersDict({}), "body": response.body}
    assert model.output_shape is not None
    parsed: dict[str, Any] = botocore.parsers.create_parser("query").parse(raw, model.output_shape)
    return parsed


def decode(service: str, operation: str, form: dict[str, str]) -> dict[str, Any]:
    return decode_parameters(service_model(service).operation_model(operation), form)


def test_a_form_is_parsed_from_query_string_and_body() -> None:
    request = Request("POST", "/", query="Action=X&Empty=", body=b"Name=a+b&Value=%C3%BC")

    assert form_of(request) == {"Action": "X", "Empty": "", "Name": "a b", "Value": "ü"}


def test_lists_structures_and_numbers_are_decoded() -> None:
    form = {
        "TargetGroupArn": "arn",
        "Targets.member.1.Id": "10.0.0.1",
        "Targets.member.1.Port": "80",
        "Targets.member.2.Id": "10.0.0.2",
    }

    assert decode("elbv2", "DescribeTargetHealth", form) == {
        "TargetGroupArn": "arn",
        "Targets": [{"Id": "10.0.0.1", "Port": 80}, {"Id": "10.0.0.2"}],
    }


def test_the_names_of_other_lists_and_of_ec2_are_decoded() -> None:
    rds = {"Filters.Filter.1.Name": "engine", "Filters.Filter.1.Values.Value.1": "aurora"}
    ec2 = {
        "IpPermissions.1.IpProtocol": "tcp",
        "IpPermissions.1.Groups.1.GroupId": "sg-1",
        "SecurityGroupRuleId.1": "sgr-1",
    }

    assert decode("rds", "DescribeDBClusters", rds) == {
        "Filters": [{"Name": "engine", "Values": ["aurora"]}]
    }
    assert decode("ec2", "RevokeSecurityGroupIngress", ec2) == {
        "IpPermissions": [{"IpProtocol": "tcp", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}],
        "SecurityGroupRuleIds": ["sgr-1"],
    }


def test_booleans_and_floats_are_decoded() -> None:
    form = {"ActionsEnabled": "false", "Threshold": "0.5"}

    decoded = decode("cloudwatch", "PutMetricAlarm", form)

    assert decoded == {"ActionsEnabled": False, "Threshold": 0.5}


def test_an_operation_without_parameters_has_none() -> None:
    assert decode("iam", "CreateVirtualMFADevice", {}) == {}
    assert decode("sts", "GetCallerIdentity", {"Action": "GetCallerIdentity"}) == {}


def test_a_result_of_ec2_is_unchanged_by_encoding_and_parsing() -> None:
    model = service_model("ec2").operation_model("DescribeNatGateways")
    gateway = {"NatGatewayId": "nat-1", "NatGatewayAddresses": [{"IsPrimary": True}]}

    parsed = parse(model, encode_result(model, {"NatGateways": [gateway]}))

    assert parsed["NatGateways"] == [gateway]


def test_a_result_is_unchanged_by_encoding_and_parsing() -> None:
    model = service_model("cloudwatch").operation_model("DescribeAlarms")
    changed = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    alarm = {
        "AlarmName": 'a<b & "c"',
        "ActionsEnabled": True,
        "Threshold": 1.5,
        "Period": 60,
        "StateUpdatedTimestamp": changed,
        "Dimensions": [{"Name": "n", "Value": "v"}],
        "AlarmActions": [],
        "Unit": None,
    }

    response = encode_result(model, {"MetricAlarms": [alarm]})

    parsed = read_as_query(model, response)["MetricAlarms"][0]
    assert parsed.pop("StateUpdatedTimestamp") == changed
    assert parsed == {name: alarm[name] for name in parsed}
    assert set(alarm) - set(parsed) == {"Unit", "StateUpdatedTimestamp"}
