"""Explain an error of a deployment by the rule that would have caught it."""

import re
from dataclasses import dataclass
from functools import cache

from harness.preflight.finding import Family, Severity
from harness.preflight.registry import Rule
from harness.preflight.rules import all_rules

_PLACEHOLDER = re.compile(r"\{\w+\}|\.\.\.")
_MIN_LITERAL = 12
_FAMILIES = list(Family)
# Codes that name one mistake, whatever the message; others (InvalidParameterValue) name many.
_TELLING_CODE = re.compile(
    r"AlreadyExists|AlreadyOwned|Duplicate|InUse|LimitExceeded|NoSuch|NotEmpty|TooMany|NotCover"
)


@dataclass(frozen=True)
class _Expected:
    """One message that a rule expects: error code, pattern, how much of it is literal."""

    rule: Rule
    code: str
    pattern: re.Pattern[str]
    literal: int

    def rank(self) -> tuple[bool, int, int]:
        """Return what makes one message fit better than another that fits as well."""
        blocker = self.rule.severity is Severity.BLOCKER
        return blocker, self.literal, -_FAMILIES.index(self.rule.family)


def explain(code: str, message: str) -> Rule | None:
    """Return the rule that catches an error before the deployment.

    Args:
        code: AWS's error code; empty for an error of Terraform or of the provider.
        message: AWS's message; for an error of Terraform its summary and detail.

    Returns:
        The rule whose expected message fits best (a blocker before a warning); else the only
        one that expects the code, if the code is a telling one; else None.
    """
    text = " ".join(message.split())
    fitting = [
        expected
        for expected in _expected()
        if expected.code == code
        and expected.literal >= _MIN_LITERAL
        and expected.pattern.match(text)
    ]
    if fitting:
        return max(fitting, key=_Expected.rank).rule
    known = {expected.rule.id: expected.rule for expected in _expected() if expected.code == code}
    return next(iter(known.values())) if len(known) == 1 and _TELLING_CODE.search(code) else None


@cache
def _expected() -> tuple[_Expected, ...]:
    """Return every message that any rule expects."""
    return tuple(_parse(rule, text) for rule in all_rules() for text in (*rule.says, *rule.also))


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
