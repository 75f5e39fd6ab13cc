"""Deploys a stack: target, synth, init, preflight, apply, outputs."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.core.errors import EmulatorError, HarnessError, TargetError, UsageError
from harness.core.process import ProcessCancelledError
from harness.deploy.existing_resources import (
    require_existing_resources,
    require_no_existing_resources,
)
from harness.deploy.failure_reasons import cancelled, logged_warnings, with_failure_reasons
from harness.deploy.guards import require_permission
from harness.deploy.initialization import initialization
from harness.deploy.preflight import blocked_error, require_deployable
from harness.deploy.service_watch import watched
from harness.deploy.validate import plan_findings
from harness.deploy.workspace import Tools, find_tools, terraform_listener, workspace_of
from harness.preflight.explanation import explain
from harness.preflight.terraform_version import TerraformVersion
from harness.run.ledger import RunRecord, RunStatus
from harness.run.run import Run
from harness.run.stack_definition import StackConfiguration
from harness.run.watchdog import start_watchdog
from harness.synth.ahead import synthesized_ahead
from harness.synth.synthesize import SynthesizedStack, synthesize
from harness.targets.base import Target
from harness.targets.factory import attach_target, create_target
from harness.terraform.drift import DriftVerdict, DriftWatch
from harness.terraform.errors import TerraformError, is_state_locked
from harness.terraform.provider_clock.clock import ProviderClock
from harness.terraform.state import State
from harness.terraform.working_directory import WorkingDirectory

_ANOTHER = "deploy another; `catalog-harness destroy` removes what is left of this one"


@dataclass(frozen=True)
class Deployment:
    """One deployed stack; ``outputs`` has an attribute for each of its Terraform outputs."""

    run: Run
    target: Target
    config: StackConfiguration
    outputs: Any
    tools: Tools
    _state: State

    def facts(self) -> dict[str, str]:
        """Return facts about target, tiers and tools for the report, name -> text."""
        stack = self.run.stack.facts(self.config, self.target.missing())
        clock = {"provider clock": str(ProviderClock(self.run.record.provider_clock))}
        return {**self.target.facts(), **stack, **self.tools.facts(), **clock}

    def state(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Return type and attributes of every resource in the state, as of this object."""
        return tuple(self._state.attributes())

    def watch_drift(self, *, when_done: Callable[[], object] | None = None) -> DriftWatch:
        """Start the second plan in the background; ``when_done`` is called even if it fails."""
        cancel = threading.Event()
        workspace = workspace_of(self.run, self.target, self.tools, cancel=cancel)
        known = self.target.known_drift()

        def verdict() -> DriftVerdict:
            try:
                with self.run.timeline.phase("second plan"):
                    present = self._state.resources() if known else ()
                    plan = workspace.plan()
                    for change in plan.resource_changes:
                        self.run.timeline.event("second plan", str(change))
                    return DriftVerdict(plan, tuple(known), present, self.run.settings.reuse_stack)
            finally:
                if when_done is not None:
                    when_done()

        return DriftWatch(verdict, cancel)


def find_target(run: Run) -> Target:
    """Return the target of a run: that of its record, else a new one, not started yet.

    Raises:
        UsageError: A setting of the target is invalid.
    """
    if attachment := _attachment(run):
        return attach_target(run.record.target, run.record.region, attachment)
    return create_target(run.settings, owner_pid=run.owner_pid)


def start_target(
    run: Run, target: Target, *, on_record: Callable[[], object] = lambda: None
) -> None:
    """Put the run on record and start its target, unless another process of the run has.

    Args:
        on_record: Called when the run is on record, before the target starts.

    Raises:
        UsageError: A run of this suffix may still have resources, or a guard refuses.
    """
    if _attachment(run):
        return
    require_permission(run, target)
    if run.find_record() is None:
        run.begin()
        outlives = run.owner_pid is None or not target.is_per_run
        if outlives and not run.settings.no_watchdog:
            start_watchdog(run.directory)
    on_record()
    with run.timeline.phase("start target"):
        attachment = target.start()
    run.update(attachment=dict(attachment))
    target.recorded()


def _attachment(run: Run) -> Mapping[str, str]:
    record = run.find_record() if run.shared else None
    return record.attachment if record is not None else {}


def deploy(run: Run) -> Deployment:
    """Deploy the stack of a run; the caller must destroy it, also after an error.

    Raises:
        HarnessError: A phase failed; the record holds the status that was reached.
    """
    target = find_target(run)
    tools = find_tools(run.settings.terraform, run.settings.provider_mirror)
    for other in tools.terraform.passed_over:
        run.timeline.note(f"Terraform: passed over {other}")
    with synthesized_ahead(run, target), initialization(run, target, tools) as initialize:
        start_target(run, target, on_record=initialize)
        config = run.stack.resolve(run.planned_config(target), run.settings, target, run.timeline)
        run.update(config=config.to_mapping())
        initialized = initialize()
        with run.timeline.phase("synth"):
            stack = synthesize(run.stack.app, config, phase=run.timeline.phase)
        initialized.result()
    workspace = workspace_of(run, target, tools)
    if not run.settings.skip_preflight:
        _preflight(run, stack, target, tools)
    workspace.write(stack.json, provider=target.provider())
    workspace.init(backend_config=target.backend())
    first = not run.record.applied
    if first:
        _require_free_suffix(run, target)
    run.update(status=RunStatus.DEPLOYING, applied=True)
    try:
        state = _apply(run, workspace, config, target)
        outputs = run.stack.outputs(state.outputs())
    except TerraformError as failure:
        if found := plan_findings(failure, workspace.path, tools):
            run.update(applied=not first)
            raise blocked_error(found, remedy="correct what Terraform names") from failure
        raise
    run.update(status=RunStatus.DEPLOYED, complete=True)
    return Deployment(run, target, config, outputs, tools, state)


