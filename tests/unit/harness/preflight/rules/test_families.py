"""Families of rules: each mistake is found by its rule, each valid neighbour by none."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.preflight.configuration import configuration_of, read_configurations
from harness.preflight.engine import preflight
from harness.preflight.report import Report
from tests.unit.harness.preflight.sample_configuration import Case, check, fires, silent
from tests.unit.harness.preflight.sample_configuration import with_variables as declared

Resources = dict[str, Any]
EDGE = "aws_cloudfront_distribution.edge_distribution"
TASK = "aws_ecs_task_definition.service_task"
CLUSTER = "aws_rds_cluster.database_cluster"
TARGET = "aws_appautoscaling_target.scaling_target"


def report(resources: Resources, **more: Any) -> Report:
    document = declared({"resource": resources, **more})
    return preflight(configuration_of(document), disposable=False)


def rules(resources: Resources, **more: Any) -> set[str]:
    return {finding.rule for finding in report(resources, **more).findings}


def add(address: str, **arguments: Any) -> Any:
    return lambda draft: draft.__setitem__(address, arguments)


REQUESTS = "ALBRequestCountPerTarget"
LABEL = "${aws_lb.load_balancer_alb.arn}/targetgroup/x/0123456789abcdef"


def tracking(kind: str, **more: Any) -> dict[str, Any]:
    metric = {"predefined_metric_type": kind, **more}
    return {
        "target_tracking_scaling_policy_configuration": [
            {"target_value": 50, "predefined_metric_specification": metric}
        ]
    }


POLICY = {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "Principal": "*"}]}
CASES = [
    fires(
        "terraform/duplicate-name",
        "aws_sqs_queue.q",
        lambda d: d.document["resource"].update(
            aws_sqs_queue={"a": {"name": "jobs-pr1-a1"}, "q": {"name": "jobs-pr1-a1"}}
        ),
    ),
    silent("terraform/duplicate-name", add("aws_sqs_queue.q", name="jobs-pr1-a1")),
    fires(
        "terraform/replaced-settings",
        "aws_s3_bucket_versioning.b",
        lambda d: d.document["resource"].update(
            aws_s3_bucket_versioning={
                n: {"bucket": "${aws_s3_bucket.storage_log_bucket.id}"} for n in "ab"
            }
        ),
    ),
    silent(
        "terraform/replaced-settings",
        add("aws_s3_bucket_versioning.a", bucket="${aws_s3_bucket.storage_log_bucket.id}"),
    ),
    fires("terraform/instances", "aws_eip.e", add("aws_eip.e", tags={"a": "${each.key}"})),
    silent("terraform/instances", add("aws_eip.e", count=2, tags={"a": "${count.index}"})),
    fires("terraform/undeclared-name", "aws_eip.e", add("aws_eip.e", tags={"a": "${local.none}"})),
    silent("terraform/undeclared-name", add("aws_eip.e", tags={"a": "${var.declared}"})),
    fires(
        "terraform/cycle",
        "aws_ebs_volume.a",
        lambda d: d.document["resource"].update(
            aws_ebs_volume={
                "a": {"tags": {"x": "${aws_ebs_volume.b.id}"}},
                "b": {"tags": {"x": "${aws_ebs_volume.a.id}"}},
            }
        ),
    ),
    silent("terraform/cycle", add("aws_eip.a", tags={"x": "${aws_vpc.network_vpc.id}"})),
    fires(
        "iam/managed-policy",
        "aws_iam_role_policy_attachment.a",
        add(
            "aws_iam_role_policy_attachment.a",
            role="${aws_iam_role.roles_task.name}",
            policy_arn="arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy",
        ),
    ),
    silent(
        "iam/managed-policy",
        add(
            "aws_iam_role_policy_attachment.a",
            role="${aws_iam_role.roles_task.name}",
            policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        ),
    ),
    fires(
        "api/documented-value",
        "aws_sns_topic_subscription.s",
        add("aws_sns_topic_subscription.s", protocol="mail"),
    ),
    silent("api/documented-value", add("aws_sns_topic_subscription.s", protocol="sqs")),
    fires(
        "api/arguments-together",
        "aws_kms_key.k",
        add("aws_kms_key.k", customer_master_key_spec="RSA_2048", enable_key_rotation=True),
    ),
    silent("api/arguments-together", add("aws_kms_key.k", enable_key_rotation=True)),
    silent(
        "api/arguments-together",
        lambda d: d["aws_lb_listener.load_balancer_http"].pop("protocol"),
        name="the provider's protocol of a listener of an application load balancer is HTTP",
    ),
    silent(
        "api/arguments-together",
        lambda d: d["aws_cloudwatch_metric_alarm.monitoring_service_cpu"].pop("threshold"),
        name="the provider's threshold of an alarm is 0",
    ),
    fires(
        "api/arguments-together",
        "aws_lb_listener.l",
        lambda d: (
            add("aws_lb.n", load_balancer_type="network")(d),
            add("aws_lb_listener.l", load_balancer_arn="${aws_lb.n.arn}", port=80)(d),
        ),
        name="a listener of a network load balancer without protocol",
    ),
    fires(
        "terraform/region",
        "provider.aws.region",
        lambda d: d.document.__setitem__("provider", {"aws": [{"region": "eu-north1"}]}),
    ),
    silent(
        "terraform/region",
        lambda d: d.document.__setitem__("provider", {"aws": [{"region": "${var.region}"}]}),
    ),
    fires(
        "autoscaling/bounds",
        "aws_appautoscaling_scheduled_action.a",
        add(
            "aws_appautoscaling_scheduled_action.a",
            scalable_target_action={"min_capacity": 5, "max_capacity": 2},
        ),
    ),
    silent(
        "autoscaling/bounds",
        add(
            "aws_appautoscaling_scheduled_action.a",
            scalable_target_action={"min_capacity": 2, "max_capacity": 2},
        ),
    ),
    fires(
        "ecs/container-settings",
        TASK,
        lambda d: d.containers(lambda c: c[0].update(stopTimeout=121)),
    ),
    silent(
        "ecs/container-settings", lambda d: d.containers(lambda c: c[0].update(stopTimeout=120))
    ),
    fires("cloudfront/settings", EDGE, lambda d: d[EDGE]["origin"].append(d[EDGE]["origin"][0])),
    silent("cloudfront/settings", lambda d: d[EDGE]["origin"][0].update(origin_path="/v1")),
    fires(
        "cloudfront/host-header-to-s3",
        "aws_cloudfront_distribution.s",
        add(
            "aws_cloudfront_distribution.s",
            origin=[{"origin_id": "b", "domain_name": "x.s3.eu-north-1.amazonaws.com"}],
            default_cache_behavior={
                "target_origin_id": "b",
                "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                "origin_request_policy_id": "216adef6-5c7f-47e4-b989-5492eafa07d3",
            },
        ),
    ),
    silent("cloudfront/host-header-to-s3", lambda d: None),
    fires("rds/cluster-settings", CLUSTER, lambda d: d[CLUSTER].update(engine_mode="serverless")),
    silent("rds/cluster-settings", lambda d: d[CLUSTER].update(engine_mode="provisioned")),
    fires(
        "rds/parameter-group-settings",
        "aws_db_parameter_group.g",
        add("aws_db_parameter_group.g", name="g-pr1-a1", family="postgres-16"),
    ),
    silent(
        "rds/parameter-group-settings",
        add("aws_db_parameter_group.g", name="g-pr1-a1", family="postgres16"),
    ),
    fires(
        "autoscaling/policy-settings",
        "aws_appautoscaling_policy.p",
        add("aws_appautoscaling_policy.p", **tracking(REQUESTS, resource_label=LABEL)),
    ),
    silent("autoscaling/policy-settings", lambda d: None),
    fires(
        "autoscaling/target-without-dependency",
        TARGET,
        lambda d: d[TARGET].update(resource_id="service/catalog-pr1-a1/" + service_name(d)),
    ),
    silent("autoscaling/target-without-dependency", lambda d: None),
    fires(
        "terraform/backend-values",
        "terraform.backend.s3.key",
        lambda d: d.document.__setitem__(
            "terraform",
            {**d.document["terraform"], "backend": {"s3": {"bucket": "abc", "key": "/pr1-a1"}}},
        ),
    ),
    silent(
        "terraform/backend-values",
        lambda d: d.document.__setitem__(
            "terraform",
            {**d.document["terraform"], "backend": {"s3": {"bucket": "abc", "key": "pr1-a1/x"}}},
        ),
    ),
]


TOGETHER = {"api/arguments-together", "api/documented-value"}


def service_name(draft: Any) -> str:
    return str(draft["aws_ecs_service.service"]["name"])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)


TEN, ELEVEN = "10.0.0.0/8", "11.0.0.0/8"
DUPLICATE: list[Resources] = [
    {"aws_secretsmanager_secret": {"a": {"name": "s"}, "b": {"name": "s"}}},
    {"aws_secretsmanager_secret": {"a": {"name": "s", "count": 2}}},
    {"aws_iam_role": {"a": {"name": "${var.n}-x"}, "b": {"name": "${var.n}-x"}}},
    {"aws_lb": {"a": {"name": "s"}}, "aws_alb": {"b": {"name": "s"}}},
    {"aws_lb_target_group": {"a": {"name": "s", "for_each": {"x": 1, "y": 2}}}},
    {
        "aws_vpc": {"v": {}},
        "aws_internet_gateway": {n: {"vpc_id": "${aws_vpc.v.id}"} for n in "ab"},
    },
    {
        "aws_security_group": {"g": {"name": "g"}},
        "aws_vpc_security_group_ingress_rule": {
            n: {
                "security_group_id": "${aws_security_group.g.id}",
                "ip_protocol": "tcp",
                "from_port": 80,
                "to_port": 80,
                "cidr_ipv4": "0.0.0.0/0",
            }
            for n in "ab"
        },
    },
    {
        "aws_security_group_rule": {
            n: {
                "security_group_id": "sg-1",
                "type": "ingress",
                "protocol": "tcp",
                "from_port": 80,
                "to_port": 80,
                "cidr_blocks": cidrs,
            }
            for n, cidrs in (("a", [TEN, ELEVEN]), ("b", [ELEVEN, TEN]))
        }
    },
]  # fmt: skip
DISTINCT: list[Resources] = [
    {"aws_secretsmanager_secret": {"a": {"name": "s"}, "b": {"name": "t"}}},
    {"aws_secretsmanager_secret": {"a": {"name": "s-${count.index}", "count": 2}}},
    {"aws_secretsmanager_secret": {"a": {"name": "s", "count": 1}}},
    {"aws_secretsmanager_secret": {"a": {"name": "s", "count": "${var.n}"}}},
    {"aws_secretsmanager_secret": {"a": {"name_prefix": "s", "count": 2}, "b": {}, "c": {}}},
    {"aws_iam_role": {"a": {"name": "${var.n}"}, "b": {"name": "${var.m}"}}},
    {"aws_iam_role": {n: {"name": "x", "count": f"${{var.{n} ? 1 : 0}}"} for n in "ab"}},
    {"aws_lb_target_group": {"a": {"name": "${each.key}", "for_each": {"x": 1, "y": 2}}}},
    {"aws_sqs_queue": {"a": {"name": "q"}, "b": {"name": "q", "provider": "aws.other"}}},
    {"aws_sqs_queue": {"a": {"name": "q"}, "b": {"name": "q", "region": "us-east-1"}}},
    {"aws_security_group": {v: {"name": "q", "vpc_id": v} for v in ("v1", "v2")}},
]  # fmt: skip


@pytest.mark.parametrize("resources", DUPLICATE, ids=lambda r: next(iter(r)))
def test_names_that_two_resources_share_are_found(resources: Resources) -> None:
    assert "terraform/duplicate-name" in rules(resources)


@pytest.mark.parametrize("resources", DISTINCT, ids=str)
def test_names_that_differ_or_may_differ_are_not_found(resources: Resources) -> None:
    assert "terraform/duplicate-name" not in rules(resources)


@pytest.mark.parametrize(
    ("given", "name", "found"),
    [
        ("my-${each.key}", "${coalesce(null, var.name)}", False),
        ("my-${each.key}", "${upper(local.name)}", False),
        ("${each.key}", "/log/${var.unknown}/${lower(var.name)}", False),
        ("fixed", "${coalesce(null, var.name)}", True),
    ],
)
def test_the_name_of_a_repeated_module_may_differ_through_its_variables(
    tmp_path: Path, given: str, name: str, found: bool
) -> None:
    child = {
        "variable": {"name": {}, "unknown": {"default": None}},
        "locals": {"name": "x-${var.name}"},
        "resource": {"aws_cloudwatch_log_group": {"g": {"name": name}}},
    }
    call = {"source": "./child", "for_each": {"a": 1, "b": 2}, "name": given}
    (tmp_path / "child").mkdir()
    (tmp_path / "child/main.tf.json").write_text(json.dumps(child))
    (tmp_path / "main.tf.json").write_text(json.dumps({"module": {"m": call}}))
    (configuration,) = read_configurations(tmp_path)
    findings = preflight(configuration, disposable=False).findings
    assert ("terraform/duplicate-name" in {f.rule for f in findings}) == found


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("${aws_block.value.name}", False),
        ("${outer.value[aws_block.key]}", False),
        ("${upper(aws_block.value.name)}", False),
        ("${aws_lb.none.name}", True),
    ],
)
def test_the_iterator_of_a_nested_dynamic_block_is_no_resource(
    expression: str, found: bool
) -> None:
    inner = {"aws_block": {"for_each": "${outer.value}", "content": {"name": expression}}}
    outer = {"outer": {"for_each": "${var.all}", "content": {"dynamic": inner}}}
    assert ("terraform/undeclared-resource" in rules({"aws_x": {"r": {"dynamic": outer}}})) == found


EIP = {"aws_eip": {"e": {"domain": "vpc"}}}
VPCS: Resources = {"one": {}, "two": {"count": 2}, "each": {"for_each": {"a": 1}}}


@pytest.mark.parametrize(
    ("arguments", "valid"),
    [
        ({"count": 1, "for_each": {"a": 1}}, False),
        ({"for_each": ["a", "b"]}, False),
        ({"for_each": '${toset(["a", "b"])}', "tags": {"a": "${each.value}"}}, True),
        ({"tags": {"a": "${count.index}"}}, False),
        ({"tags": {"a": "${aws_vpc.two.id}"}}, False),
        ({"tags": {"a": "${aws_vpc.each.id}"}}, False),
        ({"tags": {"a": "${aws_vpc.one[0].id}"}}, False),
        ({"tags": {"a": "${aws_vpc.one.0.id}"}}, False),
        ({"tags": {"a": "${aws_vpc.two[0].id}"}}, True),
        ({"tags": {"a": "${aws_vpc.two.0.id}"}}, True),
        ({"tags": {"a": '${aws_vpc.each["a"].id}'}}, True),
        ({"count": 2, "tags": {"a": "${aws_vpc.two[count.index].id}"}}, True),
        ({"tags": {"a": "${one(aws_vpc.one[*].id)}", "b": "${aws_vpc.two.*.id[0]}"}}, True),
        ({"tags": {"a": "${[for v in aws_vpc.each : v.id][0]}"}}, True),
        ({"tags": {"a": "${length(aws_vpc.two)}"}, "depends_on": ["aws_vpc.two"]}, True),
    ],
    ids=str,
)
def test_instances_are_referred_to_by_their_keys(arguments: dict[str, Any], *, valid: bool) -> None:
    found = rules({"aws_vpc": VPCS, "aws_eip": {"e": arguments}})
    assert ("terraform/instances" not in found) is valid


UNDECLARED_RESOURCE = "terraform/undeclared-resource"
UNDECLARED: list[tuple[Resources, dict[str, Any]]] = [
    ({"aws_eip": {"e": {"tags": {"a": "${local.x}"}}}}, {}),
    ({"aws_eip": {"e": {"tags": {"a": "${module.m.x}"}}}}, {}),
    ({"aws_eip": {"e": {"depends_on": ["module.none"]}}}, {}),
    ({"aws_eip": {"e": {"provider": "aws.none"}}}, {}),
    (EIP, {"output": {"x": {"value": "${local.none}"}}}),
    (EIP, {"locals": {"x": "${[for v in local.none : v]}"}}),
]
DECLARED: list[tuple[Resources, dict[str, Any]]] = [
    ({"aws_eip": {"e": {"tags": {"a": "${local.x}"}}}}, {"locals": {"x": 1}}),
    ({"aws_eip": {"e": {}, "f": {"depends_on": ["aws_eip.e[0]"]}}}, {}),
    ({"aws_eip": {"e": {"depends_on": ["data.aws_vpc.d"]}}}, {"data": {"aws_vpc": {"d": {}}}}),
    (
        {"aws_eip": {"e": {"provider": "aws.edge"}}},
        {"provider": {"aws": [{"alias": "edge", "region": "us-east-1"}]}},
    ),
    (EIP, {"locals": {"x": "${[for local_ in [1] : local_]}", "y": "${path.module}"}}),
    (
        {"aws_lb": {"l": {"dynamic": {"x": {"for_each": [1], "content": {"a": "${x.value}"}}}}}},
        {},
    ),
    ({"aws_eip": {"e": {"depends_on": ["module.m"], "tags": {"a": "${module.m.anything}"}}}},
     {"module": {"m": {"source": "a/b/c"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("resources", "more"), UNDECLARED, ids=str)
def test_what_is_not_declared_is_found(resources: Resources, more: dict[str, Any]) -> None:
    assert "terraform/undeclared-name" in rules(resources, **more)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"tags": {"a": "${local.x}"}}, "local value"),
        ({"depends_on": ["module.none"]}, "module"),
        ({"provider": "aws.none"}, "Provider configuration not present"),
    ],
)
def test_what_is_not_declared_has_the_error_of_its_kind(
    arguments: dict[str, Any], error: str
) -> None:
    (finding,) = [
        found
        for found in preflight(
            configuration_of({"resource": {"aws_eip": {"e": arguments}}})
        ).findings
        if found.rule == "terraform/undeclared-name"
    ]
    assert finding.error.endswith(error)


def test_a_dependency_that_is_not_declared_is_an_undeclared_resource() -> None:
    address = {"aws_eip": {"e": {"depends_on": ["aws_vpc.none"]}}}
    assert rules(address) & {"terraform/undeclared-name", UNDECLARED_RESOURCE} == {
        UNDECLARED_RESOURCE
    }


def test_a_data_source_does_not_attach_a_target_group() -> None:
    read = {"load_balancer_arn": "x", "depends_on": ["aws_lb_target_group.t"]}
    service = {
        "name": "s",
        "load_balancer": [{"target_group_arn": "${aws_lb_target_group.t.arn}"}],
        "depends_on": ["data.aws_lb_listener.l"],
    }
    resources = {"aws_lb_target_group": {"t": {}}, "aws_ecs_service": {"s": service}}
    found = rules(resources, data={"aws_lb_listener": {"l": read}})
    assert "ecs/service-without-listener-dependency" in found


def test_an_undeclared_variable_is_found() -> None:
    document = {"resource": {"aws_eip": {"e": {"tags": {"a": "${var.none}"}}}}}
    (finding,) = preflight(configuration_of(document)).findings
    assert (finding.rule, finding.message) == (
        "terraform/undeclared-name",
        "var.none is not declared",
    )


@pytest.mark.parametrize(("resources", "more"), DECLARED, ids=str)
def test_what_is_declared_is_not_found(resources: Resources, more: dict[str, Any]) -> None:
    assert "terraform/undeclared-name" not in rules(resources, **more)


def test_cycles_of_locals_and_of_a_resource_with_itself_are_found() -> None:
    assert "terraform/cycle" in rules(EIP, locals={"a": "${local.b}", "b": "x${local.a}"})
    assert "terraform/cycle" in rules({"aws_eip": {"e": {"tags": {"a": "${aws_eip.e.id}"}}}})
    chain = {f"l{n}": f"${{local.l{n + 1}}}" for n in range(5)} | {"l5": "x"}
    assert "terraform/cycle" not in rules(EIP, locals=chain)


STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*"}
BAD_STATEMENTS: list[dict[str, Any]] = [
    {**STATEMENT, "Principals": "*"},
    {k: v for k, v in STATEMENT.items() if k != "Effect"},
    {**STATEMENT, "Effect": "allow"},
    {**STATEMENT, "Action": "GetObject"},
    {**STATEMENT, "Action": ["s3:GetObject", "s3.PutObject"]},
    {**STATEMENT, "Resource": "my-bucket/*"},
    {**STATEMENT, "Principal": "arn:aws:iam::123456789012:root"},
    {**STATEMENT, "Principal": {"Services": "ec2.amazonaws.com"}},
    {**STATEMENT, "Principal": {"Service": "ec2"}},
    {**STATEMENT, "Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}},
    {**STATEMENT, "Condition": {"StringEqual": {"a": "b"}}},
    {**STATEMENT, "Condition": [{"StringEquals": {"a": "b"}}]},
    {**STATEMENT, "Action": []},
    {**STATEMENT, "NotAction": "s3:GetObject"},
    {k: v for k, v in STATEMENT.items() if k != "Principal"},
]
GOOD_STATEMENTS: list[dict[str, Any]] = [
    STATEMENT,
    {**STATEMENT, "Sid": "x", "Action": ["s3:Get*", "SQS:SendMessage", "*"]},
    {**STATEMENT, "Resource": ["arn:aws:s3:::b", "${aws_s3_bucket.b.arn}/*", "${var.arn}"]},
    {**STATEMENT, "Principal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:root", "*"]}},
    {**STATEMENT, "Principal": {"Service": "${var.service}"}},
    {**STATEMENT, "Principal": {"AWS": "${data.aws_elb_service_account.a.arn}"}},
    {**STATEMENT, "Condition": {"ForAnyValue:StringLikeIfExists": {"a": "b"}, "Null": {"a": "b"}}},
    {
        **{k: v for k, v in STATEMENT.items() if k != "Principal"},
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "*"},
    },
]


@pytest.mark.parametrize("statement", BAD_STATEMENTS, ids=str)
@pytest.mark.parametrize("kind", ["aws_s3_bucket_policy", "aws_sqs_queue_policy", "aws_kms_key"])
def test_a_policy_that_violates_the_grammar_is_found(kind: str, statement: dict[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert "iam/malformed-policy" in rules({kind: {"p": {"policy": policy}}})


@pytest.mark.parametrize("statement", GOOD_STATEMENTS, ids=str)
def test_a_valid_policy_is_not_found(statement: dict[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    buckets = {"b": {"bucket": "logs"}}
    data: Resources = {"aws_elb_service_account": {"a": {}}}
    resources = {"aws_s3_bucket_policy": {"p": {"policy": policy}}, "aws_s3_bucket": buckets}
    assert "iam/malformed-policy" not in rules(resources, data=data)


ALLOW: dict[str, Any] = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::logs/*"]}
ANYONE = {"type": "*", "identifiers": ["*"]}


@pytest.mark.parametrize(
    "statement",
    [
        {**ALLOW, "effect": "allow"},
        {**ALLOW, "actions": ["s3GetObject"]},
        {"resources": ["*"]},
        {**ALLOW, "condition": [{"test": "StringEqual", "variable": "a", "values": ["b"]}]},
        {**ALLOW, "principals": [{"type": "Services", "identifiers": ["ec2.amazonaws.com"]}]},
        {**ALLOW, "principals": [{"type": "Service", "identifiers": ["ec2"]}]},
    ],
    ids=str,
)
@pytest.mark.parametrize("used", [True, False])
def test_a_policy_document_that_violates_the_grammar_is_found(
    statement: dict[str, Any], *, used: bool
) -> None:
    data = {"aws_iam_policy_document": {"d": {"statement": [statement]}}}
    policy = {"policy": "${data.aws_iam_policy_document.d.json}"}
    found = report({"aws_sqs_queue_policy": {"p": policy}} if used else {}, data=data)
    address = "aws_sqs_queue_policy.p" if used else "data.aws_iam_policy_document.d"
    assert {f.address for f in found.findings if f.rule == "iam/malformed-policy"} == {address}


def test_the_resources_of_a_policy_document_are_checked_where_it_is_used() -> None:
    statement = {**ALLOW, "resources": ["my-bucket/*"], "principals": ANYONE}
    data = {"aws_iam_policy_document": {"d": {"statement": statement}}}
    policy = {"policy": "${data.aws_iam_policy_document.d.json}"}
    assert "iam/malformed-policy" in rules({"aws_sqs_queue_policy": {"p": policy}}, data=data)
    assert "iam/malformed-policy" not in rules({}, data=data)


def test_principals_that_may_be_none_are_not_found() -> None:
    dynamic = {"principals": {"for_each": "${var.all}", "content": {"type": "AWS"}}}
    statement = {**ALLOW, "resources": "${var.resources}", "dynamic": dynamic}
    data = {"aws_iam_policy_document": {"d": {"statement": statement}}}
    policy = {"policy": "${data.aws_iam_policy_document.d.json}"}
    assert "iam/malformed-policy" not in rules({"aws_iam_policy": {"p": policy}}, data=data)


OBJECT, BUCKET = "arn:aws:s3:::logs/*", "arn:aws:s3:::logs"


@pytest.mark.parametrize(
    ("action", "resource", "valid"),
    [
        ("s3:GetObject", BUCKET, False),
        ("s3:PutObject", "${aws_s3_bucket.b.arn}", False),
        (["s3:GetObject", "s3:ListBucket"], OBJECT, False),
        ("s3:ListBucket", ["${aws_s3_bucket.b.arn}/*"], False),
        ("s3:GetObject", OBJECT, True),
        (["s3:GetObject", "s3:ListBucket"], [OBJECT, BUCKET], True),
        ("s3:GetObject", "${aws_s3_bucket.b.arn}/logs/*", True),
        ("s3:*", BUCKET, True),
        ("s3:GetObject", "${var.arn}", True),
        ("s3:ListBucket", "arn:aws:s3:::logs*", True),
        ("s3:PutBucketTagging", BUCKET, True),
    ],
)
def test_actions_of_a_bucket_policy_apply_to_its_resources(
    action: Any, resource: Any, *, valid: bool
) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    policy = {"policy": "${jsonencode({Statement = [local.statement]})}"}
    resources = {"aws_s3_bucket_policy": {"p": policy}, "aws_s3_bucket": {"b": {}}}
    found = rules(resources, locals={"statement": statement})
    assert ("iam/malformed-policy" not in found) is valid


@pytest.mark.parametrize(
    "statements",
    [
        [{"Sid": "read-logs"}],
        [{"Sid": "a"}, {"Sid": "a"}],
    ],
    ids=str,
)
def test_the_ids_of_statements_are_alphanumeric_and_unique(statements: list[Any]) -> None:
    def policy(statements: list[Any]) -> str:
        full = [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*", **s} for s in statements]
        return json.dumps({"Version": "2012-10-17", "Statement": full})

    assert "iam/malformed-policy" in rules(
        {"aws_iam_policy": {"p": {"policy": policy(statements)}}}
    )
    valid = policy([{"Sid": "Read1"}, {"Sid": "b"}, {}])
    assert "iam/malformed-policy" not in rules({"aws_iam_policy": {"p": {"policy": valid}}})


def test_a_document_whose_dynamic_statements_are_none_is_not_found() -> None:
    dynamic = {"statement": {"for_each": {}, "content": ALLOW}}
    data = {"aws_iam_policy_document": {"d": {"dynamic": dynamic}}}
    policy = {"policy": "${data.aws_iam_policy_document.d.json}"}
    assert "iam/malformed-policy" not in rules({"aws_iam_policy": {"p": policy}}, data=data)


def test_a_policy_document_is_checked_for_the_resource_that_has_it() -> None:
    data = {"aws_iam_policy_document": {"d": {"statement": {**ALLOW, "principals": ANYONE}}}}
    policy = {"policy": "${data.aws_iam_policy_document.d.json}"}
    assert "iam/malformed-policy" in rules({"aws_iam_policy": {"p": policy}}, data=data)
    assert "iam/malformed-policy" not in rules({"aws_sqs_queue_policy": {"p": policy}}, data=data)


@pytest.mark.parametrize(
    "document",
    [
        {"statement": ALLOW},
        {"statement": [{**ALLOW, "actions": "${var.actions}", "principals": [ANYONE]}]},
        {"statement": [{**ALLOW, "not_principals": [{"type": "AWS", "identifiers": "${var.a}"}]}]},
        {"source_policy_documents": ["${var.policy}"], "statement": [{"sid": "x"}]},
        {"dynamic": {"statement": {"for_each": "${var.all}", "content": {"effect": "x"}}}},
        {"statement": [{**ALLOW, "condition": {"test": "Bool", "variable": "a", "values": []}}]},
    ],
    ids=str,
)
def test_a_valid_policy_document_is_not_found(document: dict[str, Any]) -> None:
    assert "iam/malformed-policy" not in rules(
        {}, data={"aws_iam_policy_document": {"d": document}}
    )


@pytest.mark.parametrize(
    ("arn", "severity"),
    [
        ("arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy", "blocker"),
        ("arn:aws:iam::aws:policy/service-role/AmazonS3ReadOnlyAccess", "blocker"),
        ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAcces", "blocker"),
        ("arn:aws:iam::aws:policy/SomethingQuiteNew2031", "warning"),
        ("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", ""),
        ("arn:aws:iam::123456789012:policy/Own", ""),
        ("${var.arn}", ""),
    ],
)
def test_managed_policies(arn: str, severity: str) -> None:
    found = report({"aws_iam_role_policy_attachment": {"a": {"role": "r", "policy_arn": arn}}})
    severities = [str(f.severity) for f in found.findings if f.rule == "iam/managed-policy"]
    assert severities == ([severity] if severity else [])


API = {"name": "api", "image": "x", "essential": True, "memory": 512}
SIDE = {"name": "side", "image": "x", "essential": False, "memory": 128}
BAD_CONTAINERS: list[list[dict[str, Any]]] = [
    [{**API, "memory": 4096}],
    [{**API, "cpu": 2048}],
    [{**API, "memory": 700}, {**SIDE, "memory": 700}],
    [{**API, "memory": 128, "memoryReservation": 256}],
    [{**API, "essential": False}],
    [{**API, "privileged": True}],
    [{**API, "links": ["side"]}, SIDE],
    [{**API, "stopTimeout": 300}],
    [{**API, "environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "A"}]}],
    [{**API, "environment": [{"name": "A", "value": 1}]}],
    [{**API, "environment": [{"name": "A", "value": True}]}],
    [{**API, "command": "run"}],
    [{**API, "cpu": "256"}],
    [{**API, "memory": "512"}],
    [{**API, "essential": "true"}],
    [{**API, "portMappings": [{"containerPort": 70000}]}],
    [{**API, "portMappings": [{"containerPort": 80, "protocol": "http"}]}],
    [{**one, "portMappings": [{"containerPort": 80}]} for one in (API, SIDE)],
    [{**API, "logConfiguration": {"logDriver": "json-file"}}],
    [{**API, "healthCheck": {"command": ["curl", "-f"]}}],
    [{**API, "dependsOn": [{"containerName": "none", "condition": "START"}]}, SIDE],
    [{**API, "dependsOn": [{"containerName": "side", "condition": "HEALTHY"}]}, SIDE],
    [{**API, "dependsOn": [{"containerName": "side", "condition": "READY"}]}, SIDE],
    [{**API, "dependsOn": [{"containerName": "b", "condition": "SUCCESS"}]}, {**API, "name": "b"}],
    [
        {**API, "dependsOn": [{"containerName": "side", "condition": "START"}]},
        {**SIDE, "dependsOn": [{"containerName": "api", "condition": "START"}]},
    ],
    [{**API, "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}}],
]  # fmt: skip
MORE_BAD_CONTAINERS: list[dict[str, Any]] = [
    {"name": "my app"},
    {"environment": {"A": "b"}},
    {"secrets": [{"name": "A", "value": "x"}]},
    {"healthCheck": {"command": ["CMD", "x"], "interval": 2}},
    {"healthCheck": {"command": ["CMD", "x"], "retries": 20}},
    {"ulimits": [{"name": "files", "softLimit": 1, "hardLimit": 2}]},
    {"ulimits": [{"name": "nofile", "softLimit": 3, "hardLimit": 2}]},
    {"mountPoints": [{"sourceVolume": "data", "containerPath": "/d"}]},
    {"volumesFrom": [{"sourceContainer": "none"}]},
    {"linuxParameters": {"sharedMemorySize": 64}},
]
GOOD_CONTAINERS: list[list[dict[str, Any]]] = [
    [API, SIDE],
    [{**API, "command": ["run", "${var.x}"], "environment": [{"name": "A", "value": "${var.n}"}]}],
    [{**API, "cpu": 256, "stopTimeout": 120, "privileged": False, "user": "0"}],
    [{**API, "portMappings": [{"containerPort": 53, "protocol": p} for p in ("tcp", "udp")]}],
    [{**API, "dependsOn": [{"containerName": "side", "condition": "COMPLETE"}]}, SIDE],
    [{**API, "healthCheck": {"command": ["CMD-SHELL", "true"]}}],
    [{**API, "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}],
    [{**API, "logConfiguration": {"logDriver": "awsfirelens"}}],
    [{**API, "healthCheck": {"command": ["CMD", "x"], "interval": 5, "retries": 10}}],
    [{**API, "ulimits": [{"name": "nofile", "softLimit": 10, "hardLimit": -1}]}],
    [{**API, "mountPoints": [{"sourceVolume": "${var.volume}", "containerPath": "/d"}]}],
    [{**API, "volumesFrom": [{"sourceContainer": "side"}]}, SIDE],
    [{**API, "linuxParameters": {"initProcessEnabled": True}}],
]


def task(definitions: list[dict[str, Any]]) -> Resources:
    body = {
        "family": "api",
        "requires_compatibilities": ["FARGATE"],
        "network_mode": "awsvpc",
        "cpu": 1024,
        "memory": 2048 if len(definitions) == 1 else 1024,
        "container_definitions": json.dumps(definitions),
    }
    return {"aws_ecs_task_definition": {"t": {**body, "cpu": 512}}}


@pytest.mark.parametrize("definitions", BAD_CONTAINERS, ids=str)
def test_a_container_that_does_not_fit_is_found(definitions: list[dict[str, Any]]) -> None:
    assert "ecs/container-settings" in rules(task(definitions))


@pytest.mark.parametrize("more", MORE_BAD_CONTAINERS, ids=str)
def test_a_setting_that_the_api_or_fargate_refuses_is_found(more: dict[str, Any]) -> None:
    assert "ecs/container-settings" in rules(task([{**API, **more}]))


def test_a_mounted_volume_of_the_task_exists() -> None:
    mount = {"sourceVolume": "data", "containerPath": "/d"}
    resources = task([{**API, "mountPoints": [mount]}])
    resources["aws_ecs_task_definition"]["t"]["volume"] = {"name": "data"}
    assert "ecs/container-settings" not in rules(resources)


TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}


@pytest.mark.parametrize(
    ("action", "valid"),
    [
        ("s3:GetObject", False),
        ("sts:AssumeRoles", False),
        (["sts:AssumeRole", "sts:TagSession"], True),
        ("sts:*", True),
    ],
)
def test_a_trust_policy_allows_only_to_assume_the_role(action: Any, *, valid: bool) -> None:
    policy = json.dumps({"Statement": [{**TRUST, "Action": action}]})
    found = rules({"aws_iam_role": {"r": {"assume_role_policy": policy}}})
    assert ("iam/malformed-policy" not in found) is valid


EVERY_DAY = {"schedule": "cron(0 8 * * ? *)", "service_namespace": "ecs"}
VALUES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("aws_sns_topic_subscription", {"protocol": "mail"}, {"protocol": "email"}),
    ("aws_lambda_function", {"timeout": 901}, {"timeout": 900}),
    ("aws_appautoscaling_scheduled_action", {"schedule": "0 8 * * *"}, EVERY_DAY),
    (
        "aws_appautoscaling_target",
        {"service_namespace": "ecs", "scalable_dimension": "rds:cluster:ReadReplicaCount"},
        {"service_namespace": "rds", "scalable_dimension": "rds:cluster:ReadReplicaCount"},
    ),
    (
        "aws_rds_cluster",
        {"engine": "aurora-postgresql", "backtrack_window": 60},
        {"engine": "aurora-mysql", "backtrack_window": 60},
    ),
    (
        "aws_rds_cluster",
        {"engine": "aurora-postgresql", "storage_type": "gp3"},
        {"engine": "postgres", "storage_type": "gp3"},
    ),
    (
        "aws_rds_cluster_instance",
        {"performance_insights_retention_period": 10},
        {"performance_insights_retention_period": 93},
    ),
    (
        "aws_lb_target_group",
        {"load_balancing_algorithm_type": "random"},
        {"load_balancing_algorithm_type": "weighted_random"},
    ),
    ("aws_security_group", {"ingress": {"protocol": "http"}}, {"ingress": {"protocol": "6"}}),
    ("aws_security_group", {"egress": {"from_port": 99999}}, {"egress": {"from_port": 65535}}),
    (
        "aws_cloudfront_distribution",
        {"web_acl_id": "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/x/1"},
        {"web_acl_id": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1"},
    ),
    (
        "aws_cloudfront_distribution",
        {"logging_config": {"bucket": "logs"}},
        {"logging_config": {"bucket": "logs.s3.eu-west-1.amazonaws.com"}},
    ),
    (
        "aws_cloudfront_distribution",
        {"origin": {"custom_origin_config": {"https_port": 22}}},
        {"origin": {"custom_origin_config": {"https_port": 8443}}},
    ),
    (
        "aws_cloudfront_distribution",
        {"default_cache_behavior": {"function_association": {"event_type": "origin-request"}}},
        {"default_cache_behavior": {"function_association": {"event_type": "viewer-request"}}},
    ),
]


@pytest.mark.parametrize(("kind", "wrong", "valid"), VALUES, ids=str)
def test_values_that_only_the_documentation_limits(
    kind: str, wrong: dict[str, Any], valid: dict[str, Any]
) -> None:
    assert "api/documented-value" in rules({kind: {"x": wrong}})
    assert "api/documented-value" not in rules({kind: {"x": valid}})


@pytest.mark.parametrize(
    ("more", "valid"),
    [
        ({"custom_error_response": {"error_code": 404, "response_page_path": "/404.html"}}, False),
        ({"custom_error_response": {"error_code": 404}}, True),
        ({"aliases": ["https://shop.example.com"]}, False),
        ({"aliases": ["*.example.com"], "viewer_certificate": {}}, True),
    ],
    ids=str,
)
def test_error_pages_and_aliases_of_a_distribution(more: dict[str, Any], *, valid: bool) -> None:
    assert bool(TOGETHER & rules({"aws_cloudfront_distribution": {"d": more}})) is not valid


def test_two_records_of_one_name_and_type() -> None:
    def records(**more: str) -> Resources:
        body = {"zone_id": "Z1", "name": "www", "type": "A", "records": ["10.0.0.1"], "ttl": 60}
        return {"aws_route53_record": {"a": {**body, **more}, "b": body}}

    assert "terraform/duplicate-name" in rules(records())
    for more in ({"type": "AAAA"}, {"set_identifier": "b"}):
        assert "terraform/duplicate-name" not in rules(records(**more))


def test_the_default_parameter_group_is_that_of_the_version() -> None:
    def cluster(group: str) -> Resources:
        body = {"engine": "aurora-postgresql", "engine_version": "16.8"}
        return {"aws_rds_cluster": {"c": {**body, "db_cluster_parameter_group_name": group}}}

    assert "rds/parameter-group-family" in rules(cluster("default.aurora-postgresql15"))
    assert "rds/parameter-group-family" not in rules(cluster("default.aurora-postgresql16"))
    assert "rds/parameter-group-family" not in rules(cluster("mine"))


@pytest.mark.parametrize("definitions", GOOD_CONTAINERS, ids=str)
def test_a_container_that_fits_is_not_found(definitions: list[dict[str, Any]]) -> None:
    assert "ecs/container-settings" not in rules(task(definitions))


CACHED = {"target_origin_id": "o", "cache_policy_id": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
TWO_REGIONS = {
    "aws": [{"region": "eu-north-1"}, {"alias": "us", "region": "us-east-1"}],
}
CERTIFICATE = {"acm_certificate_arn": "${aws_acm_certificate.c.arn}", "ssl_support_method": "vip"}


def edge(origin: dict[str, Any] | None = None, **more: Any) -> Resources:
    plain = {"origin_id": "o", "domain_name": "x.example.com", "custom_origin_config": {}}
    body = {"origin": [{**plain, **(origin or {})}], "default_cache_behavior": CACHED, **more}
    return {
        "aws_cloudfront_distribution": {"d": body},
        "aws_acm_certificate": {"c": {}, "us": {"provider": "aws.us"}},
        "aws_lb": {"l": {"name": "l"}},
        "aws_s3_bucket": {"b": {"bucket": "logs"}},
    }


BAD_EDGES = [
    edge(viewer_certificate=CERTIFICATE),
    edge(viewer_certificate={"acm_certificate_arn": "${aws_acm_certificate.us.arn}"}),
    edge(aliases=["a.example.com"]),
    edge({"custom_origin_config": None, "domain_name": "${aws_lb.l.dns_name}"}),
    edge({"custom_origin_config": None, "domain_name": "x.eu-north-1.elb.amazonaws.com"}),
    edge({"domain_name": "https://x.example.com"}),
    edge({"origin_path": "/v1/"}),
    edge({"s3_origin_config": {"origin_access_identity": "x"}}),
    edge(logging_config={"bucket": "${aws_s3_bucket.b.bucket_domain_name}"}),
    edge(default_cache_behavior={
        "target_origin_id": "o", "forwarded_values": {"query_string": True},
        "origin_request_policy_id": "216adef6-5c7f-47e4-b989-5492eafa07d3"}),
    edge(default_cache_behavior={**CACHED, "default_ttl": 60}),
    edge(default_cache_behavior={
        "target_origin_id": "o", "forwarded_values": {"query_string": True},
        "min_ttl": 10, "max_ttl": 5}),
]  # fmt: skip
IN_US = "${aws_acm_certificate.us.arn}"
GOOD_EDGES = [
    edge(),
    edge(viewer_certificate={**CERTIFICATE, "acm_certificate_arn": IN_US}),
    edge(viewer_certificate={"cloudfront_default_certificate": True}),
    edge(viewer_certificate={**CERTIFICATE, "acm_certificate_arn": "${var.arn}"}),
    edge({"domain_name": "${aws_lb.l.dns_name}"}),
    edge({"custom_origin_config": None, "domain_name": "${aws_s3_bucket.b.bucket_domain_name}"}),
    edge(default_cache_behavior={**CACHED, "min_ttl": 0, "default_ttl": 0, "max_ttl": 0}),
]  # fmt: skip


@pytest.mark.parametrize("resources", BAD_EDGES, ids=lambda r: str(r)[:90])
def test_a_distribution_that_contradicts_itself_is_found(resources: Resources) -> None:
    assert {"cloudfront/settings", *TOGETHER} & rules(resources, provider=TWO_REGIONS)


@pytest.mark.parametrize("resources", GOOD_EDGES, ids=lambda r: str(r)[:90])
def test_a_consistent_distribution_is_not_found(resources: Resources) -> None:
    assert not {"cloudfront/settings", *TOGETHER} & rules(resources, provider=TWO_REGIONS)


def test_logs_go_to_a_bucket_with_acls() -> None:
    resources = edge(logging_config={"bucket": "${aws_s3_bucket.b.bucket_domain_name}"})
    controls = {"bucket": "${aws_s3_bucket.b.id}", "rule": {"object_ownership": "ObjectWriter"}}
    resources["aws_s3_bucket_ownership_controls"] = {"o": controls}
    assert "cloudfront/settings" not in rules(resources, provider=TWO_REGIONS)


PLAIN = {"engine": "aurora-postgresql", "manage_master_user_password": True}
BAD_CLUSTERS: list[dict[str, Any]] = [
    {**PLAIN, "engine_mode": "serverless"},
    {**PLAIN, "preferred_backup_window": "03:00-05:00",
     "preferred_maintenance_window": "sun:04:00-sun:04:30"},
    {**PLAIN, "preferred_backup_window": "23:50-00:30",
     "preferred_maintenance_window": "mon:00:15-mon:00:45"},
    {**PLAIN, "preferred_backup_window": "3:00-4:00"},
    {**PLAIN, "preferred_backup_window": "03:00-03:10"},
    {**PLAIN, "preferred_maintenance_window": "sunday:04:00-sunday:04:30"},
    {"engine": "aurora-postgresql"},
]  # fmt: skip
GOOD_CLUSTERS: list[dict[str, Any]] = [
    PLAIN,
    {**PLAIN, "preferred_backup_window": "03:00-04:00",
     "preferred_maintenance_window": "Sun:04:00-Sun:05:00"},
    {"engine": "aurora-postgresql", "master_password": "${var.password}"},
    {"engine": "aurora-postgresql", "snapshot_identifier": "s"},
    {"engine": "aurora-postgresql", "manage_master_user_password": "${var.managed}"},
]  # fmt: skip


@pytest.mark.parametrize("cluster", BAD_CLUSTERS, ids=str)
def test_a_cluster_that_contradicts_itself_is_found(cluster: dict[str, Any]) -> None:
    assert "rds/cluster-settings" in rules({"aws_rds_cluster": {"c": cluster}})


@pytest.mark.parametrize("cluster", GOOD_CLUSTERS, ids=str)
def test_a_consistent_cluster_is_not_found(cluster: dict[str, Any]) -> None:
    assert "rds/cluster-settings" not in rules({"aws_rds_cluster": {"c": cluster}})


def parameters(**group: Any) -> set[str]:
    return rules({"aws_rds_cluster_parameter_group": {"g": group}})


def test_static_parameters_are_applied_at_the_next_reboot() -> None:
    rule = "rds/parameter-group-settings"
    block = {"name": "rds.logical_replication", "value": "1"}
    later = {**block, "apply_method": "pending-reboot"}
    dynamic = {"name": "log_statement", "value": "ddl"}
    assert rule in parameters(family="aurora-postgresql16", parameter=[block])
    assert rule not in parameters(family="aurora-postgresql16", parameter=[later, dynamic])
    assert rule in parameters(family="aurora-postgresql9.9")
    assert rule in parameters(family="aurora-postgresql15.3")
    assert rule in parameters(family="aurora-mysql8")
    assert rule in parameters(family="auroramysql8.0")
    for family in ("aurora-postgresql99", "db2-se-11.5", "mariadb11.8", "sqlserver-ex-17.0"):
        assert rule not in parameters(family=family)
    assert rule not in parameters(family="${var.family}")


def scaling(**arguments: Any) -> set[str]:
    body = {"policy_type": "TargetTrackingScaling", **arguments}
    return rules({"aws_appautoscaling_policy": {"p": body}, "aws_lb": {"l": {"name": "l"}}})


SUFFIXES = "app/a/0123456789abcdef/targetgroup/t/0123456789abcdef"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"target_tracking_scaling_policy_configuration": [{"target_value": 1}]},
        {**tracking("ECSServiceAverageCPUUtilization"), "policy_type": "StepScaling"},
        tracking(REQUESTS),
        tracking(REQUESTS, resource_label="arn:aws:elasticloadbalancing:x"),
        tracking(REQUESTS, resource_label="${aws_lb.l.arn}/${var.group}"),
        tracking("ECSServiceAverageCPUUtilization", resource_label=SUFFIXES),
    ],
    ids=str,
)
def test_a_scaling_policy_that_is_refused_is_found(arguments: dict[str, Any]) -> None:
    assert {"autoscaling/policy-settings", *TOGETHER} & scaling(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        tracking("ECSServiceAverageCPUUtilization"),
        tracking(REQUESTS, resource_label=SUFFIXES),
        tracking(REQUESTS, resource_label="${aws_lb.l.arn_suffix}/${var.group}"),
        {"policy_type": "${var.kind}"},
    ],
    ids=str,
)
def test_a_valid_scaling_policy_is_not_found(arguments: dict[str, Any]) -> None:
    assert not {"autoscaling/policy-settings", *TOGETHER} & scaling(**arguments)


BAD_BACKENDS: list[dict[str, Any]] = [
    {"s3": {"bucket": "abc", "key": "/state"}},
    {"s3": {"bucket": "abc", "key": "state/"}},
    {"s3": {"bucket": "abc", "key": "${var.env}/state"}},
    {"s3": {"bucket": "${aws_s3_bucket.b.id}", "key": "state"}},
    {"s3": {"bucket": "Not_A_Bucket", "key": "state"}},
    {"s3": {"bucket": "abc", "key": "k", "kms_key_id": "x", "sse_customer_key": "y"}},
    {"s4": {"bucket": "abc"}},
]


@pytest.mark.parametrize("backend", BAD_BACKENDS, ids=str)
def test_a_backend_with_a_wrong_value_is_found(backend: dict[str, Any]) -> None:
    assert "terraform/backend-values" in rules(EIP, terraform={"backend": backend})


@pytest.mark.parametrize(
    "backend", [{"s3": {"bucket": "abc", "key": "a/b"}}, {"local": {}}, {"s3": {}}, {"gcs": {}}]
)
def test_a_backend_with_literal_values_is_not_found(backend: dict[str, Any]) -> None:
    assert "terraform/backend-values" not in rules(EIP, terraform={"backend": backend})


def test_names_made_by_functions_are_checked() -> None:
    name = '${format("%s_%s", "Bad", join("-", ["x", substr("abcdef", 0, 3)]))}'
    assert "s3/bucket-name" in rules({"aws_s3_bucket": {"b": {"bucket": name}}})
