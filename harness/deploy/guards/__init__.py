"""Conditions for the first request that changes a real account.

Guards that send no request run first.
"""

from harness.aws.real_session import refuse_login_session
from harness.deploy.guards.cost import guard_cost
from harness.deploy.guards.credentials import guard_credentials
from harness.deploy.guards.permissions import guard_permissions
from harness.deploy.guards.request import guard_account, guard_request
from harness.deploy.guards.service_linked_roles import ensure_service_linked_roles
from harness.deploy.guards.state import guard_state
from harness.run.run import Run
from harness.targets.base import Target

__all__ = ["require_permission"]


def require_permission(run: Run, target: Target) -> None:
    """Refuse a run that must not deploy to the account of its target; emulators have no guards.

    Changes nothing on record, and in the account nothing but that it creates the service-linked
    roles that it lacks.

    Raises:
        UsageError: A guard refuses the run.
    """
    if not target.is_account:
        return
    settings, note = run.settings, run.timeline.observer.note
    with run.timeline.phase("guards"):
        config = run.planned_config(target)
        guard_request(settings, config)
        run.stack.guard_account(settings, config)
        session = target.session()
        refuse_login_session(session)
        guard_account(settings, target.identity)
        guard_credentials(session, minutes=settings.max_duration, note=note)
        needs = run.stack.account_needs(config, target.identity.account)
        guard_permissions(
            *(session, target.identity, needs.statements),
            example=config.environment_suffix,
            note=note,
        )
        guard_state(session, config)
        usage, limit = run.stack.hourly_usage(config), settings.max_cost_per_hour
        guard_cost(session, usage, region=config.region, limit=limit, note=note)
        # Last: it is the only one that changes something.
        ensure_service_linked_roles(session, needs.service_linked_roles, note=note)
