"""Configurations for tests: a correct one to change, and a target that answers as told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from botocore.exceptions import ClientError

from harness.aws.capability import Capability
from harness.preflight import (
    Finding,
    Report,
    TerraformVersion,
    configuration_of,
    explain,
    preflight,
)
from harness.targets.base import DatabaseRoute

SUFFIX = "pr1-a1"
ZONES = "${element(data.aws_availability_zones.zones.names, %d)}"


class Draft:
    """Terraform JSON that a test changes by resource address."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def __getitem__(self, address: str) -> Any:
        kind, name = address.removeprefix("data.").split(".")
        return self.document[self._mode(address)][kind][name]

    def __setitem__(self, address: str, body: dict[str, Any]) -> None:
        kind, name = address.removeprefix("data.").split(".")
        self.document.setdefault(self._mode(address), {}).setdefault(kind, {})[name] = body

    def __delitem__(self, address: str) -> None:
        kind, name = address.split(".")
        del self.document["resource"][kind][name]

    @staticmethod
    def _mode(address: str) -> str:
        return "data" if address.startswith("data.") else "resource"

    def containers(self, change: Callable[[list[Any]], object]) -> None:
        """Change the container definitions of the task."""
        task = self["aws_ecs_task_definition.api"]
        definitions = json.loads(task["container_definitions"])
        change(definitions)
        task["container_definitions"] = json.dumps(definitions)


def catalog() -> Draft:
    """Return a correct configuration: network, load balancer, service, database, edge."""
    return Draft(json.loads(_CATALOG_TEXT))


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


