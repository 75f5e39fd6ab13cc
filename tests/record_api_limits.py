"""Write the limits of AWS's APIs and the provider's schema for preflight.

``python -m tests.record_api_limits SCHEMA BINDINGS``

BINDINGS is the folder of the package ``cdktf_cdktf_provider_aws`` for a later major version of the
provider, whose names are added to the schema.

SCHEMA is the output of ``terraform providers schema -json``. Arguments of the provider are matched
with the members of the API operation that creates the resource, by name; botocore's service models
have the enumerations, lengths, ranges and patterns. What must not be compared is in ``EXCLUDED``.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import botocore.session
from botocore.model import Shape

DATA = Path("harness/preflight/rules/api_limits.json")
SCHEMA_DATA = Path("harness/preflight/rules/terraform/schema.json")
UNIQUENESS = Path("harness/preflight/rules/uniqueness.json")
PROVIDER_VERSION = "5.100.0"
# Types of the schema, besides those with limits or with unique names.
MORE_TYPES = (
    *("aws_acm_certificate_validation", "aws_cloudwatch_event_target", "aws_ecs_task_set"),
    *("aws_iam_group_policy", "aws_iam_group_policy_attachment", "aws_iam_policy_attachment"),
    *(
        "aws_iam_user_policy",
        "aws_iam_user_policy_attachment",
        "aws_instance",
        "aws_kms_key_policy",
    ),
    *("aws_lb_listener_certificate", "aws_lb_target_group_attachment", "aws_launch_template"),
    *("aws_network_acl", "aws_rds_cluster_endpoint", "aws_rds_global_cluster", "aws_route_table"),
    *("aws_s3_object", "aws_secretsmanager_secret_version", "aws_subnet", "aws_route53_zone"),
    *("aws_vpc_endpoint_policy", "aws_vpc_ipv4_cidr_block_association", "aws_default_route_table"),
    *("aws_default_security_group", "aws_internet_gateway_attachment", "aws_eip_association"),
)
# Services of more data sources.
MORE_DATA = {"ami", "arn", "availability", "caller", "partition", "prefix", "region", "regions"}
DEEPEST = 3
# Required by the API, and not by the schema: the provider sends the request without them.
REQUIRED = {
    "aws_cloudfront_cache_policy.parameters_in_cache_key_and_forwarded_to_origin.headers_config": (
        "header_behavior"
    ),
    "aws_cloudfront_origin_request_policy.headers_config": "header_behavior",
    "aws_wafv2_web_acl.rule.statement.rate_based_statement": "aggregate_key_type",
}
PROVIDER = "registry.terraform.io/hashicorp/aws"
LARGEST_ENUM = 60
# Resource type -> service and operation.
OPERATIONS = {
    "aws_acm_certificate": ("acm", "RequestCertificate"),
    "aws_appautoscaling_policy": ("application-autoscaling", "PutScalingPolicy"),
    "aws_appautoscaling_scheduled_action": ("application-autoscaling", "PutScheduledAction"),
    "aws_appautoscaling_target": ("application-autoscaling", "RegisterScalableTarget"),
    "aws_cloudfront_cache_policy": ("cloudfront", "CreateCachePolicy"),
    "aws_cloudfront_distribution": ("cloudfront", "CreateDistribution"),
    "aws_cloudfront_function": ("cloudfront", "CreateFunction"),
    "aws_cloudfront_origin_access_control": ("cloudfront", "CreateOriginAccessControl"),
    "aws_cloudfront_origin_request_policy": ("cloudfront", "CreateOriginRequestPolicy"),
    "aws_cloudfront_response_headers_policy": ("cloudfront", "CreateResponseHeadersPolicy"),
    "aws_cloudwatch_composite_alarm": ("cloudwatch", "PutCompositeAlarm"),
    "aws_cloudwatch_dashboard": ("cloudwatch", "PutDashboard"),
    "aws_cloudwatch_event_bus": ("events", "CreateEventBus"),
    "aws_cloudwatch_event_rule": ("events", "PutRule"),
    "aws_cloudwatch_log_group": ("logs", "CreateLogGroup"),
    "aws_cloudwatch_log_metric_filter": ("logs", "PutMetricFilter"),
    "aws_cloudwatch_log_stream": ("logs", "CreateLogStream"),
    "aws_cloudwatch_log_subscription_filter": ("logs", "PutSubscriptionFilter"),
    "aws_cloudwatch_metric_alarm": ("cloudwatch", "PutMetricAlarm"),
    "aws_db_event_subscription": ("rds", "CreateEventSubscription"),
    "aws_db_instance": ("rds", "CreateDBInstance"),
    "aws_db_parameter_group": ("rds", "ModifyDBParameterGroup"),
    "aws_db_proxy": ("rds", "CreateDBProxy"),
    "aws_dynamodb_table": ("dynamodb", "CreateTable"),
    "aws_ecr_repository": ("ecr", "CreateRepository"),
    "aws_ecs_capacity_provider": ("ecs", "CreateCapacityProvider"),
    "aws_ecs_cluster": ("ecs", "CreateCluster"),
    "aws_ecs_cluster_capacity_providers": ("ecs", "PutClusterCapacityProviders"),
    "aws_ecs_service": ("ecs", "CreateService"),
    "aws_ecs_task_definition": ("ecs", "RegisterTaskDefinition"),
    "aws_efs_access_point": ("efs", "CreateAccessPoint"),
    "aws_efs_file_system": ("efs", "CreateFileSystem"),
    "aws_eip": ("ec2", "AllocateAddress"),
    "aws_flow_log": ("ec2", "CreateFlowLogs"),
    "aws_iam_group": ("iam", "CreateGroup"),
    "aws_iam_instance_profile": ("iam", "CreateInstanceProfile"),
    "aws_iam_policy": ("iam", "CreatePolicy"),
    "aws_iam_role": ("iam", "CreateRole"),
    "aws_iam_role_policy": ("iam", "PutRolePolicy"),
    "aws_iam_user": ("iam", "CreateUser"),
    "aws_kms_alias": ("kms", "CreateAlias"),
    "aws_kms_key": ("kms", "CreateKey"),
    "aws_lambda_function": ("lambda", "CreateFunction"),
    "aws_lambda_permission": ("lambda", "AddPermission"),
    "aws_lb": ("elbv2", "CreateLoadBalancer"),
    "aws_lb_listener": ("elbv2", "CreateListener"),
    "aws_lb_listener_rule": ("elbv2", "CreateRule"),
    "aws_lb_target_group": ("elbv2", "CreateTargetGroup"),
    "aws_nat_gateway": ("ec2", "CreateNatGateway"),
    "aws_rds_cluster": ("rds", "CreateDBCluster"),
    "aws_rds_cluster_instance": ("rds", "CreateDBInstance"),
    "aws_rds_cluster_parameter_group": ("rds", "ModifyDBClusterParameterGroup"),
    "aws_route53_record": ("route53", "ChangeResourceRecordSets"),
    "aws_s3_bucket_acl": ("s3", "PutBucketAcl"),
    "aws_s3_bucket_lifecycle_configuration": ("s3", "PutBucketLifecycleConfiguration"),
    "aws_s3_bucket_logging": ("s3", "PutBucketLogging"),
    "aws_s3_bucket_object_lock_configuration": ("s3", "PutObjectLockConfiguration"),
    "aws_s3_bucket_ownership_controls": ("s3", "PutBucketOwnershipControls"),
    "aws_s3_bucket_server_side_encryption_configuration": ("s3", "PutBucketEncryption"),
    "aws_s3_bucket_versioning": ("s3", "PutBucketVersioning"),
    "aws_secretsmanager_secret": ("secretsmanager", "CreateSecret"),
    "aws_secretsmanager_secret_rotation": ("secretsmanager", "RotateSecret"),
    "aws_security_group": ("ec2", "CreateSecurityGroup"),
    "aws_service_discovery_private_dns_namespace": (
        "servicediscovery",
        "CreatePrivateDnsNamespace",
    ),
    "aws_service_discovery_service": ("servicediscovery", "CreateService"),
    "aws_sns_topic_subscription": ("sns", "Subscribe"),
    "aws_vpc": ("ec2", "CreateVpc"),
    "aws_vpc_endpoint": ("ec2", "CreateVpcEndpoint"),
    "aws_wafv2_web_acl": ("wafv2", "CreateWebACL"),
}
# Arguments whose name differs from the API's: type.argument -> path of members.
RENAMED = {
    "aws_appautoscaling_policy.name": "PolicyName",
    "aws_appautoscaling_scheduled_action.name": "ScheduledActionName",
    "aws_cloudwatch_event_rule.is_enabled": "",
    "aws_cloudwatch_log_group.name": "logGroupName",
    "aws_cloudwatch_log_metric_filter.name": "filterName",
    "aws_cloudwatch_log_metric_filter.pattern": "filterPattern",
    "aws_cloudwatch_log_stream.name": "logStreamName",
    "aws_cloudwatch_log_subscription_filter.name": "filterName",
    "aws_ecr_repository.name": "repositoryName",
    "aws_iam_group.name": "GroupName",
    "aws_iam_instance_profile.name": "InstanceProfileName",
    "aws_iam_policy.name": "PolicyName",
    "aws_iam_role.name": "RoleName",
    "aws_iam_role_policy.name": "PolicyName",
    "aws_iam_user.name": "UserName",
    "aws_kms_alias.name": "AliasName",
    "aws_lb.load_balancer_type": "Type",
    "aws_s3_bucket_acl.acl": "ACL",
    "aws_s3_bucket_ownership_controls.rule": "OwnershipControls.Rules",
    "aws_s3_bucket_lifecycle_configuration.rule": "LifecycleConfiguration.Rules",
    "aws_s3_bucket_server_side_encryption_configuration.rule": (
        "ServerSideEncryptionConfiguration.Rules"
    ),
    "aws_cloudfront_distribution.ordered_cache_behavior": "DistributionConfig.CacheBehaviors",
    "aws_cloudfront_distribution.origin.s3_origin_config": "",
    "aws_db_instance.parameter_group_name": "",
    "aws_secretsmanager_secret_rotation.rotation_rules": "RotationRules",
}
# Not compared: changed by the provider before the request, wrong in the model, or open-ended;
# and what hand-written rules check, with more context.
EXCLUDED = {
    *("aws_s3_bucket_acl.acl", "aws_s3_bucket_acl.access_control_policy.grant.grantee.type"),
    *("aws_appautoscaling_policy.policy_type", "aws_lambda_permission.function_name"),
    *("aws_cloudwatch_metric_alarm.period", "aws_iam_role.assume_role_policy"),
    *("aws_iam_policy.policy", "aws_iam_role_policy.policy", "aws_lambda_function.runtime"),
    *("aws_acm_certificate.key_algorithm", "aws_s3_bucket_lifecycle_configuration.rule.id"),
    *("aws_ecs_task_definition.cpu", "aws_ecs_task_definition.memory"),
    *("aws_ecs_service.load_balancer.container_port",),
    *("aws_lb_target_group.health_check.interval", "aws_lb_target_group.health_check.timeout"),
    *("aws_lb_target_group.health_check.healthy_threshold",),
    *("aws_lb_target_group.health_check.unhealthy_threshold",),
    *("aws_lb_target_group.health_check.matcher", "aws_lb_listener.default_action.order"),
    *("aws_cloudfront_distribution.viewer_certificate.minimum_protocol_version",),
}
# Limits that the models do not have, from the pages of the operations.
ADDED: dict[str, dict[str, Any]] = {
    "aws_cloudfront_distribution.origin.connection_attempts": {"min": 1, "max": 3},
    "aws_cloudfront_distribution.origin.connection_timeout": {"min": 1, "max": 10},
    "aws_cloudfront_distribution.viewer_certificate.minimum_protocol_version": {
        "enum": [
            *("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019"),
            *("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"),
        ]
    },
    "aws_cloudwatch_metric_alarm.treat_missing_data": {
        "enum": ["breaching", "notBreaching", "ignore", "missing"]
    },
    "aws_db_instance.backup_retention_period": {"max": 35},
    "aws_db_instance.monitoring_interval": {"enum": ["0", "1", "5", "10", "15", "30", "60"]},
    "aws_ecs_service.deployment_maximum_percent": {"max": 2147483647},
    "aws_kms_key.deletion_window_in_days": {"min": 7, "max": 30},
    "aws_lb.idle_timeout": {"min": 1, "max": 4000},
    "aws_lb.security_groups": {"items": [0, 5]},
    "aws_lb_listener.default_action.redirect.status_code": {"enum": ["HTTP_301", "HTTP_302"]},
    "aws_lb_listener_rule.action.redirect.status_code": {"enum": ["HTTP_301", "HTTP_302"]},
    "aws_lb_target_group.deregistration_delay": {"max": 3600},
    "aws_lb_target_group.slow_start": {"min": 30, "max": 900},
    "aws_rds_cluster.engine": {"enum": ["aurora-mysql", "aurora-postgresql", "mysql", "postgres"]},
    "aws_rds_cluster.port": {"min": 1150, "max": 65535},
    "aws_rds_cluster_instance.monitoring_interval": {
        "enum": ["0", "1", "5", "10", "15", "30", "60"]
    },
    "aws_rds_cluster_instance.promotion_tier": {"max": 15},
    "aws_route53_record.ttl": {"max": 2147483647},
    "aws_security_group_rule.type": {"enum": ["ingress", "egress"]},
    "aws_security_group_rule.from_port": {"max": 65535},
    "aws_security_group_rule.to_port": {"max": 65535},
    "aws_sqs_queue.delay_seconds": {"max": 900},
    "aws_sqs_queue.message_retention_seconds": {"min": 60, "max": 1209600},
    "aws_sqs_queue.receive_wait_time_seconds": {"max": 20},
    "aws_sqs_queue.visibility_timeout_seconds": {"max": 43200},
    "aws_vpc_security_group_egress_rule.from_port": {"max": 65535},
    "aws_vpc_security_group_egress_rule.to_port": {"max": 65535},
    "aws_vpc_security_group_ingress_rule.from_port": {"max": 65535},
    "aws_vpc_security_group_ingress_rule.to_port": {"max": 65535},
}
# Operations of the types that are only in ADDED.
ADDED_OPERATIONS = {
    "aws_security_group_rule": ("ec2", "AuthorizeSecurityGroupIngress"),
    "aws_sqs_queue": ("sqs", "CreateQueue"),
    "aws_vpc_security_group_egress_rule": ("ec2", "AuthorizeSecurityGroupEgress"),
    "aws_vpc_security_group_ingress_rule": ("ec2", "AuthorizeSecurityGroupIngress"),
}
# Service -> path of its API reference.
REFERENCES = {
    "acm": "acm/latest/APIReference",
    "application-autoscaling": "autoscaling/application/APIReference",
    "cloudfront": "cloudfront/latest/APIReference",
    "cloudwatch": "AmazonCloudWatch/latest/APIReference",
    "dynamodb": "amazondynamodb/latest/APIReference",
    "ec2": "AWSEC2/latest/APIReference",
    "ecr": "AmazonECR/latest/APIReference",
    "ecs": "AmazonECS/latest/APIReference",
    "efs": "efs/latest/ug",
    "elbv2": "elasticloadbalancing/latest/APIReference",
    "events": "eventbridge/latest/APIReference",
    "iam": "IAM/latest/APIReference",
    "kms": "kms/latest/APIReference",
    "lambda": "lambda/latest/api",
    "logs": "AmazonCloudWatchLogs/latest/APIReference",
    "rds": "AmazonRDS/latest/APIReference",
    "route53": "Route53/latest/APIReference",
    "s3": "AmazonS3/latest/API",
    "secretsmanager": "secretsmanager/latest/apireference",
    "servicediscovery": "cloud-map/latest/api",
    "sns": "sns/latest/api",
    "sqs": "AWSSimpleQueueService/latest/APIReference",
    "wafv2": "waf/latest/APIReference",
}
# Compared without regard to case: the provider converts the value.
ANY_CASE = re.compile(
    r"aws_lb(_listener|_target_group)\.(.*\.)?protocol|aws_rds_cluster.*|aws_db_.*"
    r"|aws_lb_listener.*\.protocol"
)


def main(schema: Path, bindings: Path) -> None:
    """Write the data."""
    schemas = json.loads(schema.read_text())["provider_schemas"][PROVIDER]
    provider = schemas["resource_schemas"]
    types = {}
    for kind, (service, operation) in {**OPERATIONS, **ADDED_OPERATIONS}.items():
        model = botocore.session.get_session().get_service_model(service)
        shape = model.operation_model(operation).input_shape
        block = provider[kind]["block"] if kind in OPERATIONS else {}
        limits = dict(_limits(block, shape, kind))
        own = {where: limit for where, limit in ADDED.items() if where.startswith(f"{kind}.")}
        limits.update({where.removeprefix(f"{kind}."): limit for where, limit in own.items()})
        if limits:
            page = f"https://docs.aws.amazon.com/{REFERENCES[service]}/API_{operation}.html"
            types[kind] = {"page": page, "limits": limits}
    data = {"source": f"botocore {botocore.__version__}", "types": types}
    DATA.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n")
    kinds = {*OPERATIONS, *ADDED_OPERATIONS, *MORE_TYPES}
    for table in json.loads(UNIQUENESS.read_text()).values():
        kinds |= set(table)
    resources = {}
    for kind in sorted(kinds):
        later = _later_names(bindings / kind.removeprefix("aws_") / "__init__.py")
        resources[kind] = _schema(provider[kind]["block"], kind, later)
    services = {kind.split("_")[1] for kind in kinds} | MORE_DATA
    data_sources = {}
    for kind, item in schemas["data_source_schemas"].items():
        if kind.split("_")[1] in services:
            later = _later_names(bindings / f"data_{kind}" / "__init__.py")
            data_sources[kind] = _schema(item["block"], f"data_{kind}", later)["names"]
    document = {
        "source": f"hashicorp/aws {PROVIDER_VERSION} and 6.25.0",
        "data": data_sources,
        "types": resources,
    }
    SCHEMA_DATA.write_text(json.dumps(document, indent=0, separators=(",", ":")) + "\n")


def _later_names(module: Path) -> dict[str, set[str]]:
    """Return the properties of each class of a module of the bindings; none without the module."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in module.read_text().splitlines() if module.exists() else ():
        if match := re.match(r"class (\w+)", line):
            name = match[1]
        if match := re.match(r"    def ([a-z]\w*)\(self\)", line):
            found.setdefault(name, set()).add(match[1])
    return found


