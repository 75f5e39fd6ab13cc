"""A deployed catalog stack without a cloud: what a correct one answers, to be spoiled by tests."""

import copy
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
import psycopg
import pytest
import requests

from harness.aws.capability import Capability
from harness.checks.framework.context import CheckContext
from harness.checks.registry import run_checks
from harness.run.evidence import CheckResult, Status
from harness.targets.base import DatabaseRoute
from harness.terraform.drift import AllowedDrift
from stack.config import StackConfig
from stack.outputs import CatalogOutputs
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError
from tests.unit.harness.checks.fake_http import CLOUDFRONT, FakeCatalog
from tests.unit.harness.checks.fake_listings import add_listings
from tests.unit.harness.checks.fake_postgres import FakePostgres

GONE = object()
SUFFIX = "pr1-7f3a"
REGION = "eu-north-1"
PASSWORD = "correct-horse-battery"
ACCOUNT = "123456789012"
ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
ENDPOINT = f"catalog-{SUFFIX}.cluster-abc.{REGION}.rds.amazonaws.com"
ALB_HOST = f"catalog-alb-{SUFFIX}-1.{REGION}.elb.amazonaws.com"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

CONFIG = StackConfig(environment_suffix=SUFFIX, image="catalog-api:1", tags={"Team": "shop"})
TAGS = {
    "Team": "shop",
    "Project": "product-catalog",
    "EnvironmentSuffix": SUFFIX,
    "ManagedBy": "cdktf",
}
UPPER_TAGS = [{"Key": key, "Value": value} for key, value in TAGS.items()]
LOWER_TAGS = [{"key": key, "value": value} for key, value in TAGS.items()]

CLUSTER_ARN = ARN.format("ecs", f"cluster/catalog-{SUFFIX}")
SERVICE_ARN = ARN.format("ecs", f"service/catalog-{SUFFIX}/catalog-api-{SUFFIX}")
TASK_DEFINITION_ARN = ARN.format("ecs", f"task-definition/catalog-api-{SUFFIX}:1")
ALB_ARN = ARN.format("elasticloadbalancing", f"loadbalancer/app/catalog-alb-{SUFFIX}/50dc")
TARGET_GROUP_ARN = ARN.format("elasticloadbalancing", f"targetgroup/catalog-tg-{SUFFIX}/73e2")
LISTENER_ARN = f"{ALB_ARN.replace(':loadbalancer/', ':listener/')}/6d0e"
SECRET_ARN = ARN.format("secretsmanager", f"secret:catalog/{SUFFIX}/database-AbCdEf")
AURORA_ARN = ARN.format("rds", f"cluster:catalog-{SUFFIX}")
BALANCER_PART, GROUP_PART = (
    f"app/catalog-alb-{SUFFIX}/50dc",
    f"targetgroup/catalog-tg-{SUFFIX}/73e2",
)

OUTPUTS = CatalogOutputs(
    environment_suffix=SUFFIX,
    region=REGION,
    tiers=tuple(sorted(CONFIG.tiers)),
    vpc_id="vpc-1",
    public_subnet_ids=("subnet-pub-a", "subnet-pub-b", "subnet-pub-c"),
    private_subnet_ids=("subnet-prv-a", "subnet-prv-b", "subnet-prv-c"),
    alb_security_group_id="sg-alb",
    service_security_group_id="sg-service",
    database_security_group_id="sg-database",
    aurora_cluster_arn=AURORA_ARN,
    secret_arn=SECRET_ARN,
    distribution_id="E123",
)
SUBNET_ZONES = {
    subnet: f"{REGION}{subnet[-1]}"
    for subnet in (*OUTPUTS.public_subnet_ids, *OUTPUTS.private_subnet_ids)
}


