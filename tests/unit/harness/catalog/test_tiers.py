"""The tiers that are deployed on a target without all capabilities, and refusals."""

from typing import Any

import pytest

from harness.aws.capability import Capability
from harness.catalog.tiers import REQUIRED_CAPABILITIES, TierSelection, select_tiers, tier_facts
from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from stack.config import StackConfig
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

    def __init__(self, lacking: dict[Capability, str]) -> None:
        self._lacking = lacking

    def missing(self) -> dict[Capability, str]:
        return self._lacking


def select(
    lacking: dict[Capability, str], *, full: bool = False, **stack_settings: Any
) -> TierSelection:
    settings = HarnessSettings(require_full_stack=full, stack_settings=stack_settings)
    return select_tiers(settings, FakeTarget(lacking))


class TestOffered:
    def test_a_target_with_all_capabilities_gets_all_tiers(self) -> None:
        selection = select({})

        assert selection == TierSelection(frozenset(Tier), {})
        assert "not" not in str(selection)

    def test_the_offered_tiers_are_deployed_and_every_other_has_a_reason(self) -> None:
        selection = select(PAID)

        assert selection.tiers == FREE_TIERS
        assert selection.left_out == {
            Tier.DATABASE: "no rds",
            Tier.LOAD_BALANCER: "no elbv2",
            Tier.SERVICE: "no ecs",
            Tier.EDGE: "no cloudfront",
            Tier.SCALING: "no application-autoscaling",
        }

    def test_tiers_that_depend_on_a_missing_one_are_left_out(self) -> None:
        selection = select({Capability.S3: "no S3"})

        assert selection.left_out == {
            Tier.STORAGE: "no s3",
            Tier.ROLES: "needs storage",
            Tier.LOAD_BALANCER: "needs storage",
            Tier.SERVICE: "needs storage",
            Tier.EDGE: "needs storage",
            Tier.SCALING: "needs storage",
        }

    def test_the_selection_is_a_sentence(self) -> None:
        text = str(select({Capability.CLOUDFRONT: "no CloudFront"}))

        assert text.startswith("deploys the tiers database, load_balancer, monitoring, ")
        assert text.endswith("; not edge (no cloudfront)")

    def test_a_missing_data_plane_leaves_out_no_tier(self) -> None:
        assert select({Capability.DATABASE_TLS: "no TLS"}).tiers == ALL_TIERS

    def test_a_target_that_offers_nothing_is_refused(self) -> None:
        nothing = {
            each: "nothing here" for required in REQUIRED_CAPABILITIES.values() for each in required
        }

        with pytest.raises(UsageError, match="does not offer"):
            select(nothing)

    def test_every_tier_has_required_capabilities(self) -> None:
        assert set(REQUIRED_CAPABILITIES) == set(Tier)
        assert all(REQUIRED_CAPABILITIES.values())


class TestFullStack:
    def test_it_is_refused_with_the_missing_services_and_a_remedy(self) -> None:
        with pytest.raises(UsageError) as raised:
            select(PAID, full=True)

        first, *reasons = raised.value.message.splitlines()
        assert first.startswith(
            "--require-full-stack requires tiers that localstack does not offer"
        )
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

    def test_it_is_accepted_where_all_tiers_are_offered(self) -> None:
        assert select({}, full=True).tiers == ALL_TIERS
        assert select({}, full=True, tiers=sorted(ALL_TIERS)).tiers == ALL_TIERS

    def test_it_cannot_be_combined_with_fewer_tiers(self) -> None:
        with pytest.raises(
            UsageError, match=r"--stack-config lists only network, 5\n.*one of the two"
        ):
            select({}, full=True, tiers=["network", 5])


class TestRequested:
    def test_only_the_requested_tiers_are_deployed(self) -> None:
        assert select(PAID, tiers=["network", "secret"]) == TierSelection(
            frozenset({Tier.NETWORK, Tier.SECRET}), {}
        )

    def test_one_that_is_not_offered_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"--stack-config requires .* edge \(no cloudfront\)"):
            select(PAID, tiers=["network", "edge"])

    @pytest.mark.parametrize("tiers", ["network", 5, None, {"network": 1}])
    def test_a_value_that_is_no_list_is_left_to_the_validation_of_the_configuration(
        self, tiers: object
    ) -> None:
        assert select({}, tiers=tiers).tiers == ALL_TIERS


class TestFacts:
    def test_a_full_stack_has_no_facts(self) -> None:
        assert tier_facts(StackConfig(environment_suffix="pr1"), PAID) == {}

    def test_a_partial_stack_has_the_reasons_for_the_missing_tiers(self) -> None:
        config = StackConfig(environment_suffix="pr1", tiers=frozenset({"network", "storage"}))
        facts = tier_facts(config, {Capability.RDS: "no RDS"})

        assert facts["tiers"] == "network, storage"
        assert facts["tiers not deployed"].startswith("secret (not requested), ")
        assert "database (no rds)" in facts["tiers not deployed"]
        assert "service (needs database)" in facts["tiers not deployed"]
