"""The leftovers of ten killed runs are all swept; the look-alikes are untouched."""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.resource import Kind, Resource
from harness.catalog import CATALOG
from harness.catalog.names import state_key
from harness.core.wait import wait_until
from harness.deploy.workspace import find_tools
from harness.pipeline.lifetime import teardown
from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.run.run import Run
from harness.run.timeline import Observer, Timeline
from harness.settings.settings import HarnessSettings
from harness.targets.embedded import EmbeddedTarget
from harness.teardown.remote_state import find_states
from harness.teardown.sweep.recorded_runs import SweepRequest, sweep_target
from harness.teardown.sweep.report import SweepReport
from tests.integration.killed_runs import EXPIRED, KilledRun
from tests.integration.look_alikes import look_alikes, make_look_alikes

STATE_BUCKET = "states-of-the-nightly-runs"
NETWORK, STORAGE = ("network",), ("storage",)
ROLES = ("storage", "secret", "roles")
DATABASE = ("network", "secret", "database")
ALL = (
    *("network", "storage", "secret", "roles", "database", "load_balancer", "service"),
    *("edge", "scaling", "monitoring"),
)
# The slowest first: they end together. Whatever a run is killed at, another of its resources takes
# seconds longer: on a loaded machine too, the kill comes before the end of the apply.
RUNS = (
    KilledRun("swept-whole", ALL),
    KilledRun("swept-service", ALL, "apply_start", "aws_ecs_service"),
    KilledRun("swept-cluster", ALL, "apply_complete", "aws_ecs_cluster"),
    KilledRun("swept-listener", ALL, "apply_complete", "aws_lb"),
    KilledRun("swept-database", DATABASE, "apply_complete", "aws_rds_cluster"),
    KilledRun("swept-nat", ALL, "apply_complete", "aws_nat_gateway"),
    KilledRun("swept-subnets", NETWORK, "apply_start", "aws_subnet"),
    KilledRun("swept-bucket", STORAGE, "apply_start", "aws_s3_bucket_lifecycle_configuration"),
    KilledRun("swept-policy", STORAGE, "apply_complete", "aws_s3_bucket"),
    KilledRun("swept-roles", ROLES, "apply_complete", "aws_iam_role"),
)
ON_THE_LEDGER = {"swept-policy", "swept-subnets"}
IN_THE_BUCKET = {"swept-whole", "swept-roles"}
_AT_ONCE = 5


class KeptCloud(EmbeddedTarget):
    """A cloud that outlives its runs, as an account does."""

    def stop(self) -> None:
        """Leave it up."""


@dataclass(frozen=True)
class Leftovers:
    """A cloud in which ten runs were killed, and the resources before them."""

    target: KeptCloud
    ledger: Ledger
    ended_as: Mapping[str, str]
    before: frozenset[Resource]

    def resources(self) -> frozenset[Resource]:
        """The resources that exist now."""
        inventory = take_inventory(Clients(self.target.session()), self.target.missing())
        inventory.require_complete()
        return frozenset(inventory.resources)

    def settled(self) -> frozenset[Resource]:
        """The resources, once the cloud has ended the requests of the killed providers."""
        seen = [frozenset[Resource]()]

        def unchanged(found: frozenset[Resource]) -> bool:
            seen.append(lasting(found))
            return seen[-1] == seen[-2]

        return wait_until(
            self.resources, what="the same resources again", ready=unchanged, timeout=60, delay=1
        )

    def sweep(self, *, remove: bool) -> SweepReport:
        request = SweepRequest(
            expired_before=datetime.now(UTC), remove=remove, state_bucket=STATE_BUCKET
        )
        attachment = self.target.start()
        return sweep_target(
            self.target,
            attachment,
            request,
            stack=CATALOG,
            ledger=self.ledger,
            teardown=self._tear_down,
        )

    def _tear_down(self, record: RunRecord) -> object:
        settings = HarnessSettings(reuse_stack=True)
        timeline = Timeline(Observer())
        return teardown(
            Run(CATALOG, settings, record.environment_suffix, self.ledger, timeline, None)
        )

    def states(self) -> set[str]:
        """Suffixes of the states in the bucket."""
        s3 = self.target.session().client("s3")
        return {state.environment_suffix for state in find_states(s3, STATE_BUCKET, state_key)}


@pytest.fixture
def leftovers(
    embedded_only: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Leftovers]:
    cloud = EmbeddedTarget(region="eu-north-1", owner_pid=os.getpid())
    attachment = cloud.start()
    try:
        target = KeptCloud(region="eu-north-1", attachment=attachment)
        monkeypatch.setattr("harness.teardown.destroy.attach_target", lambda *_: target)
        make_look_alikes(target.session(), "swept-whole")
        make_state_bucket(target.session())
        found = Leftovers(target, Ledger(tmp_path / "home"), {}, frozenset())
        before = found.resources()
        ended_as = kill_runs(found.ledger, target, attachment)
        keep_states(target.session(), found.ledger)
        yield Leftovers(target, found.ledger, ended_as, before)
    finally:
        cloud.stop()


