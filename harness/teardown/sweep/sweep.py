"""Sweeping a target: look, choose, remove in order, prove."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.resource import Resource
from harness.targets.base import Target
from harness.teardown.proof import TeardownProof, prove_teardown
from harness.teardown.sweep.ownership import KnownRun, Selection, Wanted, select
from harness.teardown.sweep.removal import Outcome, remove_all
from harness.teardown.sweep.report import SweepReport, SweptRun

# AWS ends some deletions (network interfaces, instances) after it has answered them.
_PROOF_PATIENCE_SECONDS = 20.0


def sweep(
    target: Target,
    *,
    suffixes: Collection[str] = (),
    expired_before: datetime | None = None,
    run_id: str = "",
    except_for: Collection[str] = (),
    remove: bool = False,
    known: Iterable[KnownRun] = (),
    patience: float = _PROOF_PATIENCE_SECONDS,
    sleep: Callable[[float], None] | None = None,
) -> SweepReport:
    """Find what runs left behind in a target, and remove it if that is wanted.

    Nothing is touched but what ``select`` chooses. One resource that cannot be removed, or one
    service that does not answer, does not keep the others; the report says so.

    Args:
        target: Where to sweep; started.
        suffixes: Runs to sweep whether or not they have expired.
        expired_before: Sweep the runs that expired before this time; None: only the named.
        run_id: Of several runs that had one of the suffixes only this one; empty: all.
        except_for: Identifiers of what is left to others, with its parts: what a
            Terraform state holds, say.
        remove: Whether to remove what is found; else the report only lists it.
        known: Runs known from elsewhere than their resources.
        patience: Seconds for which the proof asks again while something is left.
        sleep: The pause between two attempts; a test passes its own.

    Returns:
        What was found and, after removing, what the teardown proof said of each run.
    """
    clients = Clients(target.session())
    inventory = take_inventory(clients, target.missing())
    wanted = Wanted(frozenset(suffixes), expired_before, run_id)
    resources = [
        each
        for each in inventory.resources
        if not {each.identifier, each.within} & frozenset(except_for)
    ]
    selection = select(resources, wanted, region=target.region, known=known)
    runs = tuple(SweptRun(run) for run in selection.runs)
    if remove:
        found = [resource for run in selection.runs for resource in run.resources]
        others = _not_ours(resources, selection)
        outcomes = remove_all(clients, found, sleep=sleep)
        runs = tuple(
            _proved(
                _with_outcomes(run, outcomes),
                lambda suffix: prove_teardown(
                    target, suffix, patience=patience, ignoring=others, sleep=sleep or time.sleep
                ),
            )
            for run in runs
        )
    return SweepReport(
        target=target.name,
        region=target.region,
        dry_run=not remove,
        runs=runs,
        spared=selection.spared,
        not_asked=inventory.not_asked,
        unanswered=inventory.unanswered,
    )


def _with_outcomes(run: SweptRun, outcomes: Iterable[Outcome]) -> SweptRun:
    own = set(run.selected.resources)
    return replace(run, outcomes=tuple(each for each in outcomes if each.resource in own))


def _not_ours(resources: Iterable[Resource], selection: Selection) -> frozenset[str]:
    """Return what carries a swept suffix but is of another project, and the parts of that."""
    others = (each.resource for each in selection.spared if not each.resource.is_ours)
    identifiers = frozenset(each.identifier for each in others)
    return identifiers | {each.identifier for each in resources if each.within in identifiers}


def _proved(run: SweptRun, prove: Callable[[str], TeardownProof]) -> SweptRun:
    """Return the run with what the teardown proof says is left of it."""
    try:
        proof = prove(run.environment_suffix)
    except (BotoCoreError, ClientError) as error:
        return replace(run, errors=(*run.errors, f"no teardown proof: {error}"))
    return replace(run, left=proof.leftovers, proof=str(proof))
