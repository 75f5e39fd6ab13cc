"""What the policy documents of a configuration say, as far as that is certain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.preflight.configuration import Resource


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; unknown items stay in the tuples as Unknown.

    Attributes:
        allow: Whether its effect is Allow.
        actions: What it is about.
        resources: On what.
        principals: For whom, service and account names alike.
        inverted: Whether it has NotAction, NotResource or NotPrincipal: not understood here.
        conditional: Whether it has conditions.
    """

    allow: bool
    actions: tuple[Any, ...]
    resources: tuple[Any, ...]
    principals: tuple[Any, ...]
    inverted: bool
    conditional: bool


def policy_of(resource: Resource, argument: str) -> list[Statement] | None:
    """Return the statements of a policy argument, through ``aws_iam_policy_document`` too."""
    data = resource.follow(argument, "aws_iam_policy_document")
    if data is not None:
        return _data_statements(data)
    try:
        return statements(resource.document(argument))
    except ValueError:
        return None


def statements(document: Any) -> list[Statement] | None:
    """Return the statements of a parsed policy document; None when it is not known."""
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
