"""What a run's own Terraform did not remove: swept, and told for what it is."""

from collections.abc import Collection

from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import LeakError, TargetError
from harness.run.record import RunRecord
from harness.run.run import Run
from harness.targets.base import Target
from harness.teardown.sweep import SweptRun, sweep


def sweep_leftovers(
    run: Run, record: RunRecord, target: Target, *, except_for: Collection[str] = ()
) -> SweptRun:
    """Remove what is left of a run and Terraform does not know of.

    Only what carries this project's tags and the run's suffix (and not another run's id), or
    has no tags and exactly the name that the stack derives for it. What could not be removed is
    noted; the proof that follows finds it.

    Args:
        run: The run; what is removed is a note of it.
        record: The run as it is on record.
        target: Where it is.
        except_for: Identifiers of what Terraform does know of.

    Returns:
        What was found and what became of it.

    Raises:
        TargetError: The target does not say what there is.
    """
    suffix = record.environment_suffix
    with run.timeline.phase("sweep"):
        try:
            report = sweep(
                target,
                suffixes=(suffix,),
                run_id=record.run_id,
                except_for=except_for,
                remove=True,
                patience=0.0,
            )
        except (BotoCoreError, ClientError) as error:
            raise TargetError(f"what is left of {suffix} cannot be swept: {error}") from error
    (swept,) = report.runs
    note = run.timeline.note
    for outcome in swept.failed:
        note(f"could not be swept: {outcome.resource}: {outcome.error}")
    if swept.removed and not record.complete:
        note(f"swept after an interrupted apply: {_listed(swept)}")
    return swept


def leak_of_complete_run(record: RunRecord, swept: SweptRun) -> LeakError:
    """Return the error about what a complete deployment left: its state should have held it all."""
    lines = "\n".join(f"  - {resource}" for resource in swept.removed)
    return LeakError(
        f"terraform destroy left {len(swept.removed)} resource(s) of "
        f"{record.environment_suffix}, which have been swept since:\n{lines}",
        remedy="nothing is left now; but the deployment was complete, so find out why Terraform "
        "did not know of them",
    )


def _listed(swept: SweptRun) -> str:
    return "; ".join(map(str, swept.removed))
