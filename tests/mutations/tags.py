"""Mutations of the tags: one of the default tags removed from a resource of each service."""

from collections.abc import Callable
from typing import Any

from harness.checks.framework.context import CheckContext
from harness.checks.probes.credentials import read_credentials
from tests.mutations.mutation import Mutation, called, modified, vpc_of

_KEY, _VALUE = "Project", "product-catalog"
_PAIR = {"Key": _KEY, "Value": _VALUE}


def _configured(kind: str, path: str = "") -> Callable[[CheckContext], str]:
    """Return a reader of the identifier of a configured resource, or of the value at a path."""

    def read(context: CheckContext) -> str:
        identifier, described = min(context.configured[kind].items())
        return str(described[path]) if path else identifier

    return read


def _untagged(
    check: str,
    operations: tuple[str, str],
    resource: tuple[str, Callable[[CheckContext], Any]],
    keys: tuple[str, Any],
    tags: tuple[str, Any],
) -> Mutation:
    """Return a mutation that removes the tag; each argument with the name of its parameter."""
    remove, add = operations
    name, read = resource
    return called(
        f"a tag removed, which tags/{check} compares",
        f"tags/{check}",
        (remove, lambda c: {name: read(c), keys[0]: keys[1]}),
        (add, lambda c, _: {name: read(c), tags[0]: tags[1]}),
    )


def _vpc(context: CheckContext) -> dict[str, Any]:
    return {"Resources": [vpc_of(context)]}


def _scalable_target(context: CheckContext) -> str:
    """Return the ARN; another one than Terraform's after the target was registered again."""
    targets = context.clients.application_autoscaling.describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[context.expected.scaling_resource_id]
    )
    return targets["ScalableTargets"][0]["ScalableTargetARN"]


_KEYS = ("TagKeys", [_KEY])
_TAGS = ("Tags", [_PAIR])
MUTATIONS = (
    called(
        "the password in a tag of the VPC",
        "tags/network",
        (
            "ec2.create_tags",
            lambda c: {
                **_vpc(c),
                "Tags": [{"Key": "note", "Value": f"db:{read_credentials(c).password}"}],
            },
        ),
        ("ec2.delete_tags", lambda c, _: {**_vpc(c), "Tags": [{"Key": "note"}]}),
    ),
    _untagged(
        "load-balancer",
        ("elbv2.remove_tags", "elbv2.add_tags"),
        ("ResourceArns", lambda c: [_configured("target group")(c)]),
        _KEYS,
        _TAGS,
    ),
    _untagged(
        "service-and-tasks",
        ("ecs.untag_resource", "ecs.tag_resource"),
        ("resourceArn", _configured("ECS service")),
        ("tagKeys", [_KEY]),
        ("tags", [{"key": _KEY, "value": _VALUE}]),
    ),
    _untagged(
        "database",
        ("rds.remove_tags_from_resource", "rds.add_tags_to_resource"),
        ("ResourceName", _configured("DB instance", "DBInstanceArn")),
        _KEYS,
        _TAGS,
    ),
    modified(
        "a tag removed, which tags/log-bucket compares",
        "tags/log-bucket",
        lambda c: c.clients.s3.get_bucket_tagging(Bucket=c.outputs.log_bucket_name or "")["TagSet"],
        lambda tags: [tag for tag in tags if tag["Key"] != _KEY],
        lambda c, tags: c.clients.s3.put_bucket_tagging(
            Bucket=c.outputs.log_bucket_name or "", Tagging={"TagSet": tags}
        ),
    ),
    _untagged(
        "log-group",
        ("logs.untag_resource", "logs.tag_resource"),
        ("resourceArn", _configured("log group", "LogGroupArn")),
        ("tagKeys", [_KEY]),
        ("tags", {_KEY: _VALUE}),
    ),
    _untagged(
        "secret",
        ("secretsmanager.untag_resource", "secretsmanager.tag_resource"),
        ("SecretId", _configured("secret")),
        _KEYS,
        _TAGS,
    ),
    _untagged(
        "roles",
        ("iam.untag_role", "iam.tag_role"),
        ("RoleName", lambda c: c.expected.task_role_name),
        _KEYS,
        _TAGS,
    ),
    _untagged(
        "distribution",
        ("cloudfront.untag_resource", "cloudfront.tag_resource"),
        ("Resource", _configured("distribution", "Arn")),
        ("TagKeys", {"Items": [_KEY]}),
        ("Tags", {"Items": [_PAIR]}),
    ),
    _untagged(
        "alarms",
        ("cloudwatch.untag_resource", "cloudwatch.tag_resource"),
        ("ResourceARN", _configured("alarm", "AlarmArn")),
        _KEYS,
        _TAGS,
    ),
    _untagged(
        "scaling",
        ("application_autoscaling.untag_resource", "application_autoscaling.tag_resource"),
        ("ResourceARN", _scalable_target),
        _KEYS,
        ("Tags", {_KEY: _VALUE}),
    ),
)
