"""Drift: what a second plan may want to change, and what it may not."""

import threading
from concurrent.futures import CancelledError

import pytest

from harness.drift import AllowedDrift, DriftWatch, require_no_drift
from harness.errors import DriftError, HarnessError
from harness.terraform import Plan, ResourceChange
from harness.terraform.attributes import AttributeChange

EMPTY = Plan(has_changes=False)


def change(
    address: str = "aws_ecs_service.api",
    *names: str,
    actions: tuple[str, ...] = ("update",),
) -> ResourceChange:
    attributes = tuple(AttributeChange(name, "1", "2") for name in names)
    return ResourceChange(address, actions, attributes)


def plan_of(*changes: ResourceChange, outputs: tuple[str, ...] = ()) -> Plan:
    return Plan(has_changes=True, changes=changes, outputs=outputs)


def allowed(address: str, *attributes: str) -> list[AllowedDrift]:
    return [AllowedDrift(address, frozenset(attributes), "known")]


class TestRequireNoDrift:
    def test_an_empty_plan_is_right(self) -> None:
        require_no_drift(EMPTY)

    def test_every_change_is_listed_with_what_differs(self) -> None:
        plan = plan_of(
            change("aws_lb.alb", "idle_timeout"),
            change("aws_s3_bucket.logs", actions=("create",)),
        )

        with pytest.raises(DriftError) as raised:
            require_no_drift(plan)

        assert "aws_lb.alb: update (idle_timeout: 1 -> 2)" in raised.value.message
        assert "aws_s3_bucket.logs: create" in raised.value.message

    def test_an_output_that_would_change_is_drift(self) -> None:
        with pytest.raises(DriftError, match="output alb_dns_name"):
            require_no_drift(plan_of(outputs=("alb_dns_name",)))

    @pytest.mark.parametrize("address", ["aws_ecs_service.api", "aws_ecs_service.*"])
    def test_an_attribute_on_the_list_may_differ(self, address: str) -> None:
        require_no_drift(
            plan_of(change("aws_ecs_service.api", "desired_count")),
            allowed(address, "desired_count"),
        )

    def test_an_address_with_an_index_can_be_allowed(self) -> None:
        require_no_drift(
            plan_of(change("aws_subnet.public[0]", "tags")), allowed("aws_subnet.public[0]", "tags")
        )

    @pytest.mark.parametrize(
        "seen",
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
    def test_the_list_allows_nothing_else(self, seen: ResourceChange) -> None:
        with pytest.raises(DriftError):
            require_no_drift(plan_of(seen), allowed("aws_ecs_service.api", "desired_count"))


class TestDriftWatch:
    def test_the_plan_is_made_beside_the_caller(self) -> None:
        go_on = threading.Event()

        def plan() -> Plan:
            assert go_on.wait(30)
            return EMPTY

        watch = DriftWatch(plan, threading.Event())
        go_on.set()

        assert watch.wait() is EMPTY
        watch.cancel()

    def test_what_planning_raised_is_raised_by_whoever_waits(self) -> None:
        def plan() -> Plan:
            raise HarnessError("no plan")

        watch = DriftWatch(plan, threading.Event())

        with pytest.raises(HarnessError, match="no plan"):
            watch.wait()
        watch.cancel()

    def test_a_cancelled_plan_has_ended_when_cancel_returns(self) -> None:
        cancel, ended = threading.Event(), threading.Event()

        def plan() -> Plan:
            assert cancel.wait(30)
            ended.set()
            raise CancelledError

        DriftWatch(plan, cancel).cancel()

        assert ended.is_set()
