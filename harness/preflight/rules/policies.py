"""Rules on policies as documents, wherever they are: roles, buckets, keys, queues, secrets.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from harness.preflight.configuration import Reference, Resource, Unknown
from harness.preflight.finding import Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule, load, resource_rule
from harness.preflight.rules.iam import data_document, policy_document

_IDENTITY = ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy")
# Resource type -> argument with a policy that has principals.
_RESOURCE_POLICIES = {
    "aws_iam_role": "assume_role_policy",
    **dict.fromkeys(
        (
            *("aws_s3_bucket", "aws_kms_key", "aws_sns_topic", "aws_sqs_queue", "aws_vpc_endpoint"),
            *("aws_ecr_repository_policy", "aws_kms_key_policy", "aws_s3_bucket_policy"),
            *("aws_secretsmanager_secret_policy", "aws_sns_topic_policy", "aws_sqs_queue_policy"),
            *("aws_vpc_endpoint_policy", "aws_cloudwatch_event_bus_policy"),
        ),
        "policy",
    ),
    "aws_cloudwatch_log_resource_policy": "policy_document",
}
_ARGUMENTS = {**dict.fromkeys(_IDENTITY, "policy"), **_RESOURCE_POLICIES}
_KEYS = {"Version", "Id", "Statement"}
_STATEMENT_KEYS = {
    *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal"),
    *("NotPrincipal", "Condition"),
}
_VERSIONS = ("2012-10-17", "2008-10-17")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", re.ASCII)
_TRUST_ACTIONS = {
    *("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"),
    *("sts:tagsession", "sts:setsourceidentity", "sts:setcontext"),
}
_SID = re.compile(r"[A-Za-z0-9]*")
_OBJECT_ACTION = re.compile(r"s3:(Get|Put|Delete|Restore)Object", re.IGNORECASE)
_BUCKET_ACTIONS = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
_ACCOUNT = re.compile(
    r"\*|\d{12}|arn:aws[\w-]*:(iam|sts)::(\d{12}|cloudfront):[^*?]+|A[A-Z0-9]{15,}"
)
_OPERATOR = re.compile(
    r"String(Not)?(Equals|Like|EqualsIgnoreCase)|Bool|BinaryEquals|Null|(Not)?IpAddress|"
    r"Arn(Not)?(Equals|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)"
)
_MANAGED = load("managed_policies.json")
_SAME_START = 8
_ARN = re.compile(r"arn:aws[\w-]*:iam::aws:policy/(?:(.+)/)?([^/]+)")


@configuration_rule("iam/malformed-policy", *_ARGUMENTS, "aws_iam_policy_document")
def malformed_policy(inspection: Inspection) -> Problems:
    """A policy violates the policy grammar of IAM."""
    for resource in inspection.configuration.resources(*_ARGUMENTS):
        yield from _of_resource(resource, _ARGUMENTS[resource.type])
    for data in inspection.configuration:
        other = data.type != "aws_iam_policy_document" or data.managed
        if not other and not inspection.configuration.dependents(data, *_ARGUMENTS):
            for text in _violations(data_document(data), data.type, "the document"):
                yield data.problem(text)


def _of_resource(resource: Resource, argument: str) -> Problems:
    try:
        document = policy_document(resource, argument)
    except ValueError as error:
        yield resource.problem(f"{argument} is not JSON: {error}", variant=9)
        return
    for text in _violations(document, resource.type, argument):
        yield resource.problem(text)


def _violations(document: Any, kind: str, argument: str) -> Iterator[str]:
    if document == "" or document is None or isinstance(document, Unknown):
        return
    if not isinstance(document, Mapping):
        yield f"{argument} is not an object"
        return
    yield from (f"{argument}: unknown key {key}" for key in document if key not in _KEYS)
    version = document.get("Version")
    if isinstance(version, str) and version not in _VERSIONS:
        yield f"{argument}: Version is {version}"
    listed = document.get("Statement")
    if not listed:
        yield f"{argument} has no statement"
    for index, item in enumerate(listed if isinstance(listed, list) else [listed]):
        if isinstance(item, Mapping):
            yield from (f"statement {index}: {text}" for text in _statement(item, kind))
    if kind == "aws_iam_role" or kind in _IDENTITY:
        items = listed if isinstance(listed, list) else []
        ids = [i["Sid"] for i in items if isinstance(i, Mapping) and isinstance(i.get("Sid"), str)]
        yield from (
            f"two statements have the Sid {i}" for i in sorted(set(ids)) if ids.count(i) > 1
        )


def _statement(item: Mapping[str, Any], kind: str) -> Iterator[str]:
    yield from (f"unknown key {key}" for key in item if key not in _STATEMENT_KEYS)
    effect = item.get("Effect")
    if isinstance(effect, str | None) and effect not in ("Allow", "Deny"):
        yield f"Effect is {effect}" if effect else "no Effect"
    has = {n: n in item or f"Not{n}" in item for n in ("Action", "Resource", "Principal")}
    known = {n: any(_is_given(item.get(k)) for k in (n, f"Not{n}")) for n in has}
    trust, identity = kind == "aws_iam_role", kind in _IDENTITY
    resource_policy = kind in _RESOURCE_POLICIES
    if not has["Action"]:
        yield "no Action"
    if identity and not has["Resource"]:
        yield "no Resource"
    if trust and known["Resource"]:
        yield "a Resource, which a trust policy cannot have"
    if identity and known["Principal"]:
        yield "a Principal, which an identity policy cannot have"
    if resource_policy and not has["Principal"]:
        yield "no Principal"
    yield from _elements(item, trust=trust)
    sid = item.get("Sid")
    if (trust or identity) and isinstance(sid, str) and not _SID.fullmatch(sid):
        yield f"Sid {sid!r} is not alphanumeric"
    yield from _values(item, arns=not trust and kind != "aws_iam_policy_document")
    if kind == "aws_s3_bucket_policy":
        yield from _bucket_statement(item)


def _elements(item: Mapping[str, Any], *, trust: bool) -> Iterator[str]:
    for name in ("Action", "Resource", "Principal"):
        if name in item and f"Not{name}" in item:
            yield f"{name} beside Not{name}"
        if item.get(name) == []:
            yield f"{name} is empty"
    for action in _texts(item.get("Action")) if trust else ():
        if "*" not in action and action.lower() not in _TRUST_ACTIONS:
            yield f"{action} is no action of a trust policy"


def _bucket_statement(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield what S3 refuses: actions on objects without an object, and the other way round."""
    listed = item.get("Resource", [] if "NotResource" in item else None)
    if listed is None:
        yield "no Resource"
    resources = list(map(_s3_resource, listed if isinstance(listed, list) else [listed]))
    if not resources or None in resources:
        return
    for action in _texts(item.get("Action")):
        kind = "object" if _OBJECT_ACTION.match(action) else "bucket"
        applies = kind in resources or "any" in resources or "*" in action
        if not applies and (kind == "object" or action in _BUCKET_ACTIONS):
            yield f"{action} does not apply to any resource of the statement, none is an {kind}"


