"""Rules of services with few rules: IAM, logs, secrets, alarms, registries."""

import json

import pytest

from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    Case,
    Draft,
    check,
    fires,
    silent,
)

ROLE = "aws_iam_role.roles_task"
POLICY = "aws_iam_role_policy.more"
GROUP = "aws_cloudwatch_log_group.storage_log_group"
SECRET = "aws_secretsmanager_secret.secret_database"
ALARM = "aws_cloudwatch_metric_alarm.monitoring_service_cpu"
DASHBOARD = "aws_cloudwatch_dashboard.monitoring_dashboard"
REPOSITORY = "aws_ecr_repository.api"


def policy(draft: Draft, document: object) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    draft[POLICY] = {"role": "${aws_iam_role.roles_task.id}", "policy": text}


def trust(draft: Draft, statement: object) -> None:
    draft[ROLE]["assume_role_policy"] = json.dumps({"Statement": statement})


def repository(draft: Draft, **arguments: object) -> None:
    draft[REPOSITORY] = {"name": f"api-{SUFFIX}", "force_delete": True, **arguments}


STATEMENT = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
CASES = [
    fires("api/limit", ROLE, lambda d: d[ROLE].update(name=f"{SUFFIX}{'x' * 60}")),
    fires("api/limit", ROLE, lambda d: d[ROLE].update(name=f"task role {SUFFIX}"), name="blank"),
    silent("api/limit", lambda d: d[ROLE].update(name=f"{SUFFIX}+=,.@_{'x' * 52}")),
    fires("iam/malformed-policy", POLICY, lambda d: policy(d, "{")),
    fires("iam/malformed-policy", POLICY, lambda d: policy(d, []), name="list"),
    fires("iam/malformed-policy", POLICY, lambda d: policy(d, {}), name="empty"),
    fires(
        "iam/malformed-policy",
        POLICY,
        lambda d: policy(d, {"Version": "2020-01-01", "Statement": STATEMENT}),
        name="version",
    ),
    fires(
        "iam/malformed-policy",
        POLICY,
        lambda d: policy(d, {"Statement": [{**STATEMENT, "Principal": "*"}]}),
        name="principal",
    ),
    fires(
        "iam/malformed-policy",
        POLICY,
        lambda d: policy(d, {"Statement": [{"Effect": "allow"}]}),
        name="several violations",
    ),
    silent("iam/malformed-policy", lambda d: policy(d, {"Statement": STATEMENT})),
    silent("iam/malformed-policy", lambda d: policy(d, '${file("policy.json")}'), name="unknown"),
    silent(
        "iam/malformed-policy",
        lambda d: policy(
            d,
            '${jsonencode({Version = "2012-10-17", Statement = [{Effect = "Allow", '
            'Action = ["s3:*"], Resource = [aws_s3_bucket.storage_log_bucket.arn]}]})}',
        ),
        name="jsonencode",
    ),
    fires(
        "iam/malformed-policy",
        POLICY,
        lambda d: policy(d, '${jsonencode({Statement = [{Effect = "Allow", Action = "s3:*"}]})}'),
        name="jsonencode without resource",
    ),
    fires(
        "iam/malformed-policy",
        ROLE,
        lambda d: trust(d, [{**TRUST, "Resource": "*"}]),
    ),
    fires(
        "iam/malformed-policy",
        ROLE,
        lambda d: trust(d, {"Effect": "Allow", "Action": "sts:AssumeRole"}),
        name="no principal",
        also={"ecs/role-not-trusted"},
    ),
    silent("iam/malformed-policy", lambda d: trust(d, TRUST)),
    fires("api/limit", GROUP, lambda d: d[GROUP].update(name=f"/ecs/{SUFFIX}:api")),
    silent("api/limit", lambda d: d[GROUP].update(name=f"/ecs/{SUFFIX}#a.b_c-d")),
    fires("logs/retention", GROUP, lambda d: d[GROUP].update(retention_in_days=10)),
    silent("logs/retention", lambda d: d[GROUP].update(retention_in_days="14")),
    silent("logs/retention", lambda d: d[GROUP].update(retention_in_days=0), name="no expiration"),
    fires("secretsmanager/secret-name", SECRET, lambda d: d[SECRET].update(name=f"db {SUFFIX}")),
    silent("secretsmanager/secret-name", lambda d: d[SECRET].update(name=f"a/b_+=.@-{SUFFIX}")),
    fires(
        "secretsmanager/invalid-recovery-window",
        SECRET,
        lambda d: d[SECRET].update(recovery_window_in_days=3),
        also={"secretsmanager/recovery-window"},
    ),
    silent(
        "secretsmanager/invalid-recovery-window",
        lambda d: d[SECRET].update(recovery_window_in_days=7),
        also={"secretsmanager/recovery-window"},
    ),
    fires(
        "secretsmanager/recovery-window",
        SECRET,
        lambda d: d[SECRET].pop("recovery_window_in_days"),
    ),
    silent(
        "secretsmanager/recovery-window",
        lambda d: d[SECRET].update(recovery_window_in_days="${var.days}"),
    ),
    fires("cloudwatch/alarm-period", ALARM, lambda d: d[ALARM].update(period=90)),
    fires(
        "cloudwatch/alarm-period",
        ALARM,
        lambda d: d[ALARM].update(period=1800, evaluation_periods=49),
        name="more than a day",
    ),
    silent("cloudwatch/alarm-period", lambda d: d[ALARM].update(period=10)),
    silent(
        "cloudwatch/alarm-period", lambda d: d[ALARM].update(period=3600, evaluation_periods=168)
    ),
    fires("api/document", DASHBOARD, lambda d: d[DASHBOARD].update(dashboard_body="{")),
    fires(
        "api/document",
        DASHBOARD,
        lambda d: d[DASHBOARD].update(dashboard_body="{}"),
        name="no widgets",
    ),
    silent(
        "api/document",
        lambda d: d[DASHBOARD].update(
            dashboard_body='{"widgets": [{"region": "${var.region}", "y": ${var.y}}]}'
        ),
    ),
    silent(
        "api/document",
        lambda d: d[DASHBOARD].update(
            dashboard_body='{"widgets": [{"type": "text", "properties": {"yAxis": {"min": 0.5}}}]}'
        ),
    ),
    fires(
        "api/document",
        DASHBOARD,
        lambda d: d[DASHBOARD].update(dashboard_body='{"widgets": [{"width": 1.5}]}'),
        name="half a column",
    ),
    fires("api/limit", REPOSITORY, lambda d: repository(d, name=f"API-{SUFFIX}")),
    silent("api/limit", lambda d: repository(d, name=f"team/api_{SUFFIX}")),
    fires(
        "ecr/repository-without-force-delete",
        REPOSITORY,
        lambda d: repository(d, force_delete=None),
    ),
    silent("ecr/repository-without-force-delete", repository),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)
