"""Rules on IAM roles and policies."""

import re
from collections.abc import Mapping
from typing import Any

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_MAX_NAME = 64
_API = "https://docs.aws.amazon.com/IAM/latest/APIReference"
_GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
_VERSIONS = ("2012-10-17", "2008-10-17")
_POLICIES = ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy")


@resource_rule(
    "iam/role-name",
    "aws_iam_role",
    errors=(
        "Error: expected length of name to be in the range (1 - 64), got {name}",
        "Error: invalid value for name (must match [\\w+=,.@-])",
        "ValidationError: The specified value for roleName is invalid. It must contain only "
        "alphanumeric characters and/or the following: +=,.@_-",
    ),
    remedy="Use 1 to 64 letters, digits and + = , . @ _ -.",
    documentation=f"{_API}/API_CreateRole.html",
)
def role_name(role: Resource) -> Problems:
    """A role name violates the naming rules of IAM."""
    name = role.text("name")
    if name is not None and not _NAME.fullmatch(name):
        text = f"{name!r} ({len(name)} characters) is not a role name"
        yield role.problem(text, variant=int(len(name) <= _MAX_NAME), name=name)


@resource_rule(
    "iam/malformed-policy",
    *_POLICIES,
    errors=(
        "MalformedPolicyDocument: Syntax errors in policy.",
        "MalformedPolicyDocument: Policy document should not specify a principal.",
        "MalformedPolicyDocument: Policy statement must contain resources.",
        "MalformedPolicyDocument: Policy statement must contain actions.",
        'Error: "policy" contains an invalid JSON policy: ...',
    ),
    other_errors=(
        "MalformedPolicyDocument: Statement {number} must contain a Resource or NotResource",
        "MalformedPolicyDocument: Statement {number} must contain an Action or NotAction",
    ),
    remedy="Use Version 2012-10-17; each statement with Effect, Action and Resource, no Principal.",
    documentation=_GRAMMAR,
)
def malformed_policy(policy: Resource) -> Problems:
    """An identity policy violates the policy grammar of IAM."""
    for message in _violations(policy, "policy", identity=True):
        yield policy.problem(message)


@resource_rule(
    "iam/malformed-trust-policy",
    "aws_iam_role",
    errors=(
        "MalformedPolicyDocument: Missing required field Principal",
        "MalformedPolicyDocument: Has prohibited field Resource",
        "MalformedPolicyDocument: This policy contains invalid Json",
        'Error: "assume_role_policy" contains an invalid JSON policy: ...',
    ),
    remedy="Use Effect, Principal and Action (sts:AssumeRole) in each statement, no Resource.",
    documentation=_GRAMMAR,
)
def malformed_trust_policy(role: Resource) -> Problems:
    """The trust policy of a role violates the policy grammar of IAM."""
    for message in _violations(role, "assume_role_policy", identity=False):
        yield role.problem(message)


def _violations(resource: Resource, argument: str, *, identity: bool) -> list[str]:
    try:
        document = resource.document(argument)
    except ValueError as error:
        return [f"{argument} is not JSON: {error}"]
    if document is None or not isinstance(document, Mapping | list):
        return []
    if isinstance(document, list):
        return [f"{argument} is a list, not an object"]
    version = document.get("Version")
    found = []
    if isinstance(version, str) and version not in _VERSIONS:
        found.append(f"Version is {version}")
    listed = document.get("Statement")
    if not listed:
        return [*found, f"{argument} has no statement"]
    for index, item in enumerate(listed if isinstance(listed, list) else [listed]):
        if isinstance(item, Mapping):
            found += [f"statement {index}: {text}" for text in _statement(item, identity=identity)]
    return found


def _statement(item: Mapping[str, Any], *, identity: bool) -> list[str]:
    found = []
    if isinstance(item.get("Effect"), str | None) and item.get("Effect") not in ("Allow", "Deny"):
        found.append(f"Effect is {item.get('Effect')}")
    if "Action" not in item and "NotAction" not in item:
        found.append("no Action")
    has_resource = "Resource" in item or "NotResource" in item
    has_principal = "Principal" in item or "NotPrincipal" in item
    if identity and not has_resource:
        found.append("no Resource")
    if identity and has_principal:
        found.append("a Principal, which an identity policy cannot have")
    if not identity and not has_principal:
        found.append("no Principal")
    if not identity and has_resource:
        found.append("a Resource, which a trust policy cannot have")
    return found
