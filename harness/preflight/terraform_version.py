"""Versions of Terraform and OpenTofu, and version constraints."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

_CONSTRAINT = re.compile(r"^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})$")
_OPERATORS: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class TerraformVersion:
    """The Terraform that will run.

    Attributes:
        version: Major, minor and patch number.
        product: ``terraform`` or ``opentofu``.
    """

    version: tuple[int, int, int]
    product: str = "terraform"

    @classmethod
    def parse(cls, text: str) -> "TerraformVersion":
        """Parse ``1.11.4``, ``terraform 1.11.4`` or ``opentofu 1.10.0``.

        Raises:
            ValueError: The text has another format.
        """
        match = re.fullmatch(r"(?:(terraform|opentofu)[ v]*)?v?(\d+)\.(\d+)(?:\.(\d+))?\S*", text)
        if match is None:
            raise ValueError(f"{text!r} is no version such as 1.11.4 or opentofu 1.10.0")
        return cls((int(match[2]), int(match[3]), int(match[4] or 0)), match[1] or "terraform")

    def __str__(self) -> str:
        name = "OpenTofu" if self.product == "opentofu" else "Terraform"
        return f"{name} {'.'.join(map(str, self.version))}"

    def satisfies(self, constraints: str) -> bool | None:
        """Return whether it meets ``required_version``; None if a constraint is not supported.

        See https://developer.hashicorp.com/terraform/language/expressions/version-constraints.
        """
        results = [self._satisfies(part.strip()) for part in constraints.split(",")]
        if None in results:
            return None
        return all(results)

    def _satisfies(self, constraint: str) -> bool | None:
        match = _CONSTRAINT.match(constraint)
        if match is None:
            return None
        bound = tuple(int(number) for number in match[2].split("."))
        full = (*bound, 0, 0)[:3]
        if match[1] == "~>":
            return self.version >= full and self.version[: len(bound) - 1] == bound[:-1]
        return _OPERATORS[match[1] or "="](self.version, full)


def may_reach(constraints: str, version: tuple[int, int, int]) -> bool:
    """Return whether constraints allow a version, or a later one; without any, the newest is used.

    Constraints that are not supported count as none.
    """
    named = [tuple(map(int, v.split("."))) for v in re.findall(r"\d+\.\d+\.\d+", constraints)]
    major, minor, _ = version
    later = [version, (major, minor + 999, 0), *((major + n, 0, 0) for n in range(1, 9))]
    candidates = [v for v in (*later, *named) if v >= version]
    return not constraints or any(
        TerraformVersion((v[0], v[1], v[2])).satisfies(constraints) is not False for v in candidates
    )
