"""What is swept: this project's, of a run that was named or has expired, and nothing else."""

from collections.abc import Sequence
from typing import ClassVar

import pytest

from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import parse_time
from harness.catalog.names import physical_names
from harness.teardown.sweep.selection import KnownRun, Selection, SweepFilter
from harness.teardown.sweep.selection import select as select_resources
from tests.unit.harness.aws.resources.fake_account import (
    FUTURE,
    NOW,
    PAST,
    REGION,
    SUFFIX,
    tags,
    vpc,
)

EXPIRED = SweepFilter(expired_before=NOW)
NAMED = SweepFilter(frozenset({SUFFIX}))
DASHBOARD = Resource(Kind.DASHBOARD, f"catalog-{SUFFIX}")
BUCKET = Resource(Kind.BUCKET, f"catalog-logs-{SUFFIX}-{REGION}")


def select(
    resources: Sequence[Resource], limits: SweepFilter, known: Sequence[KnownRun] = ()
) -> Selection:
    return select_resources(
        resources, limits, names_of=lambda suffix: physical_names(suffix, REGION), known=known
    )


def swept(
    limits: SweepFilter, *resources: Resource, known: tuple[KnownRun, ...] = ()
) -> set[Resource]:
    selection = select(resources, limits, known)
    return {each for run in selection.runs for each in run.resources}


def chosen(selection: Selection) -> dict[str, str]:
    return {run.environment_suffix: run.why for run in selection.runs}


class TestTagged:
    def test_what_has_expired_is_swept_with_the_time(self) -> None:
        selection = select([vpc()], EXPIRED)

        assert chosen(selection) == {SUFFIX: "expired at 2026-05-31T22:00:00Z"}
        assert selection.runs[0].resources == (vpc(),)

    def test_what_was_named_is_swept_whether_or_not_it_has_expired(self) -> None:
        alive, undated = vpc("vpc-1", expires_at=FUTURE), vpc("vpc-2", expires_at=None)

        assert swept(NAMED, alive, undated) == {alive, undated}

    def test_with_named_runs_alone_no_expired_one_is_swept(self) -> None:
        assert swept(NAMED, vpc(suffix="pr2")) == set()

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"EnvironmentSuffix": SUFFIX, "expires-at": PAST},
            {**tags(), "Project": "another"},
            {**tags(), "ManagedBy": "hand"},
            {key: value for key, value in tags().items() if key != "EnvironmentSuffix"},
            {**tags(), "EnvironmentSuffix": ""},
        ],
        ids=["none", "no project", "other project", "other manager", "no suffix", "empty suffix"],
    )
    @pytest.mark.parametrize("limits", [EXPIRED, NAMED], ids=["expired", "named"])
    def test_nothing_is_swept_without_every_tag_of_this_project(
        self, limits: SweepFilter, wrong: dict[str, str]
    ) -> None:
        lookalike = Resource(Kind.ROLE, f"catalog-task-{SUFFIX}", tags=wrong)

        assert swept(limits, vpc(), lookalike) == {vpc()}

    @pytest.mark.parametrize("expires_at", [FUTURE, None, "soon", "2026-01-01", "2026-01-01T00:00"])
    def test_what_has_not_expired_or_has_no_valid_time_stays(self, expires_at: str | None) -> None:
        assert swept(EXPIRED, vpc(expires_at=expires_at)) == set()

    def test_a_run_expires_with_the_latest_time_of_anything_of_it(self) -> None:
        assert swept(EXPIRED, vpc("vpc-1"), vpc("vpc-2", expires_at=FUTURE)) == set()

    def test_a_resource_without_a_time_of_its_own_stays_when_its_run_has_expired(self) -> None:
        undated = vpc("vpc-2", expires_at=None)
        selection = select([vpc(), undated], EXPIRED)

        assert selection.runs[0].resources == (vpc(),)
        assert "no expires-at tag of its own" in selection.skipped[undated]

    def test_of_two_runs_with_one_suffix_only_the_one_given_is_swept(self) -> None:
        mine, without = vpc("vpc-1", RunId="1"), vpc("vpc-3")
        others = vpc("vpc-2", RunId="2")
        limits = SweepFilter(frozenset({SUFFIX}), run_id="1")

        assert swept(limits, mine, others, without) == {mine, without}
        assert select([others], limits).skipped == {
            others: "of another run with this suffix: RunId=2"
        }


class TestUntagged:
    @pytest.mark.parametrize("resource", [DASHBOARD, BUCKET], ids=["dashboard", "bucket"])
    def test_the_exact_derived_name_of_a_swept_run_is_swept(self, resource: Resource) -> None:
        assert swept(NAMED, resource) == {resource}
        assert swept(EXPIRED, vpc(), resource) == {vpc(), resource}

    @pytest.mark.parametrize("resource", [DASHBOARD, BUCKET], ids=["dashboard", "bucket"])
    def test_a_name_alone_selects_no_run(self, resource: Resource) -> None:
        assert swept(EXPIRED, resource) == set()

    @pytest.mark.parametrize("name", [f"catalog-{SUFFIX}-2", f"catalog-{SUFFIX}2", "catalog-pr"])
    def test_a_name_that_is_only_similar_stays(self, name: str) -> None:
        assert swept(NAMED, Resource(Kind.DASHBOARD, name)) == set()

    def test_a_bucket_with_tags_of_its_own_is_judged_by_them(self) -> None:
        others = Resource(BUCKET.kind, BUCKET.identifier, tags={"Team": "x"})

        assert swept(NAMED, others) == set()

    def test_a_bucket_whose_tags_cannot_be_read_stays(self) -> None:
        unreadable = Resource(BUCKET.kind, BUCKET.identifier, tags_known=False)

        assert swept(NAMED, unreadable) == set()

    def test_the_exact_name_of_a_kind_that_always_gets_tags_is_not_enough(self) -> None:
        assert swept(NAMED, Resource(Kind.LOG_GROUP, f"/ecs/catalog-{SUFFIX}")) == set()


