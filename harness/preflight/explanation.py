"""Explain an error of a deployment by the rule that reports it."""

import re
from dataclasses import dataclass
from functools import cache

from harness.preflight.finding import Family, Severity
from harness.preflight.registry import Rule
from harness.preflight.rules import all_rules

_PLACEHOLDER = re.compile(r"\{\w+\}|\.\.\.")
_MIN_LITERAL = 12
_FAMILIES = list(Family)
# Codes of one mistake, independent of the message; others (InvalidParameterValue) have many.
_SPECIFIC_CODE = re.compile(
    r"AlreadyExists|AlreadyOwned|Duplicate|InUse|LimitExceeded|NoSuch|NotEmpty|TooMany|NotCover"
)


@dataclass(frozen=True)
class _Expected:
    """One error message of a rule: code, pattern, and number of literal characters."""

    rule: Rule
    code: str
    pattern: re.Pattern[str]
    literal: int

    def rank(self) -> tuple[bool, int, int]:
        """Return the sort key among matching messages."""
        blocker = self.rule.severity is Severity.BLOCKER
        return blocker, self.literal, -_FAMILIES.index(self.rule.family)


def explain(code: str, message: str) -> Rule | None:
    """Return the rule that reports an error before the deployment.

    Args:
        code: Error code of AWS; empty for an error of Terraform or of the provider.
        message: Message of AWS; for an error of Terraform its summary and detail.

    Returns:
        The rule with the best matching message (a blocker before a warning); else the only
        rule with the code, if the code is a specific one; else None.
    """
    text = " ".join(message.split())
    matching = [
        expected
        for expected in _expected()
        if expected.code == code
        and expected.literal >= _MIN_LITERAL
        and expected.pattern.match(text)
    ]
    if matching:
        return max(matching, key=_Expected.rank).rule
    rules = {expected.rule.id: expected.rule for expected in _expected() if expected.code == code}
    return next(iter(rules.values())) if len(rules) == 1 and _SPECIFIC_CODE.search(code) else None


@cache
def _expected() -> tuple[_Expected, ...]:
    """Return the error messages of all rules."""
    return tuple(
        _parse(rule, text) for rule in all_rules() for text in (*rule.errors, *rule.other_errors)
    )


def _parse(rule: Rule, text: str) -> _Expected:
    code, _, rest = text.partition(": ")
    template = " ".join(rest.replace("{{", "{").replace("}}", "}").split())
    pieces = [re.escape(piece) for piece in _PLACEHOLDER.split(template)]
    return _Expected(
        rule,
        "" if code in ("Error", "Warning") else code,
        re.compile(".*?".join(pieces)),
        len(_PLACEHOLDER.sub("", template)),
    )