def _schema(block: dict[str, Any], path: str, later: dict[str, set[str]]) -> dict[str, Any]:
    """Return names of arguments and attributes, required ones, and nested blocks."""
    attributes, blocks = block.get("attributes", {}), block.get("block_types", {})
    words = path.removeprefix("aws_").replace(".", "_").split("_")
    name = "".join(word.capitalize() for word in words)
    found_later = later.get(name, set()) | later.get(f"{name}A", set())
    newer = {
        n for n in found_later if not n.endswith("_input") and not n.startswith(("reset_", "put_"))
    }
    required = [name for name, item in attributes.items() if item.get("required")]
    required += [name for name, item in blocks.items() if item.get("min_items")]
    found: dict[str, Any] = {"names": " ".join(sorted({*attributes, *blocks, *newer}))}
    if needed := sorted({*required, *filter(None, [REQUIRED.get(path)])}):
        found["required"] = " ".join(needed)
    nested = path.count(".") < DEEPEST
    typed = dict.fromkeys(newer - blocks.keys() if nested else newer | blocks.keys(), "any")
    typed |= {
        n: _kind(item, settable=f"{n}_input" in found_later) for n, item in attributes.items()
    }
    if other := {name: kind for name, kind in sorted(typed.items()) if kind != "string"}:
        found["kinds"] = other
    if nested:
        inner = {n: _schema(b["block"], f"{path}.{n}", later) for n, b in blocks.items()}
        inner.pop("timeouts", None)
        found.update({"blocks": inner} if inner else {})
    return found


