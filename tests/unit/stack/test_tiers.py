import pytest

from stack.tiers import ALL_TIERS, REQUIRED_TIERS, Tier, missing_tiers


def test_all_tiers_together_miss_nothing() -> None:
    assert missing_tiers(ALL_TIERS) == frozenset()


def test_needs_of_needs_are_missed_too() -> None:
    assert missing_tiers({Tier.DATABASE}) == {Tier.NETWORK, Tier.SECRET}
    assert missing_tiers({Tier.SCALING}) == {
        Tier.SERVICE,
        Tier.LOAD_BALANCER,
        Tier.DATABASE,
        Tier.ROLES,
        Tier.STORAGE,
        Tier.SECRET,
        Tier.NETWORK,
    }


def test_monitoring_requires_only_the_network() -> None:
    assert missing_tiers({Tier.MONITORING}) == {Tier.NETWORK}


@pytest.mark.parametrize("tier", [Tier.NETWORK, Tier.STORAGE, Tier.SECRET])
def test_a_limited_emulator_can_have_the_foundations_alone(tier: Tier) -> None:
    assert missing_tiers({tier}) == frozenset()


def test_every_tier_has_its_dependencies() -> None:
    assert set(REQUIRED_TIERS) == set(Tier)


def test_names_of_tiers_are_their_texts() -> None:
    assert missing_tiers(["edge", "load_balancer", "network", "storage"]) == frozenset()