class TestParts:
    INTERFACE = Resource(Kind.NETWORK_INTERFACE, "eni-1", within="vpc-1")

    def test_what_services_create_in_a_resource_of_a_swept_run_is_swept_with_it(self) -> None:
        tagged = Resource(Kind.NETWORK_INTERFACE, "eni-2", tags={"aws:ecs:x": "y"}, within="vpc-1")

        assert swept(EXPIRED, vpc(), self.INTERFACE, tagged) == {vpc(), self.INTERFACE, tagged}

    def test_so_is_what_auto_scaling_creates_for_a_scalable_target(self) -> None:
        target = Resource(Kind.SCALABLE_TARGET, "service/c/s", tags=tags())
        policy = Resource(Kind.SCALING_POLICY, "arn", "service/c/s", within="service/c/s")
        alarm = Resource(Kind.ALARM, "TargetTracking", "service/c/s", within="service/c/s")

        assert swept(EXPIRED, policy, alarm, target) == {policy, alarm, target}

    def test_what_no_service_creates_stays_in_a_swept_vpc(self) -> None:
        subnet = Resource(Kind.SUBNET, "subnet-1", within="vpc-1")

        assert swept(EXPIRED, vpc(), subnet) == {vpc()}

    def test_elsewhere_it_stays(self) -> None:
        assert swept(EXPIRED, vpc("vpc-2"), self.INTERFACE) == {vpc("vpc-2")}
        assert swept(EXPIRED, vpc(expires_at=FUTURE), self.INTERFACE) == set()

    def test_what_is_tagged_for_another_project_stays_wherever_it_is(self) -> None:
        others = Resource(
            Kind.NETWORK_INTERFACE, "eni-1", tags={"Project": "another"}, within="vpc-1"
        )

        assert swept(EXPIRED, vpc(), others) == {vpc()}


class TestKnownFromElsewhere:
    def test_a_run_on_record_expires_too(self) -> None:
        known = (SUFFIX, parse_time(PAST))

        assert swept(EXPIRED, DASHBOARD, known=(known,)) == {DASHBOARD}

    def test_a_later_time_on_record_keeps_it(self) -> None:
        known = (SUFFIX, parse_time(FUTURE))

        assert swept(EXPIRED, vpc(), known=(known,)) == set()

    def test_without_a_time_it_changes_nothing(self) -> None:
        known = (SUFFIX, None)

        assert swept(EXPIRED, DASHBOARD, known=(known,)) == set()


class TestSkipped:
    def why(self, resource: Resource, limits: SweepFilter = EXPIRED) -> list[str]:
        return list(select([resource], limits).skipped.values())

    def test_what_is_ours_and_stays_is_named_with_the_reason(self) -> None:
        assert self.why(vpc(expires_at=FUTURE)) == [
            "not named, and not expired before 2026-06-01T22:00:00Z"
        ]
        assert self.why(vpc(expires_at="soon")) == ["not named, and without a valid expires-at tag"]

    def test_so_is_what_carries_a_swept_suffix_and_is_another_projects(self) -> None:
        others = Resource(Kind.VPC, "vpc-9", tags={**tags(), "Project": "another"})

        assert self.why(others, NAMED) == ["not of this project: Project=another, ManagedBy=cdktf"]

    def test_everything_else_is_not_mentioned(self) -> None:
        assert self.why(Resource(Kind.VPC, "vpc-default")) == []


class TestMadeByServices:
    """What GuardDuty and Container Insights make beside a stack."""

    MANAGED: ClassVar = {"GuardDutyManaged": "true"}

    def test_an_endpoint_and_a_group_of_guard_duty_are_swept_with_their_vpc(self) -> None:
        endpoint = Resource(Kind.VPC_ENDPOINT, "vpce-1", tags=self.MANAGED, within="vpc-1")
        group = Resource(Kind.SECURITY_GROUP, "sg-1", "GuardDuty", self.MANAGED, within="vpc-1")

        assert swept(NAMED, vpc("vpc-1"), endpoint, group) == {vpc("vpc-1"), endpoint, group}

    def test_those_in_another_vpc_are_not(self) -> None:
        endpoint = Resource(Kind.VPC_ENDPOINT, "vpce-1", tags=self.MANAGED, within="vpc-9")

        assert swept(NAMED, vpc("vpc-1"), endpoint) == {vpc("vpc-1")}

    def test_an_untagged_group_that_guard_duty_does_not_manage_is_not(self) -> None:
        group = Resource(Kind.SECURITY_GROUP, "sg-1", "by hand", within="vpc-1")

        assert swept(NAMED, vpc("vpc-1"), group) == {vpc("vpc-1")}

    def test_the_log_group_of_container_insights_is_swept_by_its_exact_name(self) -> None:
        name = "/aws/ecs/containerinsights/catalog-{}/performance"
        own = Resource(Kind.LOG_GROUP, name.format(SUFFIX))
        others = Resource(Kind.LOG_GROUP, name.format(f"{SUFFIX}-2"))

        assert swept(NAMED, own, others) == {own}

    def test_an_untagged_log_group_of_the_stack_is_not(self) -> None:
        assert swept(NAMED, Resource(Kind.LOG_GROUP, f"/ecs/catalog-{SUFFIX}")) == set()