def _kind(attribute: dict[str, Any], *, settable: bool) -> str:
    """Return the kind of values of an argument: ``any`` for objects, ``computed`` for none.

    Args:
        settable: Whether it is an argument in the later version.
    """
    type_ = attribute.get("type", "any")
    if not (attribute.get("required") or attribute.get("optional")):
        return "any" if settable else "computed"
    if isinstance(type_, list):
        plain = type_[1] in ("string", "number", "bool")
        return {"set": "list"}.get(type_[0], str(type_[0])) if plain else "any"
    return str(type_) if type_ != "dynamic" else "any"


def _limits(
    block: dict[str, Any], shape: Any, path: str, prefix: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, attribute in block.get("attributes", {}).items():
        argument = attribute.get("required") or attribute.get("optional")
        if not argument or attribute.get("type") == "bool":
            continue
        where = f"{path}.{name}"
        member = _member(shape, where, prefix + name)
        limit = _limit(member) if member is not None and where not in EXCLUDED else {}
        if limit:
            if ANY_CASE.fullmatch(where) and "enum" in limit:
                limit["any_case"] = True
            yield where.partition(".")[2], limit
    for name, inner in block.get("block_types", {}).items():
        where = f"{path}.{name}"
        if name == "timeouts" or where.count(".") > 4:
            continue
        member = _member(shape, where, prefix + name)
        if member is None:
            yield from _limits(inner["block"], shape, where, name)
        elif (structure := _structure(member)) is not None:
            yield from _limits(inner["block"], structure, where)


def _member(shape: Any, where: str, name: str) -> Any:
    if where in RENAMED:
        for step in filter(None, RENAMED[where].split(".")):
            shape = shape.members[step]
        return shape if RENAMED[where] else None
    found = _by_name(shape, name)
    if found is None:  # the members are in the only structure of the request
        inner = [m for m in shape.members.values() if m.type_name == "structure"]
        inner = [m for m in inner if m.name.endswith(("Config", "Configuration", "Input"))]
        found = next((f for m in inner if (f := _by_name(m, name)) is not None), None)
    return found


def _by_name(shape: Any, name: str) -> Any:
    wanted = _plain(name)
    for member, inner in shape.members.items():
        if _plain(member) in (wanted, f"{wanted}s", f"db{wanted}"):
            return inner
    return None


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _structure(shape: Any) -> Any:
    while shape is not None and shape.type_name == "list":
        shape = shape.member
    if shape is None or shape.type_name != "structure":
        return None
    items = shape.members.get("Items")
    return _structure(items) if items is not None else shape


def _limit(shape: Shape) -> dict[str, Any]:
    if shape.type_name == "list":
        item = _limit(shape.member)  # type: ignore[attr-defined]
        return {"each": item} if item else {}
    if shape.type_name == "structure":
        items = getattr(shape, "members", {}).get("Items")
        return _limit(items) if items is not None else {}
    if shape.type_name not in ("string", "integer", "long", "float", "double"):
        return {}
    if enum := getattr(shape, "enum", None):
        return {"enum": enum} if len(enum) <= LARGEST_ENUM else {}
    metadata = {k: v for k, v in shape.metadata.items() if k in ("min", "max", "pattern")}
    metadata = {k: v for k, v in metadata.items() if v not in (0, "0") and abs(_size(v)) < 2**31}
    if not _usable(metadata.get("pattern", "")):
        del metadata["pattern"]
    if metadata and shape.type_name == "string":
        metadata = {f"{k}_length" if k in ("min", "max") else k: v for k, v in metadata.items()}
    return metadata


def _size(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0


def _usable(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return pattern not in ("[\\s\\S]*", ".*", "[\\S\\s]*")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
