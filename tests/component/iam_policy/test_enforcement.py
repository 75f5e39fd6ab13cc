"""A gateway that enforces IAM: what policies allow, per protocol, and what a simulation returns."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from harness.aws.errors import is_access_denied
from tests.component.harness.emulator.gateway.emulator_process import emulator
from tests.iam_policy import enforcement
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

ACCOUNT = "000000000000"
REGION = "eu-north-1"
MINE, OTHER = "catalog/pr1/database", "payments/database"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("enforced")
    with pytest.MonkeyPatch.context() as variables:
        for name, value in enforcement.variables(enforced=True).items():
            variables.setenv(name, value)
        with emulator("harness.emulator.gateway", folder) as gateway:
            yield gateway.await_ready()


@dataclass(frozen=True)
class Principal:
    """A caller of the gateway, with the keys of a user, a session or the cloud."""

    endpoint: str
    key: str
    secret: str
    token: str | None = None

    def client(self, service: str, region: str = REGION) -> Any:
        session: Any = boto3.Session(self.key, self.secret, self.token, region)
        return session.client(service, endpoint_url=self.endpoint, config=_CONFIG)


_CONFIG = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})


@pytest.fixture(scope="module")
def root(endpoint: str) -> Principal:
    return Principal(endpoint, CREDENTIALS.access_key, CREDENTIALS.secret_key)


def document(*actions: str, resource: str = "*", **condition: Any) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions)}
    statement["Resource"] = resource
    if condition:
        statement["Condition"] = {"StringEquals": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def user_of(root: Principal, name: str, policy: str) -> Principal:
    iam = root.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Principal(root.endpoint, key["AccessKeyId"], key["SecretAccessKey"])


def denied(call: Any, **parameters: Any) -> bool:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return is_access_denied(caught.value)


def test_root_may_do_everything(root: Principal) -> None:
    root.client("ec2").describe_vpcs()


def test_a_user_may_do_what_the_policy_allows_and_nothing_else(root: Principal) -> None:
    user = user_of(root, "reader", document("ec2:DescribeVpcs"))

    user.client("sts").get_caller_identity()
    user.client("ec2").describe_vpcs()
    assert denied(user.client("ec2").describe_subnets)
    assert denied(user.client("ecs").list_clusters)
    assert denied(user.client("s3").list_buckets)
    assert denied(user.client("rds").describe_db_clusters)
    assert denied(user.client("iam").list_roles)
    assert denied(user.client("cloudwatch").describe_alarms)
    assert denied(user.client("logs").describe_log_groups)
    assert denied(user.client("cloudfront").list_distributions)
    scaling = user.client("application-autoscaling")
    assert denied(scaling.describe_scalable_targets, ServiceNamespace="ecs")


def test_a_region_in_a_condition_is_that_of_the_request(root: Principal) -> None:
    policy = document("ec2:DescribeVpcs", **{"aws:RequestedRegion": "us-east-1"})
    user = user_of(root, "elsewhere", policy)

    assert denied(user.client("ec2").describe_vpcs)
    user.client("ec2", "us-east-1").describe_vpcs()


def test_a_role_reads_its_secret_and_no_other(root: Principal) -> None:
    secrets = root.client("secretsmanager")
    arn = secrets.create_secret(Name=MINE, SecretString="mine")["ARN"]
    secrets.create_secret(Name=OTHER, SecretString="not mine")
    iam = root.client("iam")
    iam.create_role(RoleName="tasks", AssumeRolePolicyDocument=json.dumps(TRUST))
    policy = document("secretsmanager:GetSecretValue", resource=arn)
    iam.put_role_policy(RoleName="tasks", PolicyName="p", PolicyDocument=policy)

    own = assumed(root, f"arn:aws:iam::{ACCOUNT}:role/tasks").client("secretsmanager")

    assert own.get_secret_value(SecretId=MINE)["SecretString"] == "mine"
    assert denied(own.get_secret_value, SecretId=OTHER)
    assert denied(own.list_secrets)


def assumed(root: Principal, arn: str) -> Principal:
    made = root.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    keys = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    return Principal(root.endpoint, *keys)


def test_a_simulation_has_a_context_and_several_resources(root: Principal) -> None:
    bucket = "arn:aws:s3:::catalog-logs-pr1"
    policy = document("s3:GetBucketAcl", resource=bucket, **{"aws:RequestedRegion": REGION})
    user_of(root, "simulated", policy)
    iam = root.client("iam")

    def decisions(region: str) -> list[str]:
        context = {
            "ContextKeyName": "aws:RequestedRegion",
            "ContextKeyType": "string",
            "ContextKeyValues": [region],
        }
        found = iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/simulated",
            ActionNames=["s3:GetBucketAcl"],
            ResourceArns=[bucket, "arn:aws:s3:::payments"],
            ContextEntries=[context],
        )
        return [each["EvalDecision"] for each in found["EvaluationResults"]]

    assert decisions(REGION) == ["allowed", "implicitDeny"]
    assert decisions("us-east-1") == ["implicitDeny", "implicitDeny"]


def test_a_principal_that_does_not_exist_cannot_be_simulated(root: Principal) -> None:
    iam = root.client("iam")

    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/nobody", ActionNames=["s3:GetObject"]
        )
