from typing import Any
from urllib.parse import urlencode

import boto3
import requests
from botocore.awsrequest import AWSRequest

from tests.component.harness.emulator.gateway.emulator_process import sign

ALARM: dict[str, Any] = {
    "AlarmName": "a",
    "Namespace": "N",
    "MetricName": "M",
    "Statistic": "Sum",
    "Period": 120,
    "EvaluationPeriods": 3,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "Dimensions": [{"Name": "LoadBalancer", "Value": "app/lb/1"}],
    "AlarmActions": ["arn:aws:sns:eu-north-1:1:t"],
}


def described_as_terraform_reads_it(session: boto3.Session, account: str) -> str:
    client = session.client("cloudwatch")
    client.put_metric_alarm(**ALARM)
    form = {"Action": "DescribeAlarms", "Version": "2010-08-01", "AlarmNames.member.1": "a"}
    request = AWSRequest(
        "POST",
        client.meta.endpoint_url,
        {"Content-Type": "application/x-www-form-urlencoded"},
        urlencode(form).encode(),
    )
    headers = sign(request, account=account, service="monitoring")
    response = requests.post(
        client.meta.endpoint_url, data=request.data, headers=headers, timeout=30
    )
    return response.text


def test_ministack_still_omits_dimensions(bare: boto3.Session, account: str) -> None:
    text = described_as_terraform_reads_it(bare, account)

    assert "<AlarmName>a</AlarmName>" in text
    assert "LoadBalancer" not in text
    assert "<Period>" not in text


def test_alarms_are_described_in_full(gateway: boto3.Session, account: str) -> None:
    text = described_as_terraform_reads_it(gateway, account)

    dimension = "<Name>LoadBalancer</Name><Value>app/lb/1</Value>"
    assert f"<Dimensions><member>{dimension}</member></Dimensions>" in text
    assert "<Statistic>Sum</Statistic>" in text
    assert "<Period>120</Period>" in text
    assert "<ActionsEnabled>true</ActionsEnabled>" in text
    assert "<AlarmActions><member>arn:aws:sns:eu-north-1:1:t</member></AlarmActions>" in text
