"""IAM roles and policy statements, as other rules read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from harness.preflight.configuration import Block, Reference, Resource, Unknown, computed_once
from harness.preflight.configuration.values import as_list, references_in

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
_SOURCES = (
    *("source_policy_documents", "override_policy_documents", "source_json", "override_json"),
)
_DATA_BLOCKS = ("principals", "not_principals", "condition")
# Key of a statement -> argument of ``aws_iam_policy_document``.
_DATA_ARGUMENTS = {
    "Sid": "sid",
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; the tuples contain Unknown for unknown items.

    Attributes:
        inverted: Whether it has NotAction, NotResource or NotPrincipal, which are not evaluated.
    """

    actions: tuple[Any, ...]
    resources: tuple[Any, ...]
    principals: tuple[Any, ...] = ()
    allow: bool = True
    inverted: bool = False
    conditional: bool = False


@computed_once
def policy_of(resource: Resource, argument: str) -> list[Statement] | None:
    """Return the statements of a policy argument; None if they are not known."""
    try:
        document = policy_document(resource, argument)
    except ValueError:
        return None
    if not isinstance(document, Mapping):
        return None
    items = as_list(document.get("Statement"))
    known = [_statement(item) for item in items if isinstance(item, Mapping)]
    return known if len(known) == len(items) else None


def policy_document(resource: Resource, argument: str) -> Any:
    """Return the parsed policy of an argument, also that of an ``aws_iam_policy_document``.

    Raises:
        ValueError: The argument is certainly not JSON.
    """
    data = resource.follow(argument, "aws_iam_policy_document")
    return resource.document(argument) if data is None else data_document(data)


def data_document(data: Resource) -> Any:
    """Return the document of an ``aws_iam_policy_document``; Unknown if parts are not known."""
    if data.repeated or not data.countable("statement") or not all(map(data.absent, _SOURCES)):
        return Unknown()
    blocks = data.blocks("statement")
    none = not blocks and "statement" in data.dynamic_names  # a module by itself, with defaults
    if none or not all(block.countable(name) for block in blocks for name in _DATA_BLOCKS):
        return Unknown()
    return {"Statement": [_data_statement(block) for block in blocks]}


def _data_statement(block: Block) -> dict[str, Any]:
    item: dict[str, Any] = {"Effect": block.value("effect") or "Allow"}
    for key, argument in _DATA_ARGUMENTS.items():
        if not block.absent(argument):
            item[key] = block.unresolved(argument)
    for key, argument in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if not block.absent(argument):
            named = {
                str(p.value("type")): p.unresolved("identifiers") for p in block.blocks(argument)
            }
            item[key] = "*" if "*" in named else named
    if not block.absent("condition"):
        tests = block.blocks("condition")
        item["Condition"] = {t.text("test") or "": {str(t.value("variable")): []} for t in tests}
    return item


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
    for names in value.values() if isinstance(value, Mapping) else [value]:
        yield from _tuple(names)


def _tuple(value: Any) -> tuple[Any, ...]:
    return () if value is None else tuple(as_list(value))


def trusts(role: Resource, service: str) -> bool | None:
    """Return whether a service can assume a role; None if uncertain."""
    found = policy_of(role, "assume_role_policy")
    if found is None or any(statement.inverted for statement in found):
        return None
    principals = [p for s in found if s.allow for p in s.principals]
    if service in principals or "*" in principals:
        return True
    return None if any(isinstance(p, Unknown) for p in principals) else False


@computed_once
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


def allows(role: Resource, action: str, target: Resource) -> bool | None:
    """Return whether a role allows ``service:Action`` on a resource; None if uncertain."""
    verdicts = [_names(item, target, action) for item in _resources_of(role, action)]
    if True in verdicts:
        return True
    return None if None in verdicts else False


@computed_once
def _resources_of(role: Resource, action: str) -> list[Any]:
    """Return what a role allows an action on, with Unknown if there may be more."""
    statements = role_statements(role)
    if statements is None or any(not each.allow or each.inverted for each in statements):
        return [Unknown()]
    unknown = any(isinstance(a, Unknown) for each in statements for a in each.actions)
    covering = [each for each in statements if _covers_action(each, action)]
    named = [item for each in covering for item in each.resources]
    return [*named, Unknown()] if unknown else named


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