def _require_free_suffix(run: Run, target: Target) -> None:
    """Refuse a suffix that is in use; a target of the run's own is empty."""
    if target.is_per_run:
        return
    suffix = run.environment_suffix
    with run.timeline.phase("existing resources"):
        names = run.stack.physical_names(suffix, target.region)
        require_no_existing_resources(target, suffix, names)


def attach(run: Run) -> Deployment:
    """Attach to a deployed stack.

    Raises:
        EmulatorError: Its embedded cloud has ended.
        TargetError: Its LocalStack does not respond, or has lost its state.
        UsageError: It is not deployed, or Terraform's state is not that of a stack.
    """
    record = require_deployed(run)
    target = attach_target(record.target, record.region, record.attachment)
    names = run.stack.physical_names(record.environment_suffix, record.region)
    require_existing_resources(target, record.environment_suffix, names)
    tools = find_tools(record.terraform, record.mirror)
    config = run.stack.restore(record.config)
    workspace = workspace_of(run, target, tools)
    state = workspace.state
    try:
        outputs = run.stack.outputs(state.outputs())
    except ValueError as error:
        raise UsageError(f"the state in {workspace.path}: {error}", remedy=_ANOTHER) from error
    return Deployment(run, target, config, outputs, tools, state)


def require_deployed(run: Run) -> RunRecord:
    """Return the record of a run whose stack is deployed.

    Raises:
        UsageError: It is not.
    """
    record = run.record
    if record.status is not RunStatus.DEPLOYED:
        raise UsageError(
            f"the stack of the run {record.environment_suffix} is not deployed: its run is on "
            f"record as {record.status}",
            remedy=_ANOTHER,
        )
    return record


def _preflight(run: Run, stack: SynthesizedStack, target: Target, tools: Tools) -> None:
    terraform = TerraformVersion(tools.terraform.version, tools.terraform.product)
    with run.timeline.phase("preflight"):
        report = require_deployable(
            stack.json,
            source=stack.path,
            target=target,
            terraform=terraform,
            environment_suffix=run.environment_suffix,
        )
    for finding in report.warnings:
        run.timeline.observer.note(f"{finding.rule} at {finding.address}: {finding.message}")
    for note in report.notes:
        run.timeline.observer.note(f"preflight: {note}")


def _apply(
    run: Run, workspace: WorkingDirectory, config: StackConfiguration, target: Target
) -> State:
    started = time.time()
    try:
        with run.timeline.phase("apply"):
            state = _apply_watched(run, workspace, config, target)
    except TerraformError as failure:
        if is_state_locked(failure):
            run.update(applied=False)  # the state belongs to the lock holder
        require_target(run, failure)
        error = with_failure_reasons(failure, target, run.stack.ecs_services(config))
        rules = (explain(each.code, each.message) for each in error.aws_errors)
        for rule in {rule.id: rule for rule in rules if rule is not None}:
            error.add_note(f"Preflight catches this before anything is deployed: rule {rule}")
        for warning in logged_warnings(target.log_files(run.record.attachment), started):
            error.add_note(f"The {target.name} target logged: {warning}")
        raise error from None
    if reason := workspace.normal_speed_reason():
        run.timeline.note(f"the AWS provider ran at normal speed: {reason}")
    return state


def _apply_watched(
    run: Run, workspace: WorkingDirectory, config: StackConfiguration, target: Target
) -> State:
    """Apply; cancel it when a service cannot become stable."""
    services, timeline = run.stack.ecs_services(config), run.timeline
    with watched(target, services, timeline.observer.note, timeline.event) as watch:
        try:
            return replace(workspace, cancel=watch.cancel).apply(
                on_event=terraform_listener(run.timeline), timeout=target.deadlines.apply
            )
        except ProcessCancelledError:
            if watch.failure is None:
                raise
            raise cancelled(target, watch.failure) from None


def ended_target(run: Run) -> HarnessError | None:
    """Return the error of a target that has ended, or whose credentials have expired.

    It is the cause of every other error, such as a refused connection.
    """
    record = run.record
    try:
        attach_target(record.target, record.region, record.attachment)
    except (EmulatorError, TargetError, UsageError) as error:
        return error
    return None


def require_target(run: Run, failure: HarnessError) -> None:
    """Raise the error of a target that has ended, with a failure that it caused."""
    if (ended := ended_target(run)) is not None:
        raise because_of(ended, failure) from failure


def because_of(ended: HarnessError, failure: BaseException) -> HarnessError:
    """Return the error of a target that has ended, with a failure that it caused."""
    message = f"{ended.message}\n  also: {getattr(failure, 'message', failure)}"
    return type(ended)(message, remedy=ended.remedy)
