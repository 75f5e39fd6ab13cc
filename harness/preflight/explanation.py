"""Explain an error of a deployment by the rule that would have caught it."""

import re
from functools import cache

from harness.preflight.finding import Family, Severity
from harness.preflight.registry import Rule, all_rules

__all__ = ["explain"]

_PLACEHOLDER = re.compile(r"\{\w+\}|\.\.\.")
_MIN_LITERAL = 12
_FAMILIES = list(Family)


def explain(code: str, message: str) -> Rule | None:
    """Return the rule that catches an error before the deployment.

    Args:
        code: AWS's error code; empty for an error of Terraform or of the provider.
        message: AWS's message; for an error of Terraform its summary and detail.

    Returns:
        The rule whose expected message fits best (a blocker before a warning), None when none
        does.
    """
    text = " ".join(message.split())
    fitting = [
        (rule.severity is Severity.BLOCKER, len(literal), -_FAMILIES.index(rule.family), rule.id)
        for wanted, pattern, literal, rule in _patterns()
        if wanted == code and pattern.search(text)
    ]
    best = max(fitting, default=None)
    return next((rule for rule in all_rules() if best and rule.id == best[-1]), None)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str, Rule], ...]:
    """Return error code, pattern of the message, its literal text and rule, for each message."""
    found = []
    for rule in all_rules():
        for says in rule.says:
            code, _, rest = says.partition(": ")
            code, template = ("", rest) if code in ("Error", "Warning") else (code, rest)
            template = " ".join(template.replace("{{", "{").replace("}}", "}").split())
            pieces = [re.escape(piece) for piece in _PLACEHOLDER.split(template)]
            literal = _PLACEHOLDER.sub("", template)
            if len(literal) >= _MIN_LITERAL and not code.startswith(("(", "HTTP", "connection")):
                found.append((code, re.compile(".*?".join(pieces)), literal, rule))
    return tuple(found)
