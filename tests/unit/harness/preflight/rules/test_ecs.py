import json
from functools import partial
from typing import Any

import pytest

from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    Case,
    Draft,
    both,
    check,
    fires,
    silent,
)

SERVICE = "aws_ecs_service.service"
TASK = "aws_ecs_task_definition.service_task"
PROVIDERS = "aws_ecs_cluster_capacity_providers.service_capacity_providers"
ROLE_POLICY = "aws_iam_role_policy.roles_execution_policy"
LISTENER = "aws_lb_listener.load_balancer_http"
INGRESS = "aws_vpc_security_group_ingress_rule.firewall_alb_to_service_ingress"
EGRESS = "aws_vpc_security_group_egress_rule.firewall_alb_to_service_egress"
SCALING = "aws_appautoscaling_target.scaling_target"
VPC_ID = "${aws_vpc.network_vpc.id}"
LOG_GROUP_ARN = "${aws_cloudwatch_log_group.storage_log_group.arn}"
SECRET_ARN = "${aws_secretsmanager_secret.secret_database.arn}"
BEFORE_LISTENER = "ecs/service-without-listener-dependency"
UNDECLARED = "terraform/undeclared-resource"


def service(draft: Draft, **arguments: object) -> None:
    draft[SERVICE].update(arguments)


def another_listener(draft: Draft, **arguments: object) -> None:
    draft["aws_lb_listener.other"] = {**draft[LISTENER], "port": "${var.port}", **arguments}


def task(draft: Draft, **arguments: object) -> None:
    draft[TASK].update(arguments)


def load_balancer(draft: Draft, **arguments: object) -> None:
    draft[SERVICE]["load_balancer"][0].update(arguments)


def container(draft: Draft, **changes: object) -> None:
    draft.containers(lambda c: c[0].update(changes))


def depends_only_on(draft: Draft, *addresses: str) -> None:
    service(draft, depends_on=[*addresses, "aws_rds_cluster_instance.database_writer"])


def allow(draft: Draft, *statements: dict[str, Any]) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    draft[ROLE_POLICY]["policy"] = json.dumps(document)


