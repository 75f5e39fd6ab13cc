"""The tiers of the stack and their dependencies."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Tier(StrEnum):
    """A part of the stack that can be deployed or left out as a whole."""

    NETWORK = "network"
    STORAGE = "storage"
    SECRET = "secret"  # noqa: S105 - the name of a tier
    ROLES = "roles"
    DATABASE = "database"
    LOAD_BALANCER = "load_balancer"
    SERVICE = "service"
    EDGE = "edge"
    SCALING = "scaling"
    MONITORING = "monitoring"


ALL_TIERS: frozenset[str] = frozenset(Tier)

REQUIRED_TIERS: Mapping[Tier, frozenset[Tier]] = {
    Tier.NETWORK: frozenset(),
    Tier.STORAGE: frozenset(),
    Tier.SECRET: frozenset(),
    Tier.ROLES: frozenset({Tier.STORAGE, Tier.SECRET}),
    Tier.DATABASE: frozenset({Tier.NETWORK, Tier.SECRET}),
    Tier.LOAD_BALANCER: frozenset({Tier.NETWORK, Tier.STORAGE}),
    Tier.SERVICE: frozenset({Tier.LOAD_BALANCER, Tier.DATABASE, Tier.ROLES}),
    Tier.EDGE: frozenset({Tier.LOAD_BALANCER}),
    Tier.SCALING: frozenset({Tier.SERVICE}),
    # Alarms for the tiers that are deployed; the network always has metrics.
    Tier.MONITORING: frozenset({Tier.NETWORK}),
}


def missing_tiers(tiers: Iterable[str]) -> frozenset[Tier]:
    """Return the direct and indirect dependencies of ``tiers`` that are not among them."""
    chosen = {Tier(tier) for tier in tiers}
    needed = set(chosen)
    while more := {other for tier in needed for other in REQUIRED_TIERS[tier]} - needed:
        needed |= more
    return frozenset(needed - chosen)
