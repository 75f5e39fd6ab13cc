"""The managed policies of CloudFront, and the values that they forward to the origin."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Policy:
    """One managed policy.

    Attributes:
        argument: Argument of a cache behaviour for this kind of policy.
        forwards: What is forwarded completely: ``query strings``, ``cookies``, ``headers`` (of
            the viewer, possibly except Host).
    """

    name: str
    argument: str
    forwards: tuple[str, ...] = ()


_DATA = json.loads(Path(__file__).with_name("managed_policies.json").read_text(encoding="utf-8"))
_MANAGED = {id_: Policy(**fields) for id_, fields in _DATA["policies"].items()}


def policy(id_: str | None) -> Policy | None:
    """Return the managed policy with an id, which is the same in every account; None if none."""
    return _MANAGED.get((id_ or "").lower())