def statement(action: object, resource: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


LOGS = statement(
    ["logs:CreateLogStream", "logs:PutLogEvents"],
    f"{LOG_GROUP_ARN}:*",
)
SECRET = statement("secretsmanager:GetSecretValue", SECRET_ARN)


def second_secret(draft: Draft) -> None:
    draft["aws_secretsmanager_secret.other"] = {
        "name": f"other-{SUFFIX}",
        "recovery_window_in_days": 0,
    }
    allow(draft, LOGS, statement("secretsmanager:*", "${aws_secretsmanager_secret.other.arn}"))


def trusting(draft: Draft, service_name: str) -> None:
    document = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": [service_name]},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    draft["aws_iam_role.roles_task"]["assume_role_policy"] = json.dumps(document)


def log_options(draft: Draft, **options: object) -> None:
    draft.containers(lambda c: c[0]["logConfiguration"].update(options=options))


def policy_document(draft: Draft, resource: str) -> None:
    draft["data.aws_iam_policy_document.execution"] = {
        "statement": [
            {"actions": LOGS["Action"], "resources": ["*"]},
            {"actions": ["secretsmanager:GetSecretValue"], "resources": [resource]},
        ]
    }
    draft[ROLE_POLICY]["policy"] = "${data.aws_iam_policy_document.execution.json}"


def attached(draft: Draft, policy: str) -> None:
    del draft[ROLE_POLICY]
    draft["aws_iam_role_policy_attachment.execution"] = {
        "role": "${aws_iam_role.roles_execution.name}",
        "policy_arn": policy,
    }


def route_via_gateway(draft: Draft) -> None:
    route = draft["aws_route.network_private_route_0"]
    del route["nat_gateway_id"]
    route["gateway_id"] = "${aws_internet_gateway.network_internet.id}"


def public(draft: Draft) -> None:
    route_via_gateway(draft)
    draft[SERVICE]["network_configuration"]["assign_public_ip"] = True


def without_private_route(draft: Draft) -> None:
    del draft["aws_route.network_private_route_0"]


def without_association(draft: Draft) -> None:
    del draft["aws_route_table_association.network_private_association_0"]


MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
BOTH = "ecs/launch-type-with-capacity-provider-strategy"
NO_READ = "ecs/execution-role-cannot-read-secret"
NO_LOGS = "ecs/execution-role-cannot-write-logs"
CASES = [
    fires(BOTH, SERVICE, lambda d: service(d, launch_type="FARGATE")),
    silent(BOTH, lambda d: service(d, launch_type=None)),
    silent(BOTH, lambda d: service(d, launch_type="${var.launch_type}"), name="unknown"),
    silent(BOTH, lambda d: service(d, launch_type="FARGATE", capacity_provider_strategy=[])),
    fires(
        "ecs/capacity-provider-not-attached",
        SERVICE,
        lambda d: d[PROVIDERS].update(capacity_providers=["FARGATE"]),
    ),
    silent(
        "ecs/capacity-provider-not-attached",
        lambda d: d[PROVIDERS].update(capacity_providers="${var.providers}"),
    ),
    fires(
        "ecs/service-before-capacity-providers",
        SERVICE,
        lambda d: depends_only_on(d, LISTENER),
    ),
    silent(
        "ecs/service-before-capacity-providers",
        both(
            lambda d: depends_only_on(d, LISTENER),
            lambda d: service(
                d,
                cluster=f"${{{PROVIDERS}.cluster_name}}",
            ),
        ),
        name="through a reference",
    ),
    fires(
        "ecs/service-without-network-configuration",
        SERVICE,
        lambda d: d[SERVICE].pop("network_configuration"),
    ),
    silent(
        "ecs/service-without-network-configuration",
        both(
            lambda d: d[SERVICE].pop("network_configuration"),
            lambda d: d[SERVICE].update(
                dynamic={"network_configuration": {"for_each": "${var.n}"}}
            ),
        ),
    ),
    fires(
        "ecs/target-type",
        SERVICE,
        lambda d: d["aws_lb_target_group.load_balancer_targets"].pop("target_type"),
    ),
    silent(
        "ecs/target-type",
        lambda d: d["aws_lb_target_group.load_balancer_targets"].update(target_type="${var.kind}"),
    ),
    fires("ecs/load-balancer-container", SERVICE, lambda d: load_balancer(d, container_name="x")),
    fires(
        "ecs/load-balancer-container",
        SERVICE,
        lambda d: container(d, portMappings=[{"containerPort": 80}]),
        name="port",
    ),
    silent(
        "ecs/load-balancer-container",
        lambda d: container(d, name="${var.name}"),
    ),
    silent(
        "ecs/load-balancer-container",
        lambda d: container(d, portMappings=[{"containerPort": "8080"}]),
        name="port as text",
        also={"ecs/container-settings"},
    ),
    fires(
        BEFORE_LISTENER,
        SERVICE,
        lambda d: depends_only_on(d, PROVIDERS),
    ),
    silent(
        BEFORE_LISTENER,
        both(
            lambda d: depends_only_on(d, PROVIDERS),
            lambda d: d[TASK].update(tags={"listener": f"${{{LISTENER}.arn}}"}),
        ),
        name="indirectly",
    ),
    silent(
        BEFORE_LISTENER,
        both(
            lambda d: depends_only_on(d, PROVIDERS),
            lambda d: d.document.update(module={"listeners": {"source": "./listeners"}}),
        ),
        name="modules unread",
    ),
    *(
        silent(
            BEFORE_LISTENER,
            both(lambda d: depends_only_on(d, PROVIDERS), partial(another_listener, **more)),
            name=name,
        )
        for name, more in (
            ("another listener may have no instance", {"count": "${var.n}", "default_action": []}),
            ("another listener forwards to an unknown group", {"default_action": "${var.n}"}),
        )
    ),
    fires(
        "ecs/deployment-cannot-roll",
        SERVICE,
        lambda d: service(d, deployment_maximum_percent=100),
    ),
    silent(
        "ecs/deployment-cannot-roll",
        lambda d: service(d, deployment_maximum_percent=100, deployment_minimum_healthy_percent=50),
    ),
    fires("ecs/fargate-cpu-memory", TASK, lambda d: task(d, memory="4096")),
    fires("ecs/fargate-cpu-memory", TASK, lambda d: task(d, cpu=512, memory=1536), name="step"),
    fires("ecs/fargate-cpu-memory", TASK, lambda d: task(d, cpu=None), name="missing"),
    fires("ecs/fargate-cpu-memory", TASK, lambda d: task(d, cpu=300), name="no such cpu"),
    silent("ecs/fargate-cpu-memory", lambda d: task(d, cpu=" .5 vCPU".strip(), memory="1 GB")),
    silent("ecs/fargate-cpu-memory", lambda d: task(d, cpu=16384, memory="40 GB")),
    silent("ecs/fargate-cpu-memory", lambda d: task(d, cpu="${var.cpu}")),
    fires("ecs/fargate-network-mode", TASK, lambda d: task(d, network_mode="bridge")),
    silent(
        "ecs/fargate-network-mode",
        lambda d: task(d, network_mode="bridge", requires_compatibilities=["EC2"]),
    ),
    fires(
        "ecs/container-definitions",
        TASK,
        lambda d: task(d, container_definitions="[{'name': 'api'}]"),
    ),
    fires(
        "ecs/container-definitions",
        TASK,
        lambda d: task(d, container_definitions='{"name": "api"}'),
        name="no list",
    ),
    fires("ecs/container-definitions", TASK, lambda d: container(d, image=""), name="no image"),
    silent(
        "ecs/container-definitions",
        lambda d: task(d, container_definitions='${file("containers.json")}'),
    ),
    silent(
        "ecs/container-definitions",
        lambda d: task(d, container_definitions='[{"name": "api", "memory": ${var.memory}}]'),
        name="unknown number",
    ),
    fires(
        "ecs/duplicate-container-name",
        TASK,
        lambda d: d.containers(lambda c: c.append({"name": "api", "image": "x"})),
    ),
    silent(
        "ecs/duplicate-container-name",
        lambda d: d.containers(lambda c: c.append({"name": "sidecar", "image": "x"})),
    ),
    fires(
        "ecs/awsvpc-host-port",
        TASK,
        lambda d: container(d, portMappings=[{"containerPort": 8080, "hostPort": 80}]),
    ),
    silent(
        "ecs/awsvpc-host-port",
        lambda d: container(d, portMappings=[{"containerPort": 8080, "hostPort": 8080}]),
    ),
    fires("ecs/execution-role-missing", TASK, lambda d: task(d, execution_role_arn=None)),
    fires(
        "ecs/execution-role-missing",
        TASK,
        both(lambda d: task(d, execution_role_arn=None), lambda d: container(d, secrets=[])),
        name="for logs",
    ),
    fires(
        "ecs/execution-role-missing",
        TASK,
        both(
            lambda d: task(d, execution_role_arn=None),
            lambda d: container(
                d,
                secrets=[],
                logConfiguration=None,
                image="1.dkr.ecr.eu-north-1.amazonaws.com/api:1",
            ),
        ),
        name="for ECR",
    ),
    silent(
        "ecs/execution-role-missing",
        both(
            lambda d: task(d, execution_role_arn=None),
            lambda d: container(d, secrets=[], logConfiguration=None),
        ),
    ),
    fires("ecs/role-not-trusted", TASK, lambda d: trusting(d, "ecs.amazonaws.com")),
    silent("ecs/role-not-trusted", lambda d: trusting(d, "ecs-tasks.amazonaws.com")),
    silent("ecs/role-not-trusted", lambda d: trusting(d, "${var.service}"), name="unknown"),
    fires(
        "ecs/log-options",
        TASK,
        lambda d: log_options(
            d,
            **{
                "awslogs-group": "${aws_cloudwatch_log_group.storage_log_group.name}",
                "awslogs-region": "eu-north-1",
            },
        ),
    ),
    silent(
        "ecs/log-options",
        lambda d: container(
            d, logConfiguration={"logDriver": "awslogs", "options": "${var.options}"}
        ),
    ),
    fires(NO_READ, TASK, second_secret),
    fires(NO_READ, TASK, lambda d: allow(d, LOGS), name="no statement"),
    fires(NO_READ, TASK, lambda d: attached(d, MANAGED), name="managed policy does not"),
    silent(NO_READ, lambda d: allow(d, LOGS, SECRET, {**SECRET, "Effect": "Deny"})),
    silent(
        NO_READ,
        lambda d: allow(
            d,
            LOGS,
            statement("secretsmanager:Get*", f"{SECRET_ARN}*"),
        ),
        name="wildcards",
    ),
    silent(
        NO_READ,
        lambda d: allow(
            d, LOGS, statement("secretsmanager:*", "arn:aws:secretsmanager:*:*:secret:catalog/*")
        ),
        name="by name",
    ),
    silent(NO_READ, lambda d: attached(d, "${var.policy}"), name="unknown policy"),
    silent(
        NO_READ,
        lambda d: policy_document(d, SECRET_ARN),
        name="policy document",
    ),
    fires(
        NO_READ,
        TASK,
        both(
            second_secret,
            lambda d: policy_document(d, "${aws_secretsmanager_secret.other.arn}"),
        ),
        name="policy document for another secret",
    ),
    fires(
        "ecs/execution-role-reads-every-secret",
        TASK,
        lambda d: allow(d, LOGS, statement("secretsmanager:GetSecretValue", "*")),
    ),
    silent(
        "ecs/execution-role-reads-every-secret",
        lambda d: allow(
            d,
            LOGS,
            SECRET,
            {
                **statement("secretsmanager:GetSecretValue", "*"),
                "Condition": {"StringEquals": {"aws:ResourceTag/run": SUFFIX}},
            },
        ),
    ),
    fires(NO_LOGS, TASK, lambda d: allow(d, SECRET)),
    fires(
        NO_LOGS,
        TASK,
        lambda d: allow(d, SECRET, statement("logs:*", "arn:aws:s3:::logs/*")),
        name="another service's resource",
    ),
    silent(NO_LOGS, lambda d: allow(d, SECRET, statement("logs:*", "*"))),
    silent(
        NO_LOGS,
        lambda d: allow(d, SECRET, statement("logs:*", "arn:aws:logs:*:*:*")),
        name="wildcard",
    ),
    fires(
        "ecs/log-group-missing",
        TASK,
        lambda d: log_options(
            d,
            **{
                "awslogs-group": "/ecs/other",
                "awslogs-region": "eu-north-1",
                "awslogs-stream-prefix": "api",
            },
        ),
    ),
    silent(
        "ecs/log-group-missing",
        lambda d: log_options(
            d,
            **{
                "awslogs-group": f"/ecs/catalog-{SUFFIX}",
                "awslogs-region": "eu-north-1",
                "awslogs-stream-prefix": "api",
            },
        ),
        name="by name",
    ),
    silent(
        "ecs/log-group-missing",
        lambda d: log_options(
            d,
            **{
                "awslogs-group": "/ecs/other",
                "awslogs-region": "eu-north-1",
                "awslogs-stream-prefix": "api",
                "awslogs-create-group": "true",
            },
        ),
        name="created by the driver",
    ),
    fires("ecs/no-route-out", SERVICE, without_private_route),
    fires("ecs/no-route-out", SERVICE, without_association, name="main route table"),
    fires("ecs/no-route-out", SERVICE, route_via_gateway, name="no public address"),
    silent("ecs/no-route-out", public),
    silent(
        "ecs/no-route-out",
        both(
            without_private_route,
            lambda d: d.__setitem__("aws_vpc_endpoint.ecr", {"vpc_id": VPC_ID}),
        ),
        name="VPC endpoints",
    ),
    silent(
        "ecs/no-route-out",
        both(
            without_private_route,
            lambda d: d["aws_route_table.network_private_0_table"].update(
                route=[
                    {
                        "cidr_block": "0.0.0.0/0",
                        "nat_gateway_id": "${aws_nat_gateway.network_nat_0.id}",
                        "gateway_id": "",
                    }
                ]
            ),
        ),
        name="inline route",
    ),
    fires(
        "autoscaling/bounds",
        SCALING,
        lambda d: d[SCALING].update(min_capacity=20),
    ),
    silent(
        "autoscaling/bounds",
        lambda d: d[SCALING].update(max_capacity=2),
    ),
    fires(
        "autoscaling/resource-id",
        SCALING,
        lambda d: d[SCALING].update(
            resource_id="service/${aws_ecs_cluster.service_cluster.id}/${aws_ecs_service.service.name}"
        ),
    ),
    fires(
        "autoscaling/resource-id",
        SCALING,
        lambda d: d[SCALING].update(resource_id="cluster/service"),
        name="literal",
    ),
    silent(
        "autoscaling/resource-id",
        lambda d: d[SCALING].update(resource_id="${var.id}"),
    ),
    fires(
        "autoscaling/desired-count-outside-bounds",
        SCALING,
        lambda d: service(d, desired_count=11),
    ),
    silent("autoscaling/desired-count-outside-bounds", lambda d: service(d, desired_count=10)),
    fires("autoscaling/desired-count-not-ignored", SERVICE, lambda d: d[SERVICE].pop("lifecycle")),
    silent(
        "autoscaling/desired-count-not-ignored",
        both(lambda d: d[SERVICE].pop("lifecycle"), lambda d: d[SERVICE].pop("desired_count")),
    ),
    fires(
        "ecs/load-balancer-cannot-connect",
        SERVICE,
        lambda d: d[INGRESS].update(from_port=80, to_port=80),
        also={"ecs/open-wider-than-needed"},
    ),
    fires(
        "ecs/load-balancer-cannot-connect",
        SERVICE,
        lambda d: d.__delitem__(EGRESS),
        name="egress",
    ),
    silent(
        "ecs/load-balancer-cannot-connect",
        lambda d: d[EGRESS].update(referenced_security_group_id=None, cidr_ipv4="10.0.0.0/16"),
        name="by network",
    ),
    fires(
        "ecs/open-wider-than-needed",
        SERVICE,
        lambda d: d[INGRESS].update(referenced_security_group_id=None, cidr_ipv4="0.0.0.0/0"),
    ),
    fires(
        "ecs/open-wider-than-needed",
        SERVICE,
        lambda d: d[INGRESS].update(from_port=0, to_port=65535),
        name="all ports",
    ),
    silent(
        "ecs/open-wider-than-needed",
        lambda d: d[INGRESS].update(from_port="${var.port}", to_port="${var.port}"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secrets", "DB_HOST"),
        ("portMappings", [80]),
        ("portMappings", [{"containerPort": "http"}]),
        ("logConfiguration", "awslogs"),
        ("environment", ["A=b"]),
        ("memory", "large"),
    ],
)
def test_a_malformed_container_is_a_finding_of_one_rule(name: str, value: object) -> None:
    check(fires("ecs/container-settings", TASK, lambda d: container(d, **{name: value})))
