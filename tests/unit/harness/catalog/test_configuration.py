"""The catalog's configuration of a run: precedence, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from harness.aws.capability import Capability
from harness.catalog import CATALOG
from harness.catalog.configuration import LOCAL_IMAGE
from harness.core.errors import UsageError
from harness.run.ledger import Ledger
from harness.run.observer import Observer
from harness.run.run import Run
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from stack.config import StackConfig
from stack.tiers import ALL_TIERS
from tests.unit.harness.fake_target import UnusedTarget


class Notes(Observer):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


class Rds:
    """Offers two versions of one major."""

    def get_paginator(self, _operation: str) -> "Rds":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"DBEngineVersions": [{"EngineVersion": v} for v in ("16.6", "16.8")]}]

    def describe_orderable_db_instance_options(self, **_: str) -> dict[str, Any]:
        return {"OrderableDBInstanceOptions": [{}]}


class FakeTarget(UnusedTarget):
    """An emulator whose RDS may not be used by every test."""

    def __init__(
        self, *, rds: Rds | None = None, lacks: dict[Capability, str] | None = None
    ) -> None:
        self.rds = rds
        self.lacks = lacks or {}

    def missing(self) -> dict[Capability, str]:
        return self.lacks

    def session(self) -> Any:
        assert self.rds is not None, "the target was used"
        return self

    def client(self, service: str) -> Rds | None:
        assert service == "rds"
        return self.rds


def config_of(tmp_path: Path, target: FakeTarget, **stack_settings: Any) -> StackConfig:
    return config_and_notes(tmp_path, target, **stack_settings)[0]


def config_and_notes(
    tmp_path: Path, target: FakeTarget, *, skip_preflight: bool = False, **stack_settings: Any
) -> tuple[StackConfig, list[str]]:
    observer = Notes()
    run = Run(
        stack=CATALOG,
        settings=HarnessSettings(
            region="eu-west-1", stack_settings=stack_settings, skip_preflight=skip_preflight
        ),
        environment_suffix="pr1",
        ledger=Ledger(tmp_path),
        timeline=Timeline(observer),
        owner_pid=None,
    )
    planned = run.planned_config(target)
    return CATALOG.resolve(planned, run.settings, target, run.timeline), observer.notes


def test_suffix_and_region_are_the_runs(tmp_path: Path) -> None:
    config = config_of(tmp_path, FakeTarget(rds=Rds()))

    assert (config.environment_suffix, config.region) == ("pr1", "eu-west-1")


def test_defaults_of_the_target_take_precedence_over_those_of_the_stack(tmp_path: Path) -> None:
    config = config_of(tmp_path, FakeTarget(rds=Rds()))

    assert config.image == LOCAL_IMAGE
    assert not config.cloudfront_wait_for_deployment


def test_fields_of_the_user_take_precedence_over_defaults_of_the_target(tmp_path: Path) -> None:
    assert config_of(tmp_path, FakeTarget(rds=Rds()), image="mine:2").image == "mine:2"


def test_the_database_version_is_one_that_the_target_offers_with_the_reason_noted(
    tmp_path: Path,
) -> None:
    config, notes = config_and_notes(tmp_path, FakeTarget(rds=Rds()))

    assert config.aurora_engine_version == "16.8"
    assert notes == ["Aurora PostgreSQL 16.8: the preferred minor version, and offered"]


def test_a_version_that_is_not_offered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"16\.4 is not offered"):
        config_of(tmp_path, FakeTarget(rds=Rds()), aurora_engine_version="16.4")


def test_without_preflight_an_exact_version_is_deployed_unchecked(tmp_path: Path) -> None:
    config, _ = config_and_notes(
        tmp_path, FakeTarget(rds=None), skip_preflight=True, aurora_engine_version="16.4"
    )

    assert config.aurora_engine_version == "16.4"


def test_without_preflight_a_version_is_still_chosen_where_none_is_given(tmp_path: Path) -> None:
    config, _ = config_and_notes(tmp_path, FakeTarget(rds=Rds()), skip_preflight=True)

    assert config.aurora_engine_version == "16.8"


def test_without_a_database_no_version_is_requested(tmp_path: Path) -> None:
    config = config_of(tmp_path, FakeTarget(rds=None), tiers=["network", "storage"])

    assert config.aurora_engine_version is None


def test_tiers_that_the_target_does_not_offer_are_left_out_and_noted(tmp_path: Path) -> None:
    target = FakeTarget(lacks={Capability.RDS: "no databases here", Capability.ECS: "no tasks"})

    config, notes = config_and_notes(tmp_path, target)

    assert config.tiers == ALL_TIERS - {"database", "service", "scaling"}
    (note,) = notes
    assert note.startswith("embedded deploys the tiers edge, load_balancer, monitoring, ")
    assert note.endswith(
        "; not database (no rds), service (no ecs), scaling (needs database, service)"
    )


def test_tiers_that_the_user_names_are_deployed_without_a_note(tmp_path: Path) -> None:
    target = FakeTarget(lacks={Capability.RDS: "no databases here"})

    config, notes = config_and_notes(tmp_path, target, tiers=["network", "storage"])

    assert config.tiers == {"network", "storage"}
    assert notes == []


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"desired_cuont": 3}, "desired_cuont"),
        ({"desired_count": "three"}, "desired_count"),
        ({"tiers": 5}, "tiers"),
    ],
)
def test_a_wrong_field_is_a_usage_error_that_names_where_to_fix_it(
    tmp_path: Path, settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(UsageError, match=rf"{field}.*\n.*--stack-config"):
        config_of(tmp_path, FakeTarget(), **settings)


@pytest.mark.parametrize(
    ("field", "value", "option"),
    [
        ("region", "us-east-1", "--region"),
        ("environment_suffix", "pr2", "--environment-suffix"),
    ],
)
def test_a_file_that_contradicts_the_run_is_refused(field: str, value: str, option: str) -> None:
    settings = HarnessSettings(stack_settings={field: value})

    with pytest.raises(UsageError, match=rf"sets {field} to '{value}'.*\n.*{option}"):
        CATALOG.configure(settings, "pr1")


def test_a_file_that_agrees_with_the_run_is_accepted() -> None:
    settings = HarnessSettings(stack_settings={"region": "eu-north-1"})

    assert CATALOG.configure(settings, "pr1").region == "eu-north-1"


class TestTargetDefaults:
    def test_a_real_account_has_no_default_image_and_waits_for_the_distribution(self) -> None:
        class Account(FakeTarget):
            is_account = True
            is_emulated = False

        config = CATALOG.configure(HarnessSettings(), "pr1", target=Account())

        assert config == CATALOG.configure(HarnessSettings(), "pr1")
        assert config.cloudfront_wait_for_deployment

    def test_a_rehearsal_does_not_wait_for_the_distribution(self) -> None:
        class Rehearsal(FakeTarget):
            is_account = True

        config = CATALOG.configure(HarnessSettings(), "pr1", target=Rehearsal())

        assert not config.cloudfront_wait_for_deployment
        assert config.image != LOCAL_IMAGE


class TestOptions:
    def test_an_image_that_is_named_takes_precedence_over_the_targets(self) -> None:
        config = CATALOG.configure(HarnessSettings(image="mine:3"), "pr1", target=FakeTarget())

        assert config.image == "mine:3"

    def test_on_aws_the_state_goes_into_the_bucket(self) -> None:
        settings = HarnessSettings(
            target="aws", state_bucket="states", state_bucket_region="eu-west-1", state_lock=True
        )

        config = CATALOG.configure(settings, "pr1")

        assert (config.state_bucket, config.state_bucket_region) == ("states", "eu-west-1")
        assert config.state_lock

    def test_an_emulators_state_stays_with_its_run(self) -> None:
        config = CATALOG.configure(HarnessSettings(state_bucket="states"), "pr1")

        assert config.state_bucket is None


class TestRunTags:
    def test_every_resource_is_tagged_with_run_owner_and_expiry(self, tmp_path: Path) -> None:
        config = config_of(
            tmp_path, FakeTarget(rds=None), tiers=["network", "storage"], tags={"Team": "shop"}
        )

        assert set(config.tags) == {"RunId", "Owner", "expires-at", "Team"}

    def test_the_user_must_not_set_them(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"sets the tag Owner.*\n.*--owner"):
            config_of(tmp_path, FakeTarget(), tags={"Owner": "me"})
