"""Drift: the changes that a second plan may have."""

import threading
from concurrent.futures import CancelledError
from dataclasses import replace

import pytest

from harness.core.errors import DriftError, HarnessError
from harness.terraform.attributes import AttributeChange
from harness.terraform.drift import AllowedDrift, DriftVerdict, DriftWatch
from harness.terraform.plan import Plan, ResourceChange

EMPTY = Plan()
NOTHING = DriftVerdict(EMPTY)


def change(
    address: str = "aws_ecs_service.api",
    *names: str,
    actions: tuple[str, ...] = ("update",),
) -> ResourceChange:
    attributes = tuple(AttributeChange(name, "1", "2") for name in names)
    return ResourceChange(address, actions, attributes)


def plan_of(*changes: ResourceChange, outputs: tuple[str, ...] = ()) -> Plan:
    return Plan(resource_changes=changes, output_changes=outputs)


def allowed(address: str, *attributes: str) -> AllowedDrift:
    return AllowedDrift(address, frozenset(attributes), "an emulator's")


def verdict_on(
    plan: Plan, *known: AllowedDrift, present: tuple[str, ...] = ("aws_ecs_service.api",)
) -> DriftVerdict:
    return DriftVerdict(plan, known, present)


class TestRequireNoDrift:
    def test_a_plan_without_changes_is_no_drift(self) -> None:
        verdict_on(EMPTY).require_none(print)

    def test_every_change_is_listed_with_its_attributes(self) -> None:
        plan = plan_of(
            change("aws_lb.alb", "idle_timeout"),
            change("aws_s3_bucket.logs", actions=("create",)),
        )

        with pytest.raises(DriftError) as raised:
            verdict_on(plan).require_none(print)

        assert "aws_lb.alb: update (idle_timeout: 1 -> 2)" in raised.value.message
        assert "aws_s3_bucket.logs: create" in raised.value.message

    def test_the_remedy_depends_on_who_may_have_changed_it(self) -> None:
        verdict = verdict_on(plan_of(change("aws_lb.alb", "idle_timeout")))

        with pytest.raises(DriftError, match=r"right after apply(.|\n)*fix the configuration"):
            verdict.require_none(print)
        with pytest.raises(DriftError, match=r"since it was deployed(.|\n)*someone or something"):
            replace(verdict, later=True).require_none(print)

    def test_a_changed_output_is_drift(self) -> None:
        with pytest.raises(DriftError, match="output alb_dns_name"):
            verdict_on(plan_of(outputs=("alb_dns_name",))).require_none(print)

    @pytest.mark.parametrize("address", ["aws_ecs_service.api", "aws_ecs_service.*"])
    def test_an_allowed_attribute_may_differ(self, address: str) -> None:
        verdict_on(
            plan_of(change("aws_ecs_service.api", "desired_count")),
            allowed(address, "desired_count"),
        ).require_none(print)

    def test_an_address_with_an_index_can_be_allowed(self) -> None:
        verdict_on(
            plan_of(change("aws_subnet.public[0]", "tags")), allowed("aws_subnet.public[0]", "tags")
        ).require_none(print)

    @pytest.mark.parametrize(
        "planned",
        [
            pytest.param(change("aws_lb.alb", "desired_count"), id="another resource"),
            pytest.param(
                change("aws_ecs_service.api", "desired_count", "tags"), id="another attribute too"
            ),
            pytest.param(
                change("aws_ecs_service.api", "desired_count", actions=("delete", "create")),
                id="a replacement",
            ),
            pytest.param(change("aws_ecs_service.api", actions=("delete",)), id="a deletion"),
        ],
    )
    def test_other_changes_are_not_allowed(self, planned: ResourceChange) -> None:
        verdict = verdict_on(plan_of(planned), allowed("aws_ecs_service.api", "desired_count"))

        with pytest.raises(DriftError):
            verdict.require_none(print)


class TestNotes:
    KNOWN = allowed("aws_ecs_service.*", "desired_count")

    def test_known_drift_is_noted_with_its_reason(self) -> None:
        plan = plan_of(change("aws_ecs_service.api", "desired_count"))

        (note,) = verdict_on(plan, self.KNOWN).notes()

        assert note == (
            "known drift: aws_ecs_service.api: update (desired_count: 1 -> 2): an emulator's"
        )

    def test_an_entry_that_is_no_longer_needed_is_noted(self) -> None:
        (note,) = verdict_on(EMPTY, self.KNOWN).notes()

        assert "known drift of aws_ecs_service.* (desired_count) did not occur" in note

    def test_entries_of_resources_that_are_not_deployed_are_not_noted(self) -> None:
        assert list(verdict_on(EMPTY, self.KNOWN, present=("aws_vpc.main",)).notes()) == []

    def test_known_drift_is_noted_before_other_drift_raises(self) -> None:
        notes: list[str] = []
        plan = plan_of(
            change("aws_ecs_service.api", "desired_count"), change("aws_lb.alb", "idle_timeout")
        )

        with pytest.raises(DriftError) as raised:
            verdict_on(plan, self.KNOWN).require_none(notes.append)

        assert len(notes) == 1
        assert "aws_ecs_service" not in raised.value.message


class TestDriftWatch:
    def test_the_plan_is_made_in_the_background(self) -> None:
        proceed = threading.Event()

        def plan() -> DriftVerdict:
            assert proceed.wait(30)
            return NOTHING

        watch = DriftWatch(plan, threading.Event())
        proceed.set()

        assert watch.wait() is NOTHING
        watch.cancel()

    def test_waiting_raises_the_error_of_the_plan(self) -> None:
        def plan() -> DriftVerdict:
            raise HarnessError("no plan")

        watch = DriftWatch(plan, threading.Event())

        with pytest.raises(HarnessError, match="no plan"):
            watch.wait()
        watch.cancel()

    def test_a_cancelled_plan_has_ended_when_cancel_returns(self) -> None:
        cancel, ended = threading.Event(), threading.Event()

        def plan() -> DriftVerdict:
            assert cancel.wait(30)
            ended.set()
            raise CancelledError

        DriftWatch(plan, cancel).cancel()

        assert ended.is_set()