def _s3_resource(value: Any) -> str | None:
    """Return whether an ARN is that of a bucket or of objects, or of any; None if not known."""
    last = value.parts[-1] if isinstance(value, Unknown) and value.parts else value
    if isinstance(last, Reference):
        return "bucket" if last is value and last.attribute == "arn" else None
    if not isinstance(last, str):
        return None
    if "/" in last:
        return "object"
    return "any" if "*" in last else "bucket" if last is value else None


def _values(item: Mapping[str, Any], *, arns: bool) -> Iterator[str]:
    for name in ("Action", "NotAction"):
        for action in _texts(item.get(name)):
            if not _ACTION.fullmatch(action):
                yield f"{name} {action!r} is not SERVICE:ACTION"
    for name in ("Resource", "NotResource"):
        for arn in _texts(item.get(name)):
            if arn != "*" and not arn.startswith(("arn:", "*")) and arns:
                yield f"{name} {arn!r} is not an ARN"
    yield from _principals(item.get("Principal", item.get("NotPrincipal")))
    condition = item.get("Condition")
    if condition is not None and not isinstance(condition, Mapping | Unknown):
        yield "Condition is not an object"
    for operator in condition if isinstance(condition, Mapping) else ():
        if not _OPERATOR.fullmatch(operator.rpartition(":")[2].removesuffix("IfExists")):
            yield f"unknown condition operator {operator}"


def _principals(principal: Any) -> Iterator[str]:
    if isinstance(principal, str) and principal != "*":
        yield f"Principal {principal!r} is neither * nor an object"
    for kind, value in principal.items() if isinstance(principal, Mapping) else ():
        if kind not in _PRINCIPAL_KINDS:
            yield f"unknown kind of principal {kind}"
        for name in _texts(value):
            if kind == "AWS" and not _ACCOUNT.fullmatch(name):
                yield f"principal {name!r} is neither * nor an account, user or role"
            if kind == "Service" and ("." not in name or "*" in name):
                yield f"service principal {name!r} is not NAME.amazonaws.com"


def _is_given(value: Any) -> bool:
    return value is not None and not isinstance(value, Unknown)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


@resource_rule(
    "iam/managed-policy",
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment",
    "aws_iam_policy_attachment",
    "aws_iam_role",
    table=f"managed policies of AWS, {_MANAGED['source']}",
)
def managed_policy(resource: Resource) -> Problems:
    """An AWS managed policy does not exist, or has another path."""
    listed = resource.texts("managed_policy_arns") or []
    for arn in filter(None, [resource.text("policy_arn"), *listed]):
        match = _ARN.fullmatch(arn)
        if match and match[2] not in _MANAGED["policies"].get(match[1] or "", ()):
            text, known = _nearest(match[2])
            severity = Severity.BLOCKER if known else Severity.WARNING
            yield resource.problem(f"{arn}: {text}", severity=severity, arn=arn)


@cache
def _starting(start: str) -> list[str]:
    listed = [n for names in _MANAGED["policies"].values() for n in names]
    return [name for name in listed if name.startswith(start)]


@cache
def _nearest(name: str) -> tuple[str, bool]:
    """Return what is wrong with a name, and whether that is certain."""
    paths = [p for p, names in _MANAGED["policies"].items() if name in names]
    if paths:
        return f"the policy is {'/'.join(filter(None, [paths[0], name]))}", True
    close = get_close_matches(name, _starting(name[:_SAME_START]), 1, 0.85)
    return (f"did you mean {close[0]}?", True) if close else ("unknown policy", False)
