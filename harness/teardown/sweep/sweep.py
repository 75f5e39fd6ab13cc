"""Sweeping a target: list, choose, delete in order, prove."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.ownership import Ownership
from harness.targets.base import Target
from harness.teardown.proof import TeardownProof, prove_teardown
from harness.teardown.sweep.removal import Outcome, remove_all
from harness.teardown.sweep.report import SweepReport, SweptRun
from harness.teardown.sweep.selection import KnownRun, NamesOf, SweepFilter, is_part_of, select

# An emulator's: it completes some deletions after it has accepted them.
PATIENCE_SECONDS = 20.0


def sweep(
    target: Target,
    *,
    names_of: NamesOf,
    suffixes: Collection[str] = (),
    expired_before: datetime | None = None,
    run_id: str = "",
    except_for: Collection[str] = (),
    remove: bool = False,
    known: Iterable[KnownRun] = (),
    patience: float = PATIENCE_SECONDS,
    sleep: Callable[[float], None] | None = None,
) -> SweepReport:
    """Find what runs left behind in a target, and remove it if requested.

    Nothing is touched but what ``select`` chooses. A resource that cannot be removed, or a
    service that fails, does not stop the rest; the report has the errors.

    Args:
        target: Where to sweep; started.
        names_of: Returns the names that the stack derives from an environment suffix.
        suffixes: Runs to sweep whether or not they have expired.
        expired_before: Sweep the runs that expired before this time; None: only the named.
        run_id: Of several runs that had one of the suffixes only this one; empty: all.
        except_for: Identifiers of resources that are left, with their parts: those in a
            Terraform state.
        remove: Whether to remove what is found; else the report only lists it.
        known: Runs known from other sources than their resources.
        patience: Seconds for which the proof queries again while something is left.
        sleep: The pause between two attempts; a test passes its own.

    Returns:
        What was found and, after removing, the teardown proof of each run.
    """
    clients = Clients(target.session())
    inventory = take_inventory(clients, target.missing())
    resources = [
        each
        for each in inventory.resources
        if each.identifier not in except_for and not is_part_of(each, except_for)
    ]
    limits = SweepFilter(frozenset(suffixes), expired_before, run_id)
    selection = select(resources, limits, names_of=names_of, known=known)
    runs = tuple(SweptRun(run) for run in selection.runs)
    if remove:
        found = [resource for run in selection.runs for resource in run.resources]
        outcomes = remove_all(clients, found, sleep=sleep)

        def prove(suffix: str) -> TeardownProof:
            ownership = Ownership(suffix, names_of(suffix), run_id)
            return prove_teardown(target, ownership, patience=patience, sleep=sleep or time.sleep)

        runs = tuple(_proved(_with_outcomes(run, outcomes), prove) for run in runs)
    return SweepReport(
        target=target.name,
        region=target.region,
        dry_run=not remove,
        runs=runs,
        skipped=selection.skipped,
        unavailable=inventory.unavailable,
        failed={service: str(error) for service, error in inventory.errors.items()},
    )


def _with_outcomes(run: SweptRun, outcomes: Iterable[Outcome]) -> SweptRun:
    own = set(run.selected.resources)
    return replace(run, outcomes=tuple(each for each in outcomes if each.resource in own))


def _proved(run: SweptRun, prove: Callable[[str], TeardownProof]) -> SweptRun:
    """Return the run with what the teardown proof found of it."""
    try:
        proof = prove(run.environment_suffix)
    except (BotoCoreError, ClientError) as error:
        return replace(run, errors=(*run.errors, f"no teardown proof: {error}"))
    return replace(run, left=proof.leftovers, proof=str(proof))
