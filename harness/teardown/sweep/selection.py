"""Which resources are swept, and why; nothing else is touched."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from harness.aws.resources.ownership import Names, Ownership
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import PROJECT_TAGS, RUN_ID
from harness.run.owner import Owner
from harness.teardown.sweep.report import SweptRun

NAMED = "named"

# The suffix of a run that is known from another source than its resources, such as the ledger, and
# when it may be swept; None where the source has no time.
KnownRun = tuple[str, datetime | None]

# Created without tags: Terraform gives a dashboard none, and a bucket its tags by a second call.
_UNTAGGED = frozenset({Kind.DASHBOARD, Kind.BUCKET})
# Created by a service for a resource of the run, often without tags.
_PARTS = frozenset(
    {Kind.NETWORK_INTERFACE, Kind.ECS_TASK, Kind.SCALING_POLICY, Kind.ALARM, Kind.LISTENER}
)


@dataclass(frozen=True)
class SweepFilter:
    """The runs that a sweep is limited to.

    Attributes:
        expired_before: Runs that expired before this time are swept too; None: only the named.
        run_id: Of several runs that had one suffix only this one, by the tag ``RunId`` where
            there is one; empty: all.
        in_use: Suffix -> owner of the runs that are left alone.
    """

    suffixes: Collection[str] = ()
    expired_before: datetime | None = None
    run_id: str = ""
    in_use: Mapping[str, Owner] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """The runs that are swept, by suffix, and what is left alone, with the reason."""

    runs: tuple[SweptRun, ...]
    skipped: Mapping[Resource, str]


def select(
    resources: Sequence[Resource],
    limits: SweepFilter,
    *,
    names_of: Callable[[str], Names],
    known: Iterable[KnownRun] = (),
) -> Selection:
    """Choose what is swept.

    A resource is, if it carries this project's tags and its run was named, or has expired: the
    latest ``expires-at`` of any resource of the run is past, and the resource has one itself.
    A resource without tags is swept only with its run: as a part of one of its resources
    (network interfaces, tasks), or by the exact name that the stack derives for it (dashboards, and
    buckets, which can be without tags only as long as they are empty).
    """
    chosen = _chosen_runs([each for each in resources if each.is_ours], limits, known)
    runs = {
        suffix: _resources_of(
            Ownership(suffix, names_of(suffix), limits.run_id), resources, named=why == NAMED
        )
        for suffix, why in sorted(chosen.items())
    }
    swept = {each for some in runs.values() for each in some}
    return Selection(
        runs=tuple(SweptRun(suffix, chosen[suffix], some) for suffix, some in runs.items()),
        skipped={
            each: why
            for each in resources
            if each not in swept and (why := _why_skipped(each, chosen, limits))
        },
    )


def is_part_of(resource: Resource, identifiers: Iterable[str]) -> bool:
    """Whether a service created a resource as a part of one of these."""
    return resource.kind in _PARTS and resource.within in identifiers


def _chosen_runs(
    ours: Iterable[Resource], limits: SweepFilter, known: Iterable[KnownRun]
) -> dict[str, str]:
    """Return suffix -> why it is swept."""
    expiries: dict[str, list[datetime]] = defaultdict(list)
    for suffix, expires_at in (*((each.suffix, each.expires_at) for each in ours), *known):
        if expires_at is not None:
            expiries[suffix].append(expires_at)
    chosen = dict.fromkeys(limits.suffixes, NAMED)
    for suffix, times in expiries.items():
        if limits.expired_before is not None and max(times) < limits.expired_before:
            chosen.setdefault(suffix, f"expired at {max(times):%Y-%m-%dT%H:%M:%SZ}")
    return {suffix: why for suffix, why in chosen.items() if suffix not in limits.in_use}


def _resources_of(
    ownership: Ownership, resources: Sequence[Resource], *, named: bool
) -> tuple[Resource, ...]:
    """Return what is swept of one run; of a run that was not named only what has expired."""

    def is_swept(resource: Resource) -> bool:
        if ownership.by_tags(resource):
            return named or resource.expires_at is not None
        may_be_untagged = resource.kind in _UNTAGGED or resource.is_managed
        untagged = may_be_untagged and resource.tags_known and not resource.tags
        return untagged and ownership.by_name(resource)

    swept = {each for each in resources if is_swept(each)}
    parents = {(each.kind, each.identifier) for each in swept}
    parts = {
        each
        for each in resources
        if (each.kind in _PARTS or each.is_managed) and (each.kind.parent, each.within) in parents
    }
    untagged = {each for each in parts if not each.tags.keys() & PROJECT_TAGS.keys()}
    return tuple(each for each in resources if each in swept | untagged)


def _why_skipped(resource: Resource, chosen: Mapping[str, str], limits: SweepFilter) -> str:
    """Return why a resource is left alone; empty if it looks like no leftover."""
    if resource.is_ours and resource.suffix in limits.in_use:
        return f"in use by {limits.in_use[resource.suffix]}"
    if resource.is_ours:
        return _why_not_chosen(resource, chosen, limits)
    if resource.suffix in chosen:
        return f"not of this project: {_project(resource)}"
    return ""


def _why_not_chosen(resource: Resource, chosen: Mapping[str, str], limits: SweepFilter) -> str:
    run_id = resource.tags.get(RUN_ID, limits.run_id)
    if resource.suffix in chosen and limits.run_id and run_id != limits.run_id:
        return f"of another run with this suffix: {RUN_ID}={run_id}"
    if resource.suffix in chosen:
        return "its run has expired, but it has no expires-at tag of its own"
    if resource.expires_at is None:
        return "not named, and without a valid expires-at tag"
    return f"not named, and not expired before {resource.expires_at:%Y-%m-%dT%H:%M:%SZ}"


def _project(resource: Resource) -> str:
    actual = {key: resource.tags.get(key, "(none)") for key in PROJECT_TAGS}
    return ", ".join(f"{key}={value}" for key, value in actual.items())
