"""Which tiers are deployed where a target does not offer everything, and what is refused."""

from typing import Any

import pytest

from harness.aws.capability import Capability
from harness.catalog.tiers import TIER_NEEDS, TierSelection, select_tiers, tier_facts
from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from stack.tiers import ALL_TIERS, Tier
from tests.unit.harness.fake_target import UnusedTarget

PAID = {
    Capability.ECS: "no ECS in this edition",
    Capability.ELBV2: "no ELBv2 in this edition",
    Capability.RDS: "no RDS in this edition",
    Capability.CLOUDFRONT: "no CloudFront in this edition",
    Capability.APPLICATION_AUTOSCALING: "no scaling in this edition",
    Capability.ALB_DATA_PLANE: "no ELBv2 in this edition",
}
FREE_TIERS = {Tier.NETWORK, Tier.STORAGE, Tier.SECRET, Tier.ROLES, Tier.MONITORING}


class FakeTarget(UnusedTarget):
    name = "localstack"

    def __init__(self, lacks: dict[Capability, str]) -> None:
        self._lacks = lacks

    def missing(self) -> dict[Capability, str]:
        return self._lacks


def select(
    lacks: dict[Capability, str], *, full: bool = False, **stack_settings: Any
) -> TierSelection:
    settings = HarnessSettings(require_full_stack=full, stack_settings=stack_settings)
    return select_tiers(settings, FakeTarget(lacks))


class TestOffered:
    def test_a_target_that_has_everything_gets_everything(self) -> None:
        selection = select({})

        assert selection == TierSelection(frozenset(Tier), {})
        assert "not" not in str(selection)

    def test_the_rest_of_a_small_target_is_deployed_and_each_absence_has_its_reason(self) -> None:
        selection = select(PAID)

        assert selection.tiers == FREE_TIERS
        assert selection.left_out == {
            Tier.DATABASE: "no rds",
            Tier.LOAD_BALANCER: "no elbv2",
            Tier.SERVICE: "no ecs",
            Tier.EDGE: "no cloudfront",
            Tier.SCALING: "no application-autoscaling",
        }

    def test_what_is_built_on_something_absent_is_absent_too(self) -> None:
        selection = select({Capability.S3: "no S3"})

        assert selection.left_out == {
            Tier.STORAGE: "no s3",
            Tier.ROLES: "needs storage",
            Tier.LOAD_BALANCER: "needs storage",
            Tier.SERVICE: "needs storage",
            Tier.EDGE: "needs storage",
            Tier.SCALING: "needs storage",
        }

    def test_it_reads_as_a_sentence(self) -> None:
        text = str(select({Capability.CLOUDFRONT: "no CloudFront"}))

        assert text.startswith("deploys the tiers database, load_balancer, monitoring, ")
        assert text.endswith("; not edge (no cloudfront)")

    def test_a_data_plane_alone_keeps_no_tier_away(self) -> None:
        assert select({Capability.DATABASE_TLS: "no TLS"}).tiers == ALL_TIERS

    def test_a_target_that_offers_nothing_is_refused(self) -> None:
        nothing = {need: "nothing here" for needs in TIER_NEEDS.values() for need in needs}

        with pytest.raises(UsageError, match="does not offer"):
            select(nothing)

    def test_every_tier_says_what_it_needs(self) -> None:
        assert set(TIER_NEEDS) == set(Tier)
        assert all(TIER_NEEDS.values())


class TestFullStack:
    def test_it_is_refused_with_the_missing_services_and_what_to_do(self) -> None:
        with pytest.raises(UsageError) as raised:
            select(PAID, full=True)

        first, *reasons = raised.value.message.splitlines()
        assert first.startswith("--require-full-stack asks for what localstack does not offer")
        assert "nothing was deployed" in first
        assert "database (no rds)" in first
        assert reasons == [
            "  - no ECS in this edition",
            "  - no ELBv2 in this edition",
            "  - no RDS in this edition",
            "  - no CloudFront in this edition",
            "  - no scaling in this edition",
        ]
        assert "LOCALSTACK_AUTH_TOKEN" in raised.value.remedy
        assert raised.value.exit_code == 2

    def test_it_is_no_question_where_everything_is_offered(self) -> None:
        assert select({}, full=True).tiers == ALL_TIERS
        assert select({}, full=True, tiers=sorted(ALL_TIERS)).tiers == ALL_TIERS

    def test_it_cannot_be_asked_for_together_with_a_part(self) -> None:
        with pytest.raises(UsageError, match=r"--stack-config for network, 5\n.*one of them"):
            select({}, full=True, tiers=["network", 5])


class TestAskedFor:
    def test_tiers_that_are_offered_are_deployed_alone(self) -> None:
        assert select(PAID, tiers=["network", "secret"]) == TierSelection(
            frozenset({Tier.NETWORK, Tier.SECRET}), {}
        )

    def test_one_that_is_not_offered_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"--stack-config asks for .* edge \(no cloudfront\)"):
            select(PAID, tiers=["network", "edge"])

    @pytest.mark.parametrize("tiers", ["network", 5, None, {"network": 1}])
    def test_what_is_no_list_of_tiers_is_left_to_the_check_of_the_configuration(
        self, tiers: object
    ) -> None:
        assert select({}, tiers=tiers).tiers == ALL_TIERS


class TestFacts:
    def test_a_whole_stack_needs_no_words(self) -> None:
        assert tier_facts(ALL_TIERS, PAID) == {}

    def test_a_part_is_told_with_the_reason_for_the_rest(self) -> None:
        facts = tier_facts({"network", "storage"}, {Capability.RDS: "no RDS"})

        assert facts["tiers"] == "network, storage"
        assert facts["tiers not deployed"].startswith("secret (not asked for), ")
        assert "database (no rds)" in facts["tiers not deployed"]
        assert "service (needs database)" in facts["tiers not deployed"]
