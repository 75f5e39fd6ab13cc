from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from harness.emulator.gateway.aws import parse, service_model
from harness.emulator.gateway.exchange import Request
from harness.emulator.gateway.query import decode_form, encode_error, encode_result, form_of


def test_a_form_is_read_from_query_string_and_body() -> None:
    request = Request("POST", "/", query="Action=X&Empty=", body=b"Name=a+b&Value=%C3%BC")

    assert form_of(request) == {"Action": "X", "Empty": "", "Name": "a b", "Value": "ü"}


def test_lists_structures_and_numbers_are_decoded() -> None:
    shape = service_model("elbv2").operation_model("DescribeTargetHealth").input_shape
    form = {
        "TargetGroupArn": "arn",
        "Targets.member.1.Id": "10.0.0.1",
        "Targets.member.1.Port": "80",
        "Targets.member.2.Id": "10.0.0.2",
    }

    assert decode_form(form, shape) == {
        "TargetGroupArn": "arn",
        "Targets": [{"Id": "10.0.0.1", "Port": 80}, {"Id": "10.0.0.2"}],
    }


def test_booleans_and_floats_are_decoded() -> None:
    shape = service_model("cloudwatch").operation_model("PutMetricAlarm").input_shape

    decoded = decode_form({"ActionsEnabled": "false", "Threshold": "0.5"}, shape)

    assert decoded == {"ActionsEnabled": False, "Threshold": 0.5}


def test_an_operation_without_parameters_has_none() -> None:
    assert decode_form({"Action": "X"}, None) == {}
    shape = service_model("elbv2").operation_model("DescribeTargetHealth").input_shape
    assert decode_form({}, shape) == {}


def test_a_result_survives_the_way_to_xml_and_back() -> None:
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

    text = encode_result(model, {"MetricAlarms": [alarm]}).body.decode()

    root = ET.fromstring(text)
    space = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"
    found = root.find(f"{space}DescribeAlarmsResult/{space}MetricAlarms/{space}member")
    assert found is not None
    told = {child.tag.removeprefix(space): child.text for child in found}
    assert told["AlarmName"] == 'a<b & "c"'
    assert told["ActionsEnabled"] == "true"
    assert told["StateUpdatedTimestamp"] == "2026-01-02T03:04:05+00:00"
    assert "Unit" not in told


def test_an_error_is_parsed_as_aws_sends_it() -> None:
    model = service_model("elbv2").operation_model("DeleteTargetGroup")

    with pytest.raises(Exception, match="DeleteTargetGroup: ResourceInUse: a < b"):
        parse(model, encode_error(model, "ResourceInUse", "a < b"))
