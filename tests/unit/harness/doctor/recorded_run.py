"""A recorded run of a deployed stack."""

from harness.run.ledger import Ledger, RunRecord, RunStatus, now
from harness.settings.settings import HarnessSettings


def record_deployed_run(settings: HarnessSettings, **attachment: str) -> None:
    """Record a run with the suffix ``pr1`` whose stack is deployed."""
    Ledger(settings.home).begin(
        RunRecord(
            environment_suffix="pr1",
            target="embedded",
            region="eu-north-1",
            status=RunStatus.DEPLOYED,
            started_at=now(),
            attachment=attachment,
        )
    )
