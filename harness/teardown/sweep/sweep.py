"""Sweeping a target: list, choose, delete in order, prove."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.ownership import Ownership
from harness.run.stack_definition import StackDefinition
from harness.targets.base import Target
from harness.teardown.proof import prove_teardown
from harness.teardown.sweep.removal import remove_all
from harness.teardown.sweep.report import SweepReport, SweptRun
from harness.teardown.sweep.selection import KnownRun, SweepFilter, is_part_of, select


def sweep(
    target: Target,
    stack: StackDefinition,
    limits: SweepFilter,
    *,
    except_for: Collection[str] = (),
    remove: bool = False,
    known: Iterable[KnownRun] = (),
    patience: float | None = None,
) -> SweepReport:
    """Find what runs left behind in a target, and remove it if requested.

    Nothing is touched but what ``select`` chooses. A resource that cannot be removed, or a
    service that fails, does not stop the rest; the report has the errors.

    Args:
        except_for: Identifiers of resources that are left, with their parts: those in a
            Terraform state.
        known: Runs known from other sources than their resources.
        patience: Seconds for which the proof queries again while something is left; None: as
            long as the target may take.

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

    names_of = partial(stack.physical_names, region=target.region)
    selection = select(resources, limits, names_of=names_of, known=known)
    runs = selection.runs
    if remove:
        found = [resource for run in runs for resource in run.resources]
        outcomes = remove_all(clients, found)
        seconds = target.deadlines.proof if patience is None else patience

        def proved(run: SweptRun) -> SweptRun:
            """Return the run with its outcomes, and with what the teardown proof found of it."""
            run = replace(run, outcomes=tuple(o for o in outcomes if o.resource in run.resources))
            suffix = run.environment_suffix
            ownership = Ownership(suffix, names_of(suffix), limits.run_id)
            waiting = 0.0 if run.failed else seconds  # what could not be removed stays
            try:
                proof = prove_teardown(target, ownership, patience=waiting)
            except (BotoCoreError, ClientError) as error:
                return replace(run, errors=(*run.errors, f"no teardown proof: {error}"))
            return replace(run, left=proof.leftovers, proof=str(proof))

        runs = tuple(map(proved, runs))
    return SweepReport(
        target=target.name,
        region=target.region,
        dry_run=not remove,
        runs=runs,
        skipped=selection.skipped,
        unavailable=inventory.unavailable,
        failed={service: str(error) for service, error in inventory.errors.items()},
    )