def kill_runs(
    ledger: Ledger, target: EmbeddedTarget, attachment: Mapping[str, str]
) -> dict[str, str]:
    """Deploy and kill every run; return how each ended."""
    tools = find_tools(None, None)

    def deploy(run: KilledRun) -> str:
        if run.suffix in ON_THE_LEDGER:
            ledger.begin(record_of(run, attachment))
        return run.deploy(ledger.directory(run.suffix) / "terraform", target, tools)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip((run.suffix for run in RUNS), pool.map(deploy, RUNS), strict=True))


def record_of(run: KilledRun, attachment: Mapping[str, str]) -> RunRecord:
    """Return the record that a killed harness leaves."""
    return RunRecord(
        run.suffix,
        target="embedded",
        region="eu-north-1",
        status=RunStatus.DEPLOYING,
        started_at="2026-01-01T00:00:00+00:00",
        applied=True,
        attachment=attachment,
        run_id=f"{run.suffix}-1",
        expires_at=EXPIRED,
    )


def make_state_bucket(session: Any) -> None:
    session.client("s3").create_bucket(
        Bucket=STATE_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )


def keep_states(session: Any, ledger: Ledger) -> None:
    """Put some of the states into the bucket, one of them locked, beside what is no state."""
    s3 = session.client("s3")
    for suffix in IN_THE_BUCKET:
        path = ledger.directory(suffix) / "terraform" / "terraform.tfstate"
        body = path.read_bytes() if path.exists() else b""
        s3.put_object(Bucket=STATE_BUCKET, Key=f"{suffix}/catalog.tfstate", Body=body)
        s3.put_object(Bucket=STATE_BUCKET, Key=f"{suffix}/catalog.tfstate.tflock", Body=b"{}")
    s3.put_object(Bucket=STATE_BUCKET, Key="alive/catalog.tfstate", Body=b"{}")


def lasting(resources: Iterable[Resource]) -> frozenset[Resource]:
    """Return them without the tasks, which a service starts and stops at any time."""
    return frozenset(each for each in resources if each.kind is not Kind.ECS_TASK)


def test_leftovers_of_ten_killed_runs_are_swept_and_the_look_alikes_untouched(
    leftovers: Leftovers,
) -> None:
    killed = {suffix for suffix, message in leftovers.ended_as.items() if message}
    assert killed == {run.suffix for run in RUNS if run.type}
    there = lasting(leftovers.settled())
    assert_every_look_alike_is_in_every_service(leftovers.before)

    found = leftovers.sweep(remove=False)

    assert {run.environment_suffix for run in found.runs} == {run.suffix for run in RUNS}
    listed = {each for run in found.runs for each in run.resources}
    assert lasting(listed) == there - leftovers.before
    assert {each.kind for each in listed} >= set(Kind) - {
        *(Kind.VPC_ENDPOINT, Kind.DB_PARAMETERS, Kind.DB_CLUSTER_SNAPSHOT, Kind.DB_SNAPSHOT),
        *(Kind.POLICY, Kind.REPOSITORY, Kind.NETWORK_INTERFACE),
        *(Kind.NETWORK_ACL, Kind.VOLUME, Kind.KEY, Kind.TOPIC),
    }
    assert lasting(leftovers.resources()) == there, "a dry run removes nothing"

    swept = leftovers.sweep(remove=True)

    for run in swept.runs:
        assert run.is_clean, (run.failed, run.left, run.errors, run.notes)
    assert {run.environment_suffix for run in swept.runs} == {run.suffix for run in RUNS}
    assert swept.is_clean
    assert leftovers.resources() == leftovers.before, "nothing more, and nothing less"
    assert leftovers.states() == {"alive"}
    assert leftovers.ledger.records() == ()
    assert leftovers.sweep(remove=True).runs == (), "nothing is left to sweep"


def assert_every_look_alike_is_in_every_service(before: frozenset[Resource]) -> None:
    for like in look_alikes("swept-whole"):
        kinds = {each.kind for each in before if dict(each.tags) == dict(like.tags)}
        missing = set(Kind) - kinds
        assert missing <= {
            *(Kind.VPC_ENDPOINT, Kind.DB_PARAMETERS, Kind.DB_CLUSTER_SNAPSHOT, Kind.DB_SNAPSHOT),
            *(Kind.DB_INSTANCE, Kind.DB_SUBNET_GROUP, Kind.ECS_TASK),
            *(Kind.DASHBOARD, Kind.NETWORK_INTERFACE, Kind.SCALING_POLICY),
        }, like.suffix