class World:
    """The target of a context, with everything that a test may spoil.

    Attributes:
        answers: "service.Operation" -> what AWS answers.
        tasks: Task id -> (address, zone) of the running tasks.
        desired: The service's desired count.
        bounds: Lowest and highest count of auto scaling.
        catalog: The API, its load balancer and its distribution.
        postgres: The database.
        lacking: What this target cannot do.
        results: What the checks recorded.
    """

    name = "fake"
    region = REGION

    def __init__(self) -> None:
        self.tasks = {"task-a": ("10.0.0.1", f"{REGION}a"), "task-b": ("10.0.0.2", f"{REGION}b")}
        self.desired = 2
        self.bounds = (2, 10)
        self.follows = True
        products: dict[str, dict[str, Any]] = {}
        self.catalog = FakeCatalog(list(self.tasks), products)
        self.postgres = FakePostgres(PASSWORD, products)
        self.lacking: dict[Capability, str] = {}
        self.results: list[CheckResult] = []
        self.has_route = True
        self.answers: dict[str, Answer] = {
            **_network(),
            **_storage(),
            **_secret(),
            **_roles(),
            **_database(),
            **_load_balancer(),
            **_edge(),
            **_monitoring(),
            **self._service(),
            **self._scaling(),
            "rds-data.ExecuteStatement": self._execute_statement,
        }
        add_listings(self.answers, suffix=SUFFIX, region=REGION, arn=ARN, tags=UPPER_TAGS)
        self.aws = FakeAws.answering(self.answers)

    def context(self, **changes: Any) -> CheckContext:
        given = {"config": CONFIG, "patience": 0.0, **changes}
        return CheckContext(self, OUTPUTS, record=self.results.append, **given)

    def failures(self, *only: str, **changes: Any) -> dict[str, str]:
        """Run checks (not the exclusive ones, unless named) and return id -> what was seen."""
        exclusive = any("*" not in pattern for pattern in only)
        results = run_checks(self.context(**changes), only=only or None, exclusive=exclusive)
        assert all(result.status in (Status.PASSED, Status.FAILED) for result in results)
        return {r.check: r.observed for r in results if r.status is Status.FAILED}

    def change(self, operation: str, *path: str | int, to: Any) -> None:
        """Change one value inside an answer of AWS; ``GONE`` removes it."""
        answer = copy.deepcopy(self.answers[operation])
        place: Any = answer
        for step in path[:-1]:
            place = place[step]
        if to is GONE:
            del place[path[-1]]
        else:
            place[path[-1]] = to
        self.answers[operation] = answer

    def refuse(self, operation: str, code: str, message: str = "refused") -> None:
        """Have AWS answer an operation with an error."""

        def refused(_: dict[str, Any]) -> dict[str, Any]:
            raise RefusalError(code, message)

        self.answers[operation] = refused

    def session(self) -> boto3.Session:
        return self.aws

    def http(self) -> requests.Session:
        return self.catalog.session()

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking

    def known_drift(self) -> Sequence[AllowedDrift]:
        raise NotImplementedError

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        assert (host, port) == (ENDPOINT, 5432)
        return DatabaseRoute("127.0.0.2", 5432, None) if self.has_route else None

    def start(self) -> Mapping[str, str]:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def facts(self) -> Mapping[str, str]:
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        raise NotImplementedError

    def provider(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def stack_settings(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def scale(self, count: int) -> None:
        """Change the desired count; tasks and what answers follow."""
        self.desired = count
        if not self.follows:
            return
        names = [f"task-{letter}" for letter in "abcdefgh"[:count]]
        self.tasks = {
            name: (f"10.0.0.{index + 1}", f"{REGION}{'abc'[index % 3]}")
            for index, name in enumerate(names)
        }
        self.catalog.tasks = names

    def _service(self) -> dict[str, Answer]:
        return {
            "ecs.DescribeServices": lambda _: {"services": [self.service()]},
            "ecs.ListTasks": lambda _: {"taskArns": [_task_arn(task) for task in self.tasks]},
            "ecs.DescribeTasks": self._describe_tasks,
            "ecs.DescribeClusters": {
                "clusters": [
                    {
                        "clusterArn": CLUSTER_ARN,
                        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
                        "tags": LOWER_TAGS,
                    }
                ]
            },
            "ecs.DescribeTaskDefinition": {
                "taskDefinition": task_definition(),
                "tags": LOWER_TAGS,
            },
            "ecs.UpdateService": self._update_service,
            "logs.GetLogEvents": _log_events,
        }

    def service(self) -> dict[str, Any]:
        return {
            "serviceArn": SERVICE_ARN,
            "status": "ACTIVE",
            "desiredCount": self.desired,
            "runningCount": len(self.tasks),
            "pendingCount": 0,
            "taskDefinition": TASK_DEFINITION_ARN,
            "capacityProviderStrategy": [
                {"capacityProvider": "FARGATE_SPOT", "weight": 100, "base": 0}
            ],
            "deployments": [{"status": "PRIMARY", "rolloutState": "COMPLETED"}],
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": True, "rollback": True}
            },
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": list(OUTPUTS.private_subnet_ids),
                    "securityGroups": ["sg-service"],
                    "assignPublicIp": "DISABLED",
                }
            },
            "tags": LOWER_TAGS,
        }

    def task(self, name: str) -> dict[str, Any]:
        address, zone = self.tasks[name]
        return {
            "taskArn": _task_arn(name),
            "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
            "taskDefinitionArn": TASK_DEFINITION_ARN,
            "capacityProviderName": "FARGATE_SPOT",
            "availabilityZone": zone,
            "containers": [{"name": "api", "lastStatus": "RUNNING"}],
            "attachments": [
                {
                    "type": "ElasticNetworkInterface",
                    "details": [{"name": "privateIPv4Address", "value": address}],
                }
            ],
            "tags": LOWER_TAGS,
        }

    def _describe_tasks(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"tasks": [self.task(arn.rpartition("/")[2]) for arn in asked["tasks"]]}

    def _update_service(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.scale(asked["desiredCount"])
        return {"service": self.service()}

    def _scaling(self) -> dict[str, Answer]:
        return {
            "application-autoscaling.DescribeScalableTargets": lambda _: {
                "ScalableTargets": [self.scalable_target()]
            },
            "application-autoscaling.RegisterScalableTarget": self._register,
            "application-autoscaling.DescribeScalingPolicies": {
                "ScalingPolicies": [
                    _policy(f"catalog-cpu-{SUFFIX}", 60, "ECSServiceAverageCPUUtilization"),
                    _policy(
                        f"catalog-requests-{SUFFIX}",
                        1000,
                        "ALBRequestCountPerTarget",
                        f"{BALANCER_PART}/{GROUP_PART}",
                    ),
                ]
            },
            "application-autoscaling.ListTagsForResource": {"Tags": TAGS},
            "elbv2.DescribeTargetHealth": lambda _: {
                "TargetHealthDescriptions": [
                    {"Target": {"Id": address}, "TargetHealth": {"State": "healthy"}}
                    for address, _ in self.tasks.values()
                ]
            },
        }

    def scalable_target(self) -> dict[str, Any]:
        lowest, highest = self.bounds
        return {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/catalog-{SUFFIX}/catalog-api-{SUFFIX}",
            "ScalableDimension": "ecs:service:DesiredCount",
            "MinCapacity": lowest,
            "MaxCapacity": highest,
            "RoleARN": ARN.format("iam", "role/scaling"),
            "CreationTime": NOW,
            "SuspendedState": {"DynamicScalingInSuspended": False},
            "ScalableTargetARN": ARN.format("application-autoscaling", "scalable-target/1"),
        }

    def _register(self, asked: dict[str, Any]) -> dict[str, Any]:
        lowest, highest = self.bounds = (asked["MinCapacity"], asked["MaxCapacity"])
        self.scale(min(max(self.desired, lowest), highest))
        return {}

    def _execute_statement(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["secretArn"] == SECRET_ARN
        assert asked["resourceArn"] == AURORA_ARN
        values = {item["name"]: item["value"]["stringValue"] for item in asked["parameters"]}
        statement = asked["sql"]
        assert "%(" not in statement, "the Data API's parameters are :name"
        rows = self.postgres.run(statement, values, CONFIG.master_username)
        return {"records": [[{"stringValue": value} for value in row] for row in rows]}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A correct deployment; patience is zero, so that nothing waits."""
    made = World()
    monkeypatch.setattr(psycopg, "connect", made.postgres.connect)
    return made


def _task_arn(name: str) -> str:
    return ARN.format("ecs", f"task/catalog-{SUFFIX}/{name}")


def _log_events(asked: dict[str, Any]) -> dict[str, Any]:
    task = asked["logStreamName"].rpartition("/")[2]
    return {"events": [{"message": json.dumps({"message": "up", "task_id": task})}]}


def _policy(name: str, target: int, metric: str, label: str | None = None) -> dict[str, Any]:
    return {
        "PolicyARN": ARN.format("autoscaling", f"scalingPolicy:1:policyName/{name}"),
        "PolicyName": name,
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/catalog-{SUFFIX}/catalog-api-{SUFFIX}",
        "ScalableDimension": "ecs:service:DesiredCount",
        "PolicyType": "TargetTrackingScaling",
        "CreationTime": NOW,
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": float(target),
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": metric,
                **({"ResourceLabel": label} if label else {}),
            },
            "ScaleInCooldown": 120,
            "ScaleOutCooldown": 30,
        },
    }


def task_definition() -> dict[str, Any]:
    keys = {"username": "USERNAME", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {
        "taskDefinitionArn": TASK_DEFINITION_ARN,
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": ARN.format("iam", f"role/catalog-execution-{SUFFIX}"),
        "taskRoleArn": ARN.format("iam", f"role/catalog-task-{SUFFIX}"),
        "containerDefinitions": [
            {
                "name": "api",
                "image": "catalog-api:1",
                "portMappings": [{"containerPort": 8080}],
                "environment": [{"name": "LOG_LEVEL", "value": "INFO"}],
                "secrets": [
                    *(
                        {"name": f"DB_{name}", "valueFrom": f"{SECRET_ARN}:{key}::"}
                        for key, name in keys.items()
                    ),
                    {"name": "DB_NAME", "valueFrom": f"{SECRET_ARN}:dbname::"},
                ],
                "healthCheck": {"command": ["CMD", "true"]},
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": f"/ecs/catalog-{SUFFIX}",
                        "awslogs-stream-prefix": "api",
                    },
                },
            }
        ],
    }


def rule(port: int, **peer: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}


def from_group(identifier: str) -> dict[str, Any]:
    return {"UserIdGroupPairs": [{"GroupId": identifier}]}


def _network() -> dict[str, Answer]:
    anywhere = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    groups = {
        "alb": ([rule(80, **anywhere)], [rule(8080, **from_group("sg-service"))]),
        "service": (
            [rule(8080, **from_group("sg-alb"))],
            [rule(5432, **from_group("sg-database")), rule(443, **anywhere)],
        ),
        "database": ([rule(5432, **from_group("sg-service"))], []),
    }
    subnets = [
        {"SubnetId": subnet, "AvailabilityZone": zone, "Tags": UPPER_TAGS}
        for subnet, zone in SUBNET_ZONES.items()
    ]
    return {
        "ec2.DescribeVpcs": {
            "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Tags": UPPER_TAGS}]
        },
        "ec2.DescribeSubnets": {"Subnets": subnets},
        "ec2.DescribeRouteTables": {
            "RouteTables": [
                {"RouteTableId": "rtb-main", "Routes": [], "Associations": [{"Main": True}]},
                _table("rtb-public", OUTPUTS.public_subnet_ids, GatewayId="igw-1"),
                _table("rtb-private", OUTPUTS.private_subnet_ids, NatGatewayId="nat-1"),
            ]
        },
        "ec2.DescribeNatGateways": {
            "NatGateways": [
                {
                    "NatGatewayId": "nat-1",
                    "State": "available",
                    "SubnetId": "subnet-pub-a",
                    "NatGatewayAddresses": [
                        {"AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1"}
                    ],
                    "Tags": [*UPPER_TAGS, {"Key": "Name", "Value": f"catalog-{SUFFIX}-0"}],
                },
                {
                    "NatGatewayId": "nat-0",
                    "State": "deleted",
                    "SubnetId": "subnet-pub-a",
                    "NatGatewayAddresses": [],
                },
            ]
        },
        "ec2.DescribeInternetGateways": {
            "InternetGateways": [{"InternetGatewayId": "igw-1", "Tags": UPPER_TAGS}]
        },
        "ec2.DescribeAddresses": {
            "Addresses": [
                {"AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1", "Tags": UPPER_TAGS}
            ]
        },
        "ec2.DescribeSecurityGroups": {
            "SecurityGroups": [
                {"GroupId": "sg-0", "GroupName": "default"},
                *(
                    {
                        "GroupId": f"sg-{name}",
                        "GroupName": f"catalog-{name}-{SUFFIX}",
                        "IpPermissions": ingress,
                        "IpPermissionsEgress": egress,
                        "Tags": UPPER_TAGS,
                    }
                    for name, (ingress, egress) in groups.items()
                ),
            ]
        },
    }


def _table(identifier: str, subnets: tuple[str, ...], **gateway: str) -> dict[str, Any]:
    return {
        "RouteTableId": identifier,
        "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
            {"DestinationCidrBlock": "0.0.0.0/0", **gateway},
        ],
        "Associations": [{"Main": False, "SubnetId": subnet} for subnet in subnets],
        "Tags": UPPER_TAGS,
    }


def _storage() -> dict[str, Answer]:
    name = f"catalog-logs-{SUFFIX}-{REGION}"
    statement = {
        "Sid": "LoadBalancerAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/alb/AWSLogs/{ACCOUNT}/*",
    }
    group = ARN.format("logs", f"log-group:/ecs/catalog-{SUFFIX}")
    return {
        "s3.GetBucketLifecycleConfiguration": {
            "Rules": [
                {
                    "ID": "delete-old-logs",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "Expiration": {"Days": 30},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
        "s3.GetBucketEncryption": {
            "ServerSideEncryptionConfiguration": {
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            }
        },
        "s3.GetPublicAccessBlock": {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            }
        },
        "s3.GetBucketOwnershipControls": {
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        },
        "s3.GetBucketPolicy": {"Policy": json.dumps({"Statement": [statement]})},
        "s3.GetBucketTagging": {"TagSet": UPPER_TAGS},
        "logs.DescribeLogGroups": {
            "logGroups": [
                {
                    "logGroupName": f"/ecs/catalog-{SUFFIX}",
                    "retentionInDays": 7,
                    "arn": f"{group}:*",
                }
            ]
        },
        "logs.ListTagsForResource": {"tags": TAGS},
    }


def _secret() -> dict[str, Answer]:
    values = {
        "username": CONFIG.master_username,
        "password": PASSWORD,
        "host": ENDPOINT,
        "port": 5432,
        "dbname": "catalog",
        "engine": "postgres",
    }
    return {
        "secretsmanager.GetSecretValue": {"SecretString": json.dumps(values)},
        "secretsmanager.DescribeSecret": {"ARN": SECRET_ARN, "Tags": UPPER_TAGS},
    }


def _roles() -> dict[str, Answer]:
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]
    }

    def get_role(asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "Role": {
                "Path": "/",
                "RoleName": asked["RoleName"],
                "RoleId": "AROA12345678901234567",
                "Arn": f"arn:aws:iam::{ACCOUNT}:role/{asked['RoleName']}",
                "CreateDate": NOW,
                "AssumeRolePolicyDocument": json.dumps(trust),
            }
        }

    return {
        "iam.GetRole": get_role,
        "iam.ListAttachedRolePolicies": {"AttachedPolicies": []},
        "iam.ListRolePolicies": lambda asked: {
            "PolicyNames": ["start-tasks"] if "execution" in asked["RoleName"] else []
        },
        "iam.GetRolePolicy": {
            "RoleName": f"catalog-execution-{SUFFIX}",
            "PolicyName": "start-tasks",
            "PolicyDocument": json.dumps({"Statement": role_statements()}),
        },
        "iam.ListRoleTags": {"Tags": UPPER_TAGS},
    }


def role_statements() -> list[dict[str, Any]]:
    group = ARN.format("logs", f"log-group:/ecs/catalog-{SUFFIX}:*")
    pulls = ["BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"]
    logs = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return [
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Effect": "Allow", "Action": [f"ecr:{each}" for each in pulls], "Resource": "*"},
        {"Effect": "Allow", "Action": logs, "Resource": group},
        {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": SECRET_ARN},
    ]


def _database() -> dict[str, Answer]:
    writer = f"catalog-{SUFFIX}-writer"
    return {
        "rds.DescribeDBClusters": {
            "DBClusters": [
                {
                    "DBClusterArn": AURORA_ARN,
                    "Status": "available",
                    "Engine": "aurora-postgresql",
                    "EngineVersion": "16.8",
                    "DatabaseName": "catalog",
                    "MasterUsername": CONFIG.master_username,
                    "StorageEncrypted": True,
                    "HttpEndpointEnabled": True,
                    "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 2.0},
                    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-database"}],
                    "DBClusterMembers": [{"DBInstanceIdentifier": writer, "IsClusterWriter": True}],
                    "DBClusterParameterGroup": f"catalog-{SUFFIX}",
                    "DBSubnetGroup": f"catalog-{SUFFIX}",
                    "Endpoint": ENDPOINT,
                    "Port": 5432,
                }
            ]
        },
        "rds.DescribeDBInstances": {
            "DBInstances": [
                {
                    "DBInstanceArn": ARN.format("rds", f"db:{writer}"),
                    "DBInstanceStatus": "available",
                    "DBInstanceClass": "db.serverless",
                    "PubliclyAccessible": False,
                }
            ]
        },
        "rds.DescribeDBClusterParameters": {
            "Parameters": [{"ParameterName": "rds.force_ssl", "ParameterValue": "1"}]
        },
        "rds.DescribeDBClusterParameterGroups": {
            "DBClusterParameterGroups": [
                {"DBClusterParameterGroupArn": ARN.format("rds", f"cluster-pg:catalog-{SUFFIX}")}
            ]
        },
        "rds.DescribeDBSubnetGroups": {
            "DBSubnetGroups": [
                {
                    "DBSubnetGroupArn": ARN.format("rds", f"subgrp:catalog-{SUFFIX}"),
                    "Subnets": [
                        {"SubnetIdentifier": subnet} for subnet in OUTPUTS.private_subnet_ids
                    ],
                }
            ]
        },
        "rds.ListTagsForResource": {"TagList": UPPER_TAGS},
    }


def _load_balancer() -> dict[str, Answer]:
    forward = [{"Type": "forward", "TargetGroupArn": TARGET_GROUP_ARN}]
    bucket = f"catalog-logs-{SUFFIX}-{REGION}"
    return {
        "elbv2.DescribeLoadBalancers": {
            "LoadBalancers": [
                {
                    "LoadBalancerArn": ALB_ARN,
                    "LoadBalancerName": f"catalog-alb-{SUFFIX}",
                    "DNSName": ALB_HOST,
                    "State": {"Code": "active"},
                    "Scheme": "internet-facing",
                    "Type": "application",
                    "SecurityGroups": ["sg-alb"],
                    "AvailabilityZones": [
                        {"SubnetId": subnet, "ZoneName": SUBNET_ZONES[subnet]}
                        for subnet in OUTPUTS.public_subnet_ids
                    ],
                }
            ]
        },
        "elbv2.DescribeListeners": {
            "Listeners": [{"ListenerArn": LISTENER_ARN, "Protocol": "HTTP", "Port": 80}]
        },
        "elbv2.DescribeRules": {"Rules": [{"Actions": forward}]},
        "elbv2.DescribeTargetGroups": {
            "TargetGroups": [
                {
                    "TargetGroupArn": TARGET_GROUP_ARN,
                    "TargetType": "ip",
                    "Protocol": "HTTP",
                    "Port": 8080,
                    "VpcId": "vpc-1",
                    "HealthCheckEnabled": True,
                    "HealthCheckPath": "/healthz",
                    "Matcher": {"HttpCode": "200"},
                }
            ]
        },
        "elbv2.DescribeLoadBalancerAttributes": {
            "Attributes": [
                {"Key": "access_logs.s3.enabled", "Value": "true"},
                {"Key": "access_logs.s3.bucket", "Value": bucket},
                {"Key": "access_logs.s3.prefix", "Value": "alb"},
            ]
        },
        "elbv2.DescribeTags": lambda asked: {
            "TagDescriptions": [
                {"ResourceArn": arn, "Tags": UPPER_TAGS} for arn in asked["ResourceArns"]
            ]
        },
    }


def _edge() -> dict[str, Answer]:
    methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    return {
        "cloudfront.GetDistribution": {
            "Distribution": {
                "Id": "E123",
                "ARN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E123",
                "Status": "Deployed",
                "LastModifiedTime": NOW,
                "InProgressInvalidationBatches": 0,
                "DomainName": CLOUDFRONT,
                "DistributionConfig": {
                    "CallerReference": "1",
                    "Comment": "",
                    "Enabled": True,
                    "Origins": {
                        "Quantity": 1,
                        "Items": [
                            {
                                "Id": f"alb-origin-{SUFFIX}",
                                "DomainName": ALB_HOST,
                                "CustomOriginConfig": {
                                    "HTTPPort": 80,
                                    "HTTPSPort": 443,
                                    "OriginProtocolPolicy": "http-only",
                                },
                            }
                        ],
                    },
                    "CacheBehaviors": {"Quantity": 0},
                    "DefaultCacheBehavior": {
                        "TargetOriginId": f"alb-origin-{SUFFIX}",
                        "ViewerProtocolPolicy": "redirect-to-https",
                        "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                        "OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3",
                        "Compress": True,
                        "AllowedMethods": {
                            "Quantity": 7,
                            "Items": methods,
                            "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
                        },
                    },
                },
            }
        },
        "cloudfront.ListTagsForResource": {"Tags": {"Items": UPPER_TAGS}},
    }


def _monitoring() -> dict[str, Answer]:
    whole = {"LoadBalancer": BALANCER_PART}
    targets = {**whole, "TargetGroup": GROUP_PART}
    service = {"ClusterName": f"catalog-{SUFFIX}", "ServiceName": f"catalog-api-{SUFFIX}"}
    cluster = {"DBClusterIdentifier": f"catalog-{SUFFIX}"}
    balancing = "AWS/ApplicationELB"
    watched = {
        "nat-ports-0": (
            *("AWS/NATGateway", "ErrorPortAllocation", "Sum", 0, 3),
            {"NatGatewayId": "nat-1"},
        ),
        "alb-5xx": (balancing, "HTTPCode_ELB_5XX_Count", "Sum", 5, 2, whole),
        "target-5xx": (balancing, "HTTPCode_Target_5XX_Count", "Sum", 5, 2, targets),
        "unhealthy-hosts": (balancing, "UnHealthyHostCount", "Maximum", 0, 3, targets),
        "service-cpu": ("AWS/ECS", "CPUUtilization", "Average", 85, 5, service),
        "database-cpu": ("AWS/RDS", "CPUUtilization", "Average", 85, 5, cluster),
        "database-capacity": ("AWS/RDS", "ACUUtilization", "Average", 90, 5, cluster),
    }
    alarms = [_alarm(f"catalog-{kind}-{SUFFIX}", each) for kind, each in watched.items()]
    widgets = [
        {
            "properties": {
                "metrics": [
                    [
                        alarm["Namespace"],
                        alarm["MetricName"],
                        *(word for d in alarm["Dimensions"] for word in (d["Name"], d["Value"])),
                    ]
                ]
            }
        }
        for alarm in alarms
    ]
    return {
        "cloudwatch.DescribeAlarms": {
            "MetricAlarms": [
                *alarms,
                {**alarms[0], "AlarmName": "catalog-alb-5xx-another", "Threshold": 1.0},
            ]
        },
        "cloudwatch.GetDashboard": {"DashboardBody": json.dumps({"widgets": widgets})},
        "cloudwatch.ListTagsForResource": {"Tags": UPPER_TAGS},
    }


def _alarm(name: str, watched: tuple[str, str, str, int, int, dict[str, str]]) -> dict[str, Any]:
    namespace, metric, statistic, threshold, periods, dimensions = watched
    return {
        "AlarmName": name,
        "AlarmArn": ARN.format("cloudwatch", f"alarm:{name}"),
        "Namespace": namespace,
        "MetricName": metric,
        "Statistic": statistic,
        "Threshold": float(threshold),
        "EvaluationPeriods": periods,
        "Period": 60,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": True,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }
