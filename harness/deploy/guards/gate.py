"""All guards, in an order in which those that need no call come first."""

from harness.deploy.guards.cost import guard_cost
from harness.deploy.guards.credentials import guard_credentials
from harness.deploy.guards.request import guard_account, guard_request
from harness.deploy.guards.state import guard_state
from harness.run.run import Run
from harness.synth.configuration import planned_config
from harness.targets.base import Target
from harness.targets.real_aws import AwsTarget


def require_permission(run: Run, target: Target) -> None:
    """Refuse a run that must not deploy to the account of its target; emulators need no guard.

    Nothing is changed, neither in the account nor on record.

    Args:
        run: The run, not begun yet.
        target: Where it would deploy.

    Raises:
        UsageError: A guard refuses; the message says what was seen and what to do.
    """
    if not isinstance(target, AwsTarget):
        return
    with run.timeline.phase("guards"):
        _guard(run, target)


def _guard(run: Run, target: AwsTarget) -> None:
    settings, note = run.settings, run.timeline.observer.note
    config = planned_config(run, target)
    guard_request(settings, config)
    guard_account(settings, target.identity)
    session = target.session()
    guard_credentials(session, minutes=settings.max_duration, note=note)
    guard_state(session, config)
    guard_cost(session, config, cap=settings.max_cost_per_hour, note=note)
