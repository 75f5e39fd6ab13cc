"""The tiers to deploy: those that the user requests, else all that the target offers."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.aws.capability import Capability
from harness.core.errors import UsageError
from harness.run.stack_definition import StackConfiguration
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from stack.tiers import Tier, missing_tiers

# The capabilities that the resources of a tier require.
_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
REQUIRED_CAPABILITIES: Mapping[Tier, tuple[Capability, ...]] = {
    Tier(tier): tuple(map(Capability, names)) for tier, names in _TABLE.items()
}
_REMEDY = (
    "without that setting the tiers that are offered are deployed; all tiers are offered by "
    "--target embedded and by LocalStack with at least the Base plan (LOCALSTACK_AUTH_TOKEN)"
)


@dataclass(frozen=True)
class TierSelection:
    """The tiers that are deployed, and the reason for each one that is not."""

    tiers: frozenset[Tier]
    left_out: Mapping[Tier, str]

    def __str__(self) -> str:
        absent = ", ".join(f"{tier} ({reason})" for tier, reason in self.left_out.items())
        deployed = f"deploys the tiers {', '.join(sorted(self.tiers))}"
        return f"{deployed}; not {absent}" if absent else deployed


def select_tiers(settings: HarnessSettings, target: Target) -> TierSelection:
    """Return the tiers that the user requests, else all that the target offers.

    Args:
        settings: The user's settings: ``--stack-config`` may list tiers,
            ``--require-full-stack`` requires all of them.

    Raises:
        UsageError: The target does not offer a requested tier, or none at all.
    """
    lacking = _lacking(target.missing())
    requested = settings.stack_settings.get("tiers")
    if not isinstance(requested, list):
        requested = None  # not set, or rejected by the validation of the configuration
    if settings.require_full_stack:
        _require_all(requested)
        _require(tuple(Tier), lacking, target, "--require-full-stack")
    elif requested is not None:
        _require(requested, lacking, target, "--stack-config")
        return TierSelection(frozenset(_tiers(requested)), {})
    offered = frozenset(Tier) - lacking.keys()
    if not offered:
        _require(tuple(Tier), lacking, target, "a run")
    return TierSelection(offered, lacking)


def tier_facts(config: StackConfiguration, missing: Mapping[Capability, str]) -> Mapping[str, str]:
    """Return facts for the report about a stack without all tiers."""
    absent = [tier for tier in Tier if tier not in config.tiers]
    if not absent:
        return {}
    lacking = _lacking(missing)
    reasons = (f"{tier} ({lacking.get(tier, 'not requested')})" for tier in absent)
    return {"tiers": ", ".join(sorted(config.tiers)), "tiers not deployed": ", ".join(reasons)}


def _lacking(missing: Mapping[Capability, str]) -> dict[Tier, str]:
    """Return the tiers that cannot be deployed, each with its reason."""
    absent = {
        tier: [each for each in required if each in missing]
        for tier, required in REQUIRED_CAPABILITIES.items()
    }
    own = {tier: f"no {', '.join(names)}" for tier, names in absent.items() if names}
    lacking = {}
    for tier in Tier:
        if roots := sorted(missing_tiers([tier]) & own.keys()):
            lacking[tier] = f"needs {', '.join(roots)}"
        if tier in own:
            lacking[tier] = own[tier]
    return lacking


def _require_all(requested: Sequence[str] | None) -> None:
    if requested is not None and len(_tiers(requested)) < len(Tier):
        raise UsageError(
            "--require-full-stack requires all tiers, --stack-config lists only "
            + ", ".join(map(str, requested)),
            remedy="use one of the two",
        )


def _require(
    requested: Sequence[str], lacking: Mapping[Tier, str], target: Target, origin: str
) -> None:
    """Raise if a requested tier is not offered."""
    refused = {tier: lacking[tier] for tier in _tiers(requested) if tier in lacking}
    if not refused:
        return
    required = {each for tier in refused for each in REQUIRED_CAPABILITIES[tier]}
    reasons = [text for each, text in target.missing().items() if each in required]
    raise UsageError(
        f"{origin} requires tiers that {target.name} does not offer, nothing was deployed: "
        + ", ".join(f"{tier} ({reason})" for tier, reason in refused.items())
        + "".join(f"\n  - {reason}" for reason in reasons),
        remedy=_REMEDY,
    )


def _tiers(requested: Sequence[str]) -> list[Tier]:
    """Return the valid tiers; the validation of the configuration rejects the others."""
    return [tier for tier in Tier if tier in requested]