_TRUST = _policy(
    {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
)
_SECRET = "${aws_secretsmanager_secret.db.arn}"
_VPC = "${aws_vpc.main.id}"
_PRIVATE = ["${aws_subnet.private_0.id}", "${aws_subnet.private_1.id}"]
_PUBLIC = ["${aws_subnet.public_0.id}", "${aws_subnet.public_1.id}"]


def _group(name: str) -> dict[str, Any]:
    return {"name": f"{name}-{SUFFIX}", "description": f"The {name}", "vpc_id": _VPC}


def _rule(group: str, port: int, **peer: Any) -> dict[str, Any]:
    return {
        "security_group_id": f"${{aws_security_group.{group}.id}}",
        "ip_protocol": "tcp",
        "from_port": port,
        "to_port": port,
        **peer,
    }


def _to(group: str) -> dict[str, str]:
    return {"referenced_security_group_id": f"${{aws_security_group.{group}.id}}"}


def _subnet(zone: int, cidr: str) -> dict[str, Any]:
    return {"vpc_id": _VPC, "cidr_block": cidr, "availability_zone": ZONES % zone}


def _association(table: str, subnet: str) -> dict[str, str]:
    return {
        "route_table_id": f"${{aws_route_table.{table}.id}}",
        "subnet_id": f"${{aws_subnet.{subnet}.id}}",
    }


_CATALOG: dict[str, Any] = {
    "terraform": {"required_version": ">= 1.10", "backend": {"local": {"path": "x.tfstate"}}},
    "provider": {"aws": [{"region": "eu-north-1"}]},
    "data": {
        "aws_availability_zones": {"zones": {"state": "available"}},
        "aws_caller_identity": {"current": {}},
    },
    "ephemeral": {"aws_secretsmanager_random_password": {"db": {"password_length": 32}}},
    "output": {"environment_suffix": {"value": SUFFIX}},
    "resource": {
        "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
        "aws_internet_gateway": {"main": {"vpc_id": _VPC}},
        "aws_subnet": {
            "public_0": _subnet(0, "10.0.0.0/24"),
            "public_1": _subnet(1, "10.0.1.0/24"),
            "private_0": _subnet(0, "10.0.2.0/24"),
            "private_1": _subnet(1, "10.0.3.0/24"),
        },
        "aws_eip": {"nat": {"domain": "vpc"}},
        "aws_nat_gateway": {
            "main": {
                "allocation_id": "${aws_eip.nat.id}",
                "subnet_id": "${aws_subnet.public_0.id}",
            }
        },
        "aws_route_table": {"public": {"vpc_id": _VPC}, "private": {"vpc_id": _VPC}},
        "aws_route": {
            "public": {
                "route_table_id": "${aws_route_table.public.id}",
                "destination_cidr_block": "0.0.0.0/0",
                "gateway_id": "${aws_internet_gateway.main.id}",
            },
            "private": {
                "route_table_id": "${aws_route_table.private.id}",
                "destination_cidr_block": "0.0.0.0/0",
                "nat_gateway_id": "${aws_nat_gateway.main.id}",
            },
        },
        "aws_route_table_association": {
            "public_0": _association("public", "public_0"),
            "public_1": _association("public", "public_1"),
            "private_0": _association("private", "private_0"),
            "private_1": _association("private", "private_1"),
        },
        "aws_security_group": {
            "alb": _group("alb"),
            "api": _group("api"),
            "db": _group("db"),
        },
        "aws_vpc_security_group_ingress_rule": {
            "alb": _rule("alb", 80, cidr_ipv4="0.0.0.0/0"),
            "api": _rule("api", 8080, **_to("alb")),
            "db": _rule("db", 5432, **_to("api")),
        },
        "aws_vpc_security_group_egress_rule": {
            "alb": _rule("alb", 8080, **_to("api")),
            "api": _rule("api", 5432, **_to("db")),
            "out": _rule("api", 443, cidr_ipv4="0.0.0.0/0"),
        },
        "aws_s3_bucket": {"logs": {"bucket": f"logs-{SUFFIX}", "force_destroy": True}},
        "aws_s3_bucket_lifecycle_configuration": {
            "logs": {
                "bucket": "${aws_s3_bucket.logs.id}",
                "rule": [
                    {
                        "id": "delete-old-logs",
                        "status": "Enabled",
                        "filter": [{"prefix": ""}],
                        "expiration": [{"days": 30}],
                    }
                ],
            }
        },
        "aws_s3_bucket_policy": {
            "logs": {
                "bucket": "${aws_s3_bucket.logs.id}",
                "policy": _policy(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                        "Action": "s3:PutObject",
                        "Resource": "${aws_s3_bucket.logs.arn}/alb/AWSLogs/"
                        "${data.aws_caller_identity.current.account_id}/*",
                    }
                ),
            }
        },
        "aws_s3_bucket_server_side_encryption_configuration": {
            "logs": {
                "bucket": "${aws_s3_bucket.logs.id}",
                "rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            }
        },
        "aws_lb": {
            "alb": {
                "name": f"alb-{SUFFIX}",
                "load_balancer_type": "application",
                "internal": False,
                "subnets": _PUBLIC,
                "security_groups": ["${aws_security_group.alb.id}"],
                "access_logs": {
                    "bucket": "${aws_s3_bucket.logs.id}",
                    "prefix": "alb",
                    "enabled": True,
                },
            }
        },
        "aws_lb_target_group": {
            "api": {
                "name": f"tg-{SUFFIX}",
                "port": 8080,
                "protocol": "HTTP",
                "target_type": "ip",
                "vpc_id": _VPC,
                "health_check": {"path": "/healthz", "interval": 10, "timeout": 5},
            }
        },
        "aws_lb_listener": {
            "http": {
                "load_balancer_arn": "${aws_lb.alb.arn}",
                "port": 80,
                "protocol": "HTTP",
                "default_action": [
                    {"type": "forward", "target_group_arn": "${aws_lb_target_group.api.arn}"}
                ],
            }
        },
        "aws_cloudwatch_log_group": {
            "api": {"name": f"/ecs/{SUFFIX}", "retention_in_days": 7},
        },
        "aws_iam_role": {
            "execution": {"name": f"execution-{SUFFIX}", "assume_role_policy": _TRUST},
            "task": {"name": f"task-{SUFFIX}", "assume_role_policy": _TRUST},
        },
        "aws_iam_role_policy": {
            "execution": {
                "role": "${aws_iam_role.execution.id}",
                "policy": _policy(
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": "${aws_cloudwatch_log_group.api.arn}:*",
                    },
                    {
                        "Effect": "Allow",
                        "Action": "secretsmanager:GetSecretValue",
                        "Resource": _SECRET,
                    },
                ),
            }
        },
        "aws_secretsmanager_secret": {
            "db": {"name": f"catalog/{SUFFIX}/db", "recovery_window_in_days": 0}
        },
        "aws_ecs_cluster": {"main": {"name": f"cluster-{SUFFIX}"}},
        "aws_ecs_cluster_capacity_providers": {
            "main": {
                "cluster_name": "${aws_ecs_cluster.main.name}",
                "capacity_providers": ["FARGATE", "FARGATE_SPOT"],
            }
        },
        "aws_ecs_task_definition": {
            "api": {
                "family": f"api-{SUFFIX}",
                "cpu": "256",
                "memory": "512",
                "network_mode": "awsvpc",
                "requires_compatibilities": ["FARGATE"],
                "execution_role_arn": "${aws_iam_role.execution.arn}",
                "task_role_arn": "${aws_iam_role.task.arn}",
                "container_definitions": json.dumps(
                    [
                        {
                            "name": "api",
                            "image": "catalog-api:1",
                            "portMappings": [{"containerPort": 8080}],
                            "secrets": [{"name": "DB", "valueFrom": f"{_SECRET}:password::"}],
                            "healthCheck": {
                                "command": [
                                    "CMD-SHELL",
                                    "curl -f http://localhost:8080/healthz || exit 1",
                                ]
                            },
                            "logConfiguration": {
                                "logDriver": "awslogs",
                                "options": {
                                    "awslogs-group": "${aws_cloudwatch_log_group.api.name}",
                                    "awslogs-region": "eu-north-1",
                                    "awslogs-stream-prefix": "api",
                                },
                            },
                        }
                    ]
                ),
            }
        },
        "aws_ecs_service": {
            "api": {
                "name": f"api-{SUFFIX}",
                "cluster": "${aws_ecs_cluster.main.arn}",
                "task_definition": "${aws_ecs_task_definition.api.arn}",
                "desired_count": 2,
                "capacity_provider_strategy": [
                    {"capacity_provider": "FARGATE_SPOT", "weight": 100, "base": 0}
                ],
                "network_configuration": {
                    "subnets": _PRIVATE,
                    "security_groups": ["${aws_security_group.api.id}"],
                    "assign_public_ip": False,
                },
                "load_balancer": [
                    {
                        "target_group_arn": "${aws_lb_target_group.api.arn}",
                        "container_name": "api",
                        "container_port": 8080,
                    }
                ],
                "lifecycle": {"ignore_changes": ["desired_count"]},
                "depends_on": [
                    "aws_lb_listener.http",
                    "aws_ecs_cluster_capacity_providers.main",
                    "aws_rds_cluster_instance.writer",
                ],
            }
        },
        "aws_appautoscaling_target": {
            "api": {
                "service_namespace": "ecs",
                "scalable_dimension": "ecs:service:DesiredCount",
                "resource_id": "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.api.name}",
                "min_capacity": 2,
                "max_capacity": 10,
            }
        },
        "aws_db_subnet_group": {"db": {"name": f"db-{SUFFIX}", "subnet_ids": _PRIVATE}},
        "aws_rds_cluster_parameter_group": {
            "db": {"name": f"db-{SUFFIX}", "family": "aurora-postgresql16"}
        },
        "aws_rds_cluster": {
            "db": {
                "cluster_identifier": f"db-{SUFFIX}",
                "engine": "aurora-postgresql",
                "engine_version": "16.8",
                "database_name": "catalog",
                "master_username": "catalog_admin",
                "master_password_wo": "${ephemeral.aws_secretsmanager_random_password.db"
                ".random_password}",
                "master_password_wo_version": 1,
                "db_subnet_group_name": "${aws_db_subnet_group.db.name}",
                "db_cluster_parameter_group_name": "${aws_rds_cluster_parameter_group.db.name}",
                "vpc_security_group_ids": ["${aws_security_group.db.id}"],
                "backup_retention_period": 1,
                "enable_http_endpoint": True,
                "skip_final_snapshot": True,
                "deletion_protection": False,
                "serverlessv2_scaling_configuration": {"min_capacity": 0.5, "max_capacity": 2},
            }
        },
        "aws_rds_cluster_instance": {
            "writer": {
                "identifier": f"db-{SUFFIX}-writer",
                "cluster_identifier": "${aws_rds_cluster.db.id}",
                "engine": "aurora-postgresql",
                "instance_class": "db.serverless",
            }
        },
        "aws_cloudfront_distribution": {
            "edge": {
                "enabled": True,
                "origin": [
                    {
                        "domain_name": "${aws_lb.alb.dns_name}",
                        "origin_id": f"alb-origin-{SUFFIX}",
                        "custom_origin_config": {
                            "http_port": 80,
                            "https_port": 443,
                            "origin_protocol_policy": "http-only",
                            "origin_ssl_protocols": ["TLSv1.2"],
                        },
                    }
                ],
                "default_cache_behavior": {
                    "target_origin_id": f"alb-origin-{SUFFIX}",
                    "viewer_protocol_policy": "redirect-to-https",
                    "allowed_methods": [
                        *("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
                    ],
                    "cached_methods": ["GET", "HEAD"],
                    "cache_policy_id": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                    "origin_request_policy_id": "216adef6-5c7f-47e4-b989-5492eafa07d3",
                },
                "restrictions": {"geo_restriction": {"restriction_type": "none"}},
                "viewer_certificate": {"cloudfront_default_certificate": True},
            }
        },
        "aws_cloudwatch_metric_alarm": {
            "cpu": {
                "alarm_name": f"cpu-{SUFFIX}",
                "comparison_operator": "GreaterThanThreshold",
                "evaluation_periods": 5,
                "period": 60,
            }
        },
        "aws_cloudwatch_dashboard": {
            "main": {"dashboard_name": f"main-{SUFFIX}", "dashboard_body": '{"widgets": []}'}
        },
    },
}


_CATALOG_TEXT = json.dumps(_CATALOG)


def no_such(code: str) -> ClientError:
    """Return the error with which a client says that there is no such thing."""
    return ClientError({"Error": {"Code": code, "Message": "no such thing"}}, "Describe")


@dataclass
class FakeTarget:
    """A target whose API gives prepared answers.

    Attributes:
        answers: Operation -> answer; an exception is raised, a function is called.
        name: What the target is called.
        lacking: What it cannot do.
        asked: Every operation that was called, in order.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    name: str = "embedded"
    region: str = "eu-north-1"
    lacking: Mapping[Capability, str] = field(
        default_factory=lambda: {Capability.SERVICE_QUOTAS: "an emulator has no quotas"}
    )
    asked: list[str] = field(default_factory=list)

    def session(self) -> Any:
        return self

    def client(self, service: str, **_: Any) -> Any:
        return self

    def can_paginate(self, operation: str) -> bool:
        return operation == "describe_log_groups"

    def get_paginator(self, operation: str) -> Any:
        return _Pages(getattr(self, operation))

    def __getattr__(self, operation: str) -> Any:
        if operation.startswith("_"):
            raise AttributeError(operation)

        def call(**parameters: Any) -> Any:
            self.asked.append(operation)
            answer = {**NOTHING_TAKEN, **self.answers}[operation]
            answer = answer(**parameters) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking

    def start(self) -> Mapping[str, str]:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def facts(self) -> Mapping[str, str]:
        raise NotImplementedError

    def http(self) -> requests.Session:
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        raise NotImplementedError

    def provider(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def stack_settings(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        raise NotImplementedError


@dataclass(frozen=True)
class _Pages:
    call: Callable[..., Any]

    def paginate(self, **parameters: Any) -> "_Pages":
        return _Pages(lambda: self.call(**parameters))

    def build_full_result(self) -> Any:
        return self.call()


NOTHING_TAKEN: Mapping[str, Any] = {
    "describe_secret": no_such("ResourceNotFoundException"),
    "head_bucket": no_such("404"),
    "describe_load_balancers": no_such("LoadBalancerNotFound"),
    "describe_target_groups": no_such("TargetGroupNotFound"),
    "describe_clusters": {"clusters": []},
    "describe_db_clusters": no_such("DBClusterNotFoundFault"),
    "get_role": no_such("NoSuchEntity"),
    "describe_log_groups": {"logGroups": []},
    "describe_db_engine_versions": {
        "DBEngineVersions": [
            {"EngineVersion": "16.8"},
            {"EngineVersion": "16.9-limitless"},
            {"EngineVersion": "17.4"},
            {"EngineVersion": "15.10", "Status": "deprecated"},
        ]
    },
    "describe_orderable_db_instance_options": {"OrderableDBInstanceOptions": [{}]},
    "describe_availability_zones": {
        "AvailabilityZones": [
            {"ZoneName": f"eu-north-1{letter}", "State": "available"} for letter in "abc"
        ]
    },
}


@dataclass(frozen=True)
class Case:
    """One change of the correct configuration, and what a rule must say about it.

    Attributes:
        rule: The rule.
        change: What is done to the configuration.
        at: Address where the rule fires; empty where it must not.
        also: Rules that rightly fire as well.
        target: Answers of the target; None leaves the target out.
        name: What is called so in test output, beside the rule.
    """

    rule: str
    change: Callable[[Draft], object]
    at: str = ""
    also: frozenset[str] = frozenset()
    target: FakeTarget | None = None
    terraform: str = "1.11.4"
    name: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {'fires' if self.at else 'silent'} {self.name}".strip()


def fires(rule: str, at: str, change: Callable[[Draft], object], **more: Any) -> Case:
    """Return a case in which a rule must fire, and nothing else unless ``also`` says so."""
    also = frozenset(more.pop("also", ()))
    return Case(rule, change, at=at, also=also, **more)


def silent(rule: str, change: Callable[[Draft], object], **more: Any) -> Case:
    """Return a case near to one that fires, in which the rule must not."""
    also = frozenset(more.pop("also", ()))
    return Case(rule, change, also=also, **more)


def both(*changes: Callable[[Draft], object]) -> Callable[[Draft], object]:
    """Return a change that makes several, one after another."""

    def change(draft: Draft) -> None:
        for each in changes:
            each(draft)

    return change


def report_of(case: Case) -> Report:
    """Run all rules over the changed configuration."""
    draft = catalog()
    case.change(draft)
    return preflight(
        configuration_of(draft.document),
        target=case.target,
        terraform=TerraformVersion.parse(case.terraform),
    )


def check(case: Case) -> None:
    """Assert what a case promises, and that the error expected leads back to the rule."""
    findings = report_of(case).findings
    own = [finding for finding in findings if finding.rule == case.rule]
    assert {f.address for f in own} == ({case.at} if case.at else set())
    assert {f.rule for f in findings} - {case.rule} == case.also
    for finding in own:
        _check_explanation(finding)


# Rules that expect the same message: two ways to the same error.
_SAME_MESSAGE = [
    {"ecs/capacity-provider-not-attached", "ecs/service-before-capacity-providers"},
    {"ec2/zone-of-another-region", "ec2/zone-not-available"},
    {"ec2/invalid-cidr", "ec2/subnet-outside-vpc"},
    {"elbv2/access-log-bucket-policy", "elbv2/access-log-bucket-encryption"},
    {"elbv2/health-check-port", "elbv2/health-check-path"},
    {"rds/engine-version-not-offered", "rds/retired-engine-version"},
    {"rds/instance-class-not-offered", "rds/instance-class"},
    {"cloudfront/policy-not-found", "cloudfront/wrong-policy"},
    {"secretsmanager/name-taken", "secretsmanager/recovery-window"},
    {"iam/role-name-taken", "terraform/name-not-unique-per-run"},
]
_SHORTEST = 20


def _check_explanation(finding: Finding) -> None:
    code, _, message = finding.error.partition(": ")
    if len(message) < _SHORTEST or code.startswith("("):
        return
    found = explain("" if code in ("Error", "Warning") else code, message)
    assert found is not None
    both = {found.id, finding.rule}
    assert len(both) == 1 or both in _SAME_MESSAGE
