"""Which tiers of the stack are deployed: those that the target offers, or those asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from harness.aws.capability import Capability
from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from stack.tiers import Tier, missing_tiers

# What a target must have for the resources of a tier.
TIER_NEEDS: Mapping[Tier, tuple[Capability, ...]] = MappingProxyType(
    {
        Tier.NETWORK: (Capability.EC2,),
        Tier.STORAGE: (Capability.S3, Capability.LOGS),
        Tier.SECRET: (Capability.SECRETSMANAGER,),
        Tier.ROLES: (Capability.IAM,),
        Tier.DATABASE: (Capability.RDS,),
        Tier.LOAD_BALANCER: (Capability.ELBV2,),
        Tier.SERVICE: (Capability.ECS,),
        Tier.EDGE: (Capability.CLOUDFRONT,),
        Tier.SCALING: (Capability.APPLICATION_AUTOSCALING,),
        Tier.MONITORING: (Capability.CLOUDWATCH,),
    }
)
_REMEDY = (
    "leave out what asks for these tiers, and those that are offered are deployed; or use a "
    "target that has them: --target embedded does, and LocalStack from its Base plan on "
    "(LOCALSTACK_AUTH_TOKEN)"
)


@dataclass(frozen=True)
class TierSelection:
    """What of the stack is deployed, and what not.

    Attributes:
        tiers: The tiers to deploy.
        left_out: Tier -> why the target does not offer it.
    """

    tiers: frozenset[Tier]
    left_out: Mapping[Tier, str]

    def __str__(self) -> str:
        absent = ", ".join(f"{tier} ({reason})" for tier, reason in self.left_out.items())
        deployed = f"deploys the tiers {', '.join(sorted(self.tiers))}"
        return f"{deployed}; not {absent}" if absent else deployed


def select_tiers(settings: HarnessSettings, target: Target) -> TierSelection:
    """Return the tiers that the user asks for, or else all that the target offers.

    Args:
        settings: What the user set: ``--stack-config`` may name tiers, and
            ``--require-full-stack`` asks for all of them.
        target: Where they would be deployed; started.

    Raises:
        UsageError: The target lacks a tier that is asked for, or offers none at all.
    """
    lacking = _lacking(target.missing())
    asked = settings.stack_settings.get("tiers")
    if not isinstance(asked, list):
        asked = None  # nothing, or what the check of the configuration refuses
    if settings.require_full_stack:
        _require_all(asked)
        _require(tuple(Tier), lacking, target, "--require-full-stack")
    elif asked is not None:
        _require(asked, lacking, target, "--stack-config")
        return TierSelection(frozenset(_known(asked)), {})
    offered = frozenset(Tier) - lacking.keys()
    if not offered:
        _require(tuple(Tier), lacking, target, "a run")
    return TierSelection(offered, lacking)


def tier_facts(tiers: Collection[str], missing: Mapping[Capability, str]) -> dict[str, str]:
    """Return what a report should say about the tiers of a stack that has not all of them.

    Args:
        tiers: The tiers that are deployed.
        missing: What the target cannot do.
    """
    absent = [tier for tier in Tier if tier not in tiers]
    if not absent:
        return {}
    lacking = _lacking(missing)
    reasons = (f"{tier} ({lacking.get(tier, 'not asked for')})" for tier in absent)
    return {"tiers": ", ".join(sorted(tiers)), "tiers not deployed": ", ".join(reasons)}


def _lacking(missing: Mapping[Capability, str]) -> dict[Tier, str]:
    """Return the tiers that cannot be deployed, each with its reason in a few words."""
    absent = {
        tier: [need for need in needs if need in missing] for tier, needs in TIER_NEEDS.items()
    }
    own = {tier: f"no {', '.join(needs)}" for tier, needs in absent.items() if needs}
    lacking = {}
    for tier in Tier:
        if roots := sorted(missing_tiers([tier]) & own.keys()):
            lacking[tier] = f"needs {', '.join(roots)}"
        if tier in own:
            lacking[tier] = own[tier]
    return lacking


def _require_all(asked: Sequence[str] | None) -> None:
    if asked is not None and len(_known(asked)) < len(Tier):
        raise UsageError(
            "--require-full-stack asks for all tiers, --stack-config for "
            + ", ".join(map(str, asked)),
            remedy="one of them",
        )


def _require(
    asked: Sequence[str], lacking: Mapping[Tier, str], target: Target, origin: str
) -> None:
    """Raise if one of the tiers that were asked for is not offered."""
    wanted = _known(asked)
    refused = {tier: lacking[tier] for tier in wanted if tier in lacking}
    if not refused:
        return
    needs = {need for tier in refused for need in TIER_NEEDS[tier]}
    reasons = [text for need, text in target.missing().items() if need in needs]
    raise UsageError(
        f"{origin} asks for what {target.name} does not offer, nothing was deployed: "
        + ", ".join(f"{tier} ({reason})" for tier, reason in refused.items())
        + "".join(f"\n  - {reason}" for reason in reasons),
        remedy=_REMEDY,
    )


def _known(asked: Sequence[str]) -> list[Tier]:
    """Return the tiers among some texts; others are told where the configuration is checked."""
    return [tier for tier in Tier if tier in asked]
