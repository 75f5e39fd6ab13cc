from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
import requests

from harness.emulator.gateway.caller import Tenant
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.cloudwatch import AlarmsInFull
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, json_call, query_call

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
    tenant = Tenant(account, "eu-north-1")
    answer = requests.post(
        client.meta.endpoint_url,
        data=urlencode(form),
        headers={
            "Authorization": tenant.authorization("monitoring"),
            "Content-Type": "application/x-www-form-urlencoded",
        },
        timeout=30,
    )
    return answer.text


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


@pytest.mark.anyio
async def test_json_passes_untouched(aws: FakeAws) -> None:
    aws.answers["DescribeAlarms"] = {"MetricAlarms": []}

    await AlarmsInFull(aws.api).answer(json_call("monitoring", "DescribeAlarms"), aws.proceed)

    assert aws.names() == ["DescribeAlarms"]


@pytest.mark.anyio
async def test_a_refusal_stays_a_refusal(aws: FakeAws) -> None:
    refusal = Response(400, body=b"no")
    aws.answers["DescribeAlarms"] = refusal

    call = query_call("monitoring", "DescribeAlarms", MaxRecords="1000")
    answer = await AlarmsInFull(aws.api).answer(call, aws.proceed)

    assert answer is refusal
