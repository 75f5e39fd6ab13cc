"""The IAM actions that a request needs, as the Service Authorization Reference has them."""

import json
from typing import Any

import pytest

from harness.emulator.gateway.caller import Caller, Signature
from harness.emulator.gateway.http import Request
from tests.iam_policy.enforcement import needs_of

ACCOUNT, REGION = "123456789012", "eu-north-1"
FORM = (("content-type", "application/x-www-form-urlencoded; charset=utf-8"),)


def target(operation: str, **parameters: Any) -> Request:
    headers = (("x-amz-target", f"Prefix.{operation}"),)
    return Request("POST", "/", headers=headers, body=json.dumps(parameters).encode())


def form(text: str) -> Request:
    return Request("POST", "/", headers=FORM, body=text.encode())


def needed(service: str, request: Request) -> list[tuple[str, str]]:
    needs = needs_of(request, Signature("AKIAUSER", REGION, service), Caller(ACCOUNT, REGION))
    return [(need.action, need.resource) for need in needs]


CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/catalog-pr1"
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/catalog-pr1/catalog-api-pr1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/catalog-task-pr1"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:catalog/pr1/database-AbCdEf"
DATABASE = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:catalog-pr1"


@pytest.mark.parametrize(
    ("service", "request_", "expected"),
    [
        ("ecs", target("CreateCluster", clusterName="catalog-pr1"), [("CreateCluster", CLUSTER)]),
        (
            "ecs",
            target("CreateCluster", clusterName="catalog-pr1", tags=[{"key": "a", "value": "b"}]),
            [("CreateCluster", CLUSTER), ("TagResource", CLUSTER)],
        ),
        (
            "ecs",
            target("UpdateService", cluster=CLUSTER, service=SERVICE),
            [("UpdateService", SERVICE)],
        ),
        ("ec2", form("Action=DescribeVpcs"), [("DescribeVpcs", "*")]),
        (
            "ec2",
            form("Action=CreateVpc&TagSpecification.1.ResourceType=vpc"),
            [("CreateVpc", "*"), ("CreateTags", "*")],
        ),
        (
            "elasticloadbalancing",
            form("Action=CreateTargetGroup&Name=catalog-tg-pr1"),
            [
                (
                    "CreateTargetGroup",
                    f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/catalog-tg-pr1/0",
                )
            ],
        ),
    ],
)
def test_an_action_has_the_name_of_its_operation_and_its_resource(
    service: str, request_: Request, expected: list[tuple[str, str]]
) -> None:
    assert needed(service, request_) == [
        (f"{service}:{action}", resource) for action, resource in expected
    ]


@pytest.mark.parametrize(
    ("method", "path", "query", "action"),
    [
        ("HEAD", "/logs", "", "ListBucket"),
        ("GET", "/logs", "list-type=2", "ListBucket"),
        ("GET", "/", "", "ListAllMyBuckets"),
        ("GET", "/logs", "lifecycle=", "GetLifecycleConfiguration"),
        ("PUT", "/logs", "encryption=", "PutEncryptionConfiguration"),
        ("GET", "/logs", "publicAccessBlock=", "GetBucketPublicAccessBlock"),
        ("DELETE", "/logs", "publicAccessBlock=", "PutBucketPublicAccessBlock"),
        ("GET", "/logs", "versions=", "ListBucketVersions"),
        ("HEAD", "/logs/key", "", "GetObject"),
    ],
)
def test_actions_of_s3_have_other_names_than_their_operations(
    method: str, path: str, query: str, action: str
) -> None:
    [(found, _)] = needed("s3", Request(method, path, query))

    assert found == f"s3:{action}"


def test_roles_are_passed_with_a_task_definition() -> None:
    request = target("RegisterTaskDefinition", family="catalog-api-pr1", taskRoleArn=ROLE)

    assert ("iam:PassRole", ROLE) in needed("ecs", request)


def test_the_data_api_reads_the_secret_of_the_caller() -> None:
    body = json.dumps({"resourceArn": DATABASE, "secretArn": SECRET, "sql": "SELECT 1"})
    request = Request("POST", "/Execute", body=body.encode())

    assert needed("rds-data", request) == [
        ("rds-data:ExecuteStatement", DATABASE),
        ("secretsmanager:GetSecretValue", SECRET),
    ]


def test_a_service_of_the_gateway_itself_has_actions_too() -> None:
    request = target("RegisterScalableTarget", ResourceId="service/a/b")

    [(action, _)] = needed("application-autoscaling", request)
    assert action == "application-autoscaling:RegisterScalableTarget"
