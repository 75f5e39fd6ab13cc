"""The outcome of a run, and its report."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.core.errors import HarnessError, UsageError
from harness.core.interrupts import Terminated
from harness.deploy.deploy import Deployment
from harness.deploy.preflight import BlockedError
from harness.pipeline.bundle import COPY, read_configuration
from harness.report.model import RunReport
from harness.run.evidence import CheckResult, OwnTest, Status
from harness.run.run import Run
from harness.run.teardown_result import TeardownState
from harness.terraform.configuration import CONFIGURATION
from harness.terraform.services import references, resource_blocks


@dataclass
class RunOutcome:
    """What is collected during a run for its report.

    Attributes:
        errors: Errors of the run, the first cause first.
        facts: Facts about target and tools, name -> text.
        outputs: The stack's outputs, name -> text.
        proved: Whether something was proved, or nothing had to be.
    """

    results: tuple[CheckResult, ...] = ()
    tests: tuple[OwnTest, ...] = ()
    errors: list[BaseException] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    proved: bool = True

    def record_deployment(self, deployment: Deployment) -> None:
        """Record facts and outputs of a deployment, before it is destroyed."""
        self.facts = deployment.facts()
        self.outputs = _texts(asdict(deployment.outputs))
        self.configuration = read_configuration(deployment.run.workspace_directory / CONFIGURATION)

    @property
    def failed(self) -> bool:
        """Whether the run is a failure: an error, a failed check, or nothing was proved."""
        return bool(self.errors) or Status.FAILED in self.statuses or not self.proved

    @property
    def statuses(self) -> set[Status]:
        """How the checks and tests ended."""
        return {each.status for each in self.results} | {each.status for each in self.tests}

    def report(self, run: Run) -> RunReport | None:
        """Return the report; None if the run is not on record, unless it was refused."""
        record = run.find_record()
        refused = not (record and record.applied) and isinstance(
            next(iter(self.errors), None), BlockedError | UsageError
        )
        if record is None and not refused:
            return None
        place = record or run.settings
        bundle = run.settings.report_dir / run.teardown.bundle.removesuffix(".zip")
        configuration = self.configuration or read_configuration(bundle / COPY)
        return RunReport(
            target=place.target,
            region=place.region,
            environment_suffix=run.environment_suffix,
            started_at=run.started_at,
            facts=dict(self.facts),
            phases=run.timeline.phases,
            resources=run.timeline.resources,
            results=self.results,
            tests=self.tests,
            events=run.timeline.events,
            references=references(configuration),
            # Of a run without failures nothing needs it.
            configuration=dict(resource_blocks(configuration)) if run.teardown.bundle else {},
            provider_clock=record.provider_clock if record else 1,
            outputs=dict(self.outputs),
            errors=tuple(map(_text, self.errors)),
            leftovers=run.teardown.leftovers,
            torn_down=run.teardown.state is TeardownState.PROVED,
            teardown=str(run.teardown),
            bundle=run.teardown.bundle,
            interrupted=any(isinstance(error, KeyboardInterrupt) for error in self.errors),
            refused=refused,
            proved=self.proved,
            notes=(*run.timeline.notes, *self.notes),
        )


def kept_note(environment_suffix: str) -> str:
    """Return a note for the user on the use and removal of a kept stack."""
    return (
        f"the stack {environment_suffix} is still deployed: `catalog-harness check` and `pytest "
        "--catalog-reuse-stack` attach to it; `catalog-harness destroy --environment-suffix "
        f"{environment_suffix}` removes it"
    )


def _text(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        text = "terminated" if isinstance(error, Terminated) else "interrupted"
    else:
        text = str(error) if isinstance(error, HarnessError) else repr(error)
    return "\n".join([text, *getattr(error, "__notes__", ())])


def _texts(outputs: Mapping[str, Sequence[str] | str | int | None]) -> dict[str, str]:
    return {
        name: ", ".join(value) if isinstance(value, tuple) else str(value)
        for name, value in outputs.items()
        if value not in (None, ())
    }
