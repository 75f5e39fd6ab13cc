"""A question to one service: what carries the environment suffix of a run?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.checks.clients import Clients
from harness.targets.base import Capability

__all__ = ["Inquiry", "Leftover"]

_SUFFIX_TAG = "EnvironmentSuffix"


@dataclass(frozen=True)
class Leftover:
    """A resource of a run that is still there.

    Attributes:
        service: Its service.
        kind: What it is, in the service's own words ("NAT gateway").
        identifier: Id, name or ARN to find it by.
        why: How it is known to be of the run, and its state where that matters.
    """

    service: str
    kind: str
    identifier: str
    why: str

    def __str__(self) -> str:
        return f"{self.service} {self.kind} {self.identifier} ({self.why})"


@dataclass(frozen=True)
class Inquiry:
    """One service asked for what carries one environment suffix.

    Attributes:
        service: The service that is asked.
        clients: Clients of the target.
        suffix: Environment suffix of the run.
        region: Region of the target.
    """

    service: Capability
    clients: Clients
    suffix: str
    region: str

    def found(
        self,
        kind: str,
        identifier: str,
        *names: str,
        tags: Sequence[Mapping[str, Any]] = (),
        state: str = "",
    ) -> Iterator[Leftover]:
        """Yield a leftover if a resource's tag, or else its name, carries the suffix.

        Args:
            kind: What it is.
            identifier: How to find it.
            names: Texts that may carry the suffix; the identifier is looked at too.
            tags: Its tags, as EC2 and most services list them.
            state: What state it is in.
        """
        why = self._why((identifier, *names), tags)
        if why:
            shown = f"{why}; {state}" if state else why
            yield Leftover(self.service.value, kind, identifier, shown)

    def named(self, name: str) -> bool:
        """Whether a name is one of the run's: they end with the suffix, or it stands alone.

        The suffix counts as a path segment (``catalog/pr1/database``), at the end of one
        (``app/catalog-alb-pr1/50dc``, ``catalog-pr1:3``) and before the region, in names that
        are unique world-wide. ``pr1`` is neither in ``catalog-pr12`` nor in ``catalog-pr1-7f3a``.
        """
        region = re.escape(self.region)
        ours = rf"(?:^|[-/: ]){re.escape(self.suffix)}(?:-{region})?(?=$|[/: ])"
        return re.search(ours, name) is not None

    def _why(self, names: Sequence[str], tags: Sequence[Mapping[str, Any]]) -> str:
        values = {tag["Key"]: tag["Value"] for tag in tags}
        if _SUFFIX_TAG in values:
            ours = values[_SUFFIX_TAG] == self.suffix
            return f"tag {_SUFFIX_TAG}={self.suffix}" if ours else ""
        return next((f"named {name}" for name in names if self.named(name)), "")
