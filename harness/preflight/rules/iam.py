"""IAM roles and policy statements, as other rules read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from harness.preflight.configuration import Reference, Resource, Unknown, references_in

_MANAGED: Mapping[str, tuple[str, ...]] = {
    "service-role/AmazonECSTaskExecutionRolePolicy": (
        *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability"),
        *("ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
        *("logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    "SecretsManagerReadWrite": ("secretsmanager:*",),
    "CloudWatchLogsFullAccess": ("logs:*",),
    "AdministratorAccess": ("*",),
}


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; the tuples contain Unknown for unknown items.

    Attributes:
        principals: Both services and accounts.
        allow: Whether the effect is Allow.
        inverted: Whether it has NotAction, NotResource or NotPrincipal, which are not evaluated.
        conditional: Whether it has conditions.
    """

    actions: tuple[Any, ...]
    resources: tuple[Any, ...]
    principals: tuple[Any, ...] = ()
    allow: bool = True
    inverted: bool = False
    conditional: bool = False


def policy_of(resource: Resource, argument: str) -> list[Statement] | None:
    """Return the statements of a policy argument, also of an ``aws_iam_policy_document``."""
    data = resource.follow(argument, "aws_iam_policy_document")
    if data is not None:
        return _data_statements(data)
    try:
        return parse_statements(resource.document(argument))
    except ValueError:
        return None


def parse_statements(document: Any) -> list[Statement] | None:
    """Return the statements of a parsed policy document; None if unknown."""
    if not isinstance(document, Mapping):
        return None
    listed = document.get("Statement")
    items = listed if isinstance(listed, list) else [listed]
    known = [_statement(item) for item in items if isinstance(item, Mapping)]
    return known if len(known) == len(items) else None


def _statement(item: Mapping[str, Any]) -> Statement:
    return Statement(
        allow=item.get("Effect") == "Allow",
        actions=_tuple(item.get("Action")),
        resources=_tuple(item.get("Resource")),
        principals=tuple(_principals(item.get("Principal"))),
        inverted=any(f"Not{name}" in item for name in ("Action", "Resource", "Principal")),
        conditional="Condition" in item,
    )


def _principals(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for names in value.values():
            yield from _tuple(names)
    else:
        yield from _tuple(value)


def _data_statements(data: Resource) -> list[Statement] | None:
    names = ("source_policy_documents", "override_policy_documents", "source_json")
    if data.repeated or not data.countable("statement") or not all(data.absent(n) for n in names):
        return None
    found = []
    for block in data.blocks("statement"):
        actions, resources = block.values("actions"), block.unresolved_values("resources")
        identifiers = [p.values("identifiers") for p in block.blocks("principals")]
        if actions is None or resources is None or None in identifiers:
            return None
        found.append(
            Statement(
                allow=block.text("effect", "Allow") == "Allow",
                actions=tuple(actions),
                resources=tuple(resources),
                principals=tuple(i for items in identifiers for i in items or ()),
                inverted=not all(
                    block.absent(n) for n in ("not_actions", "not_resources", "not_principals")
                ),
                conditional=not block.absent("condition"),
            )
        )
    return found


def _tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def trusts(role: Resource, service: str) -> bool | None:
    """Return whether a service can assume a role; None if uncertain."""
    found = policy_of(role, "assume_role_policy")
    if found is None or any(statement.inverted for statement in found):
        return None
    principals = [p for s in found if s.allow for p in s.principals]
    if service in principals or "*" in principals:
        return True
    return None if any(isinstance(p, Unknown) for p in principals) else False


def role_statements(role: Resource) -> list[Statement] | None:
    """Return the statements of a role's policies; None if there may be more."""
    configuration = role.configuration
    inline_policies = configuration.all_referring("aws_iam_role_policy", "role", role)
    attachments = configuration.all_referring("aws_iam_role_policy_attachment", "role", role)
    elsewhere = configuration.resources("aws_iam_policy_attachment")
    if inline_policies is None or attachments is None or elsewhere:
        return None
    if not all(role.absent(name) for name in ("inline_policy", "managed_policy_arns")):
        return None
    documents = [policy_of(inline, "policy") for inline in inline_policies]
    for attachment in attachments:
        policy = attachment.follow("policy_arn", "aws_iam_policy")
        arn = attachment.text("policy_arn")
        documents.append(policy_of(policy, "policy") if policy else _managed(arn))
    if None in documents:
        return None
    return [statement for statements in documents for statement in statements or ()]


def allows(statements: Sequence[Statement], action: str, target: Resource) -> bool | None:
    """Return whether statements allow an action on a resource; None if uncertain.

    Args:
        statements: All statements that apply.
        action: Action, ``service:Name``.
        target: The resource of the configuration.
    """
    if any(not statement.allow or statement.inverted for statement in statements):
        return None
    verdicts = [
        _names(item, target, action)
        for statement in statements
        if _covers_action(statement, action)
        for item in statement.resources
    ]
    if True in verdicts:
        return True
    unknown = any(isinstance(a, Unknown) for statement in statements for a in statement.actions)
    return None if unknown or None in verdicts else False


def _names(value: Any, target: Resource, action: str) -> bool | None:
    """Return whether the resource of a statement matches a resource."""
    references = list(references_in(value))
    if value == "*" or any(r.address == target.address for r in references):
        return True
    if isinstance(value, str):
        service = (value.split(":") + [""] * 3)[2]
        return False if service not in ("*", "", action.partition(":")[0]) else None
    first = value.parts[0] if isinstance(value, Unknown) and value.parts else value
    if isinstance(first, Reference) and first.attribute in ("arn", "id"):
        other = target.configuration.find(first.address)
        return False if other is not None and other.managed else None
    return None


def _covers_action(statement: Statement, action: str) -> bool:
    known = [str(a).lower() for a in statement.actions if not isinstance(a, Unknown)]
    return any(fnmatchcase(action.lower(), pattern) for pattern in known)


def _managed(arn: str | None) -> list[Statement] | None:
    """Return the statements of a managed policy relevant to tasks; None for other policies."""
    actions = _MANAGED.get((arn or "").partition(":policy/")[2])
    if actions is None:
        return None
    return [Statement(actions=actions, resources=("*",))]
