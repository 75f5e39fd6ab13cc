"""Deploying: target, synth, init, preflight, apply, outputs."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from harness.drift import DriftWatch
from harness.ledger import RunStatus
from harness.run import Run
from harness.stack_settings import stack_config_for
from harness.synth import SynthesizedStack, synthesize
from harness.targets.base import Target
from harness.targets.factory import attach_target, create_target
from harness.terraform import Workspace
from harness.workspaces import workspace_of
from stack.config import StackConfig
from stack.outputs import CatalogOutputs

__all__ = ["Deployment", "attach", "deploy", "start_target"]


@dataclass(frozen=True)
class Deployment:
    """One deployed stack.

    Attributes:
        run: The run that it belongs to.
        target: Where it is deployed.
        config: What was wanted.
        outputs: What Terraform says about it.
        workspace: Terraform's working directory.
    """

    run: Run
    target: Target
    config: StackConfig
    outputs: CatalogOutputs
    workspace: Workspace

    def watch_drift(self) -> DriftWatch:
        """Start the second plan in the background."""
        cancel = threading.Event()

        def plan() -> Any:
            with self.run.timeline.phase("second plan"):
                return self.workspace.plan(cancel=cancel)

        return DriftWatch(plan, cancel)


def start_target(run: Run) -> Target:
    """Put the run on record and start its target; or attach to the one of its record."""
    record = run.ledger.find(run.environment_suffix)
    if record is not None and record.attachment:
        return attach_target(record.region, record.attachment)
    target = create_target(run.settings, owner_pid=run.owner_pid)
    run.begin()
    with run.timeline.phase("target"):
        attachment = target.start()
    run.update(attachment=dict(attachment))
    return target


def deploy(run: Run) -> Deployment:
    """Deploy the stack of a run; whatever happens, the caller must destroy it.

    Raises:
        HarnessError: A phase failed; the record says how far it came.
    """
    target = start_target(run)
    config = stack_config_for(run, target)
    run.update(config=config.to_mapping())
    workspace = workspace_of(run, target)
    stack = _synth_and_init(run, config, workspace)
    _preflight(run, stack, target)
    workspace.write(stack.configuration, overrides=_override(target))
    run.update(status=RunStatus.DEPLOYING, applied=True)
    with run.timeline.phase("apply"):
        workspace.apply(on_event=run.on_terraform_event)
    run.update(status=RunStatus.DEPLOYED)
    return _deployment(run, target, config, workspace)


def attach(run: Run) -> Deployment:
    """Attach to a stack that is up.

    Raises:
        EmulatorError: Its embedded cloud has ended.
    """
    record = run.record
    target = attach_target(record.region, record.attachment)
    config = StackConfig.from_mapping(record.config)
    return _deployment(run, target, config, workspace_of(run, target))


def _deployment(run: Run, target: Target, config: StackConfig, workspace: Workspace) -> Deployment:
    outputs = CatalogOutputs.from_dict(workspace.outputs())
    return Deployment(run, target, config, outputs, workspace)


def _synth_and_init(run: Run, config: StackConfig, workspace: Workspace) -> SynthesizedStack:
    cancel = threading.Event()

    def initialise() -> None:
        with run.timeline.phase("init"):
            workspace.init(cancel=cancel)

    with ThreadPoolExecutor(1, thread_name_prefix="init") as pool:
        initialised = pool.submit(initialise)
        try:
            with run.timeline.phase("synth"):
                stack = synthesize(config)
        except BaseException:
            cancel.set()
            raise
        initialised.result()
    return stack


def _override(target: Target) -> Mapping[str, Any]:
    return {"provider": {"aws": [dict(target.provider())]}}
