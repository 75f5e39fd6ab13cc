"""A run without a cloud: scripted Terraform, a fake target, and a recording observer."""

import json
import platform
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from harness.aws.capability import Capability
from harness.aws.resources.ownership import Ownership
from harness.aws.resources.resource import Resource
from harness.catalog import CATALOG
from harness.core.errors import EmulatorError, HarnessError, UsageError
from harness.deploy import deploy
from harness.run.ledger import Ledger, RunStatus
from harness.run.run import Run
from harness.run.timeline import Observer, Timeline
from harness.settings.settings import HarnessSettings
from harness.synth import ahead
from harness.synth.synthesize import SynthesizedStack
from harness.targets.factory import attach_target
from harness.teardown import destroy
from harness.teardown.proof import TeardownProof
from harness.teardown.sweep.removal import Outcome
from harness.teardown.sweep.report import SweepReport, SweptRun
from harness.teardown.sweep.selection import SweepFilter
from harness.terraform.drift import AllowedDrift
from harness.terraform.provider_installation import pinned_provider_version
from stack.config import StackConfig
from tests.unit.harness.fake_target import UnusedTarget
from tests.unit.harness.terraform.fake_terraform import FakeTerraform, lines, operation, state

SUFFIX = "pr1"
OUTPUTS = {
    "environment_suffix": SUFFIX,
    "region": "eu-north-1",
    "tiers": ["network", "storage"],
    "log_bucket_name": "catalog-logs-pr1",
}
APPLIED = lines(
    operation("apply_start", "aws_s3_bucket.logs", "create", "03:04:05.000"),
    operation("apply_complete", "aws_s3_bucket.logs", "create", "03:04:06.000"),
)
CLEAN = TeardownProof(SUFFIX, leftovers=(), queried=("ecs", "s3"))


class RecordingObserver(Observer):
    """Records phases and notes of a run."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.failed: list[str] = []
        self.notes: list[str] = []

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        (self.failed if failed else self.phases).append(name)

    def note(self, text: str) -> None:
        self.notes.append(text)


class FakeTarget(UnusedTarget):
    """A target that can be started, attached to and stopped."""

    is_predictable: ClassVar[bool] = True
    may_lose_state = False

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.steps: list[str] = []
        self.running = False
        self.start_error: BaseException | None = None
        self.stop_error: HarnessError | None = None
        self.status_at_start: RunStatus | None = None
        self.lacking: dict[Capability, str] = {}
        self.allowed_drift: list[AllowedDrift] = []

    def start(self) -> Mapping[str, str]:
        record = self._ledger.find(SUFFIX)
        self.status_at_start = record.status if record else None
        self.steps.append("start")
        if self.start_error:
            raise self.start_error
        self.running = True
        return {"cloud": "/a/cloud"}

    def attached(self, name: str, region: str, attachment: Mapping[str, str]) -> "FakeTarget":
        assert (name, region) == (self.name, self.region)
        assert attachment == {"cloud": "/a/cloud"}
        if not self.running:
            raise EmulatorError("no embedded cloud runs in /a/cloud any more")
        return self

    def stop(self) -> None:
        self.steps.append("stop")
        if self.stop_error:
            raise self.stop_error
        self.running = False

    def facts(self) -> Mapping[str, str]:
        return {"endpoint": "http://127.0.0.1:1"}

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking

    def environment(self) -> Mapping[str, str]:
        return {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}

    def provider(self) -> Mapping[str, Any]:
        return {"access_key": "test"}

    def known_drift(self) -> Sequence[AllowedDrift]:
        return self.allowed_drift


class FakeRun:
    """A run with fakes for Terraform, target, synth, sweep and teardown proof.

    Args:
        folder: Its files; several processes may share them.
        patch: Installs the fakes.

    Attributes:
        terraform: The program; ``fail`` makes a verb fail.
        target: The target.
        proof: The teardown proof, or an error to raise.
        existing: The error of the check for existing resources.
        proved_for: The ownership that the proof was made for.
        sweep_finds: The resources that each sweep finds and removes, in order.
        removal_error: Reason why a sweep cannot remove resources; the proof is unchanged then.
        synthesized: The result of the synth: JSON, or an error to raise.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = patch
        self.home = folder / "home"
        self.ledger = Ledger(self.home)
        self.target = FakeTarget(self.ledger)
        self.terraform = _terraform(folder / "terraform", patch)
        self.proof: TeardownProof | Exception = CLEAN
        self.existing: HarnessError | None = None
        self.proved_for: Ownership | None = None
        self.sweep_finds: list[tuple[Resource, ...]] = []
        self.removal_error = ""
        self.synthesized: dict[str, Any] | BaseException = {"resource": {}}
        self.synths: list[StackConfig] = []
        self.synths_ahead: list[StackConfig] = []
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr(deploy, "create_target", self._create)
        patch.setattr(deploy, "attach_target", self.target.attached)
        patch.setattr(destroy, "attach_target", self.target.attached)
        patch.setattr(deploy, "synthesize", self._synthesize)
        patch.setattr(ahead, "synthesize", self._synthesize_ahead)
        patch.setattr(destroy, "prove_teardown", self._prove)
        patch.setattr(destroy, "sweep", self._sweep)
        self.watched: list[Path] = []
        patch.setattr(deploy, "start_watchdog", self.watched.append)
        patch.setattr(deploy, "require_no_existing_resources", self._require_none)

    def attaches_really(self) -> None:
        """Let destroy attach to what is on record, as without fakes."""
        self._patch.setattr(destroy, "attach_target", attach_target)

    def settings(self, **changes: Any) -> HarnessSettings:
        values: dict[str, Any] = {
            "terraform": str(self.terraform.program),
            "provider_mirror": _mirror(self.folder / "mirror"),
            "stack_settings": {"tiers": ["network", "storage"]},
            "skip_preflight": True,
            "provider_clock": 1,
            "report_dir": self.folder / "reports",
            "home": self.home,
        }
        return HarnessSettings(**{**values, **changes})

    def options(self) -> tuple[str, ...]:
        """Return the options with these settings, for the command line."""
        settings = self.settings()
        file = self.folder / "stack.json"
        file.write_text(json.dumps(dict(settings.stack_settings)))
        # With "=": pytest takes a separate value for a path to tests and searches its
        # configuration there, before plugins have added their options.
        return (
            f"--environment-suffix={SUFFIX}",
            "--skip-preflight",
            f"--stack-config={file}",
            f"--report-dir={settings.report_dir}",
            f"--terraform={settings.terraform}",
            f"--provider-mirror={settings.provider_mirror}",
            "--provider-clock=1",
        )

    def pytest_options(self) -> tuple[str, ...]:
        """Return the options with these settings, for pytest."""
        return tuple(option.replace("--", "--catalog-", 1) for option in self.options())

    def run(self, **changes: Any) -> Run:
        return Run(
            stack=CATALOG,
            settings=self.settings(**changes),
            environment_suffix=SUFFIX,
            ledger=self.ledger,
            timeline=Timeline(RecordingObserver()),
            owner_pid=1,
        )

    def later_run(self, run: Run, **changes: Any) -> Run:
        """Return another run of the same suffix: another process, at another time."""
        started_at = datetime.fromisoformat(run.started_at) + timedelta(seconds=1)
        return replace(self.run(**changes), started_at=started_at.isoformat())

    def fail(self, verb: str, stdout: str) -> None:
        """Let Terraform fail at a verb."""
        self.terraform.clear(verb)
        self.terraform.answer(verb, stdout, status=1)

    @property
    def verbs(self) -> list[str]:
        """The verbs of Terraform, without read-only ones."""
        read_only = ("version", "state pull")
        return [verb for verb in self.terraform.verbs if verb not in read_only]

    @property
    def status(self) -> RunStatus:
        return self.ledger.get(SUFFIX).status

    def _create(self, _settings: HarnessSettings, *, owner_pid: int | None) -> FakeTarget:
        self.target.steps.append(f"create for {owner_pid}")
        return self.target

    def _synthesize(self, app: object, config: StackConfig, **_: object) -> SynthesizedStack:
        assert app is CATALOG.app
        self.synths.append(config)
        if isinstance(self.synthesized, BaseException):
            raise self.synthesized
        path = self.folder / "cdk.tf.json"
        return SynthesizedStack(self.synthesized, path)

    def _synthesize_ahead(
        self, _app: object, config: StackConfig, *, cancel: threading.Event
    ) -> SynthesizedStack:
        assert not cancel.is_set()
        self.synths_ahead.append(config)
        if isinstance(self.synthesized, HarnessError):
            raise self.synthesized
        return SynthesizedStack({}, self.folder / "ahead.tf.json")

    def _require_none(self, target: object, suffix: str, names: object) -> None:
        assert suffix == SUFFIX
        if self.existing:
            raise self.existing

    def _prove(self, target: object, ownership: Ownership, *, patience: float) -> TeardownProof:
        assert (target, ownership.environment_suffix) == (self.target, SUFFIX)
        assert patience > 0
        self.proved_for = ownership
        self.target.steps.append("prove")
        if isinstance(self.proof, Exception):
            raise self.proof
        return self.proof

    def _sweep(
        self,
        target: object,
        stack: object,
        limits: SweepFilter,
        *,
        except_for: Collection[str],
        **_: object,
    ) -> SweepReport:
        assert (target, stack, limits.suffixes) == (self.target, CATALOG, frozenset({SUFFIX}))
        self.target.steps.append(" ".join(["sweep", limits.run_id, *sorted(except_for)]).strip())
        found = self.sweep_finds.pop(0) if self.sweep_finds else ()
        if found and not self.removal_error:
            self.proof = CLEAN
        outcomes = tuple(Outcome(each, self.removal_error) for each in found)
        swept = SweptRun(SUFFIX, "named", found, outcomes=outcomes)
        return SweepReport("embedded", "eu-north-1", dry_run=False, runs=(swept,))


def refuse_as_guard(*_: object) -> None:
    """Refuse a run before it is on record, in place of ``require_permission``."""
    raise UsageError("the root user", remedy="use a role")


def observer_of(run: Run) -> RecordingObserver:
    observer = run.timeline.observer
    assert isinstance(observer, RecordingObserver)
    return observer


def _terraform(folder: Path, patch: pytest.MonkeyPatch) -> FakeTerraform:
    fake = FakeTerraform(folder, patch)
    if fake.program.exists():  # made by another process of the same test
        return fake
    fake.install()
    fake.answer("version", "Terraform v1.11.4\n")
    fake.answer("apply", APPLIED)
    fake.answer("state pull", state("terraform_data.item", outputs=OUTPUTS))
    return fake


def _mirror(folder: Path) -> Path:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    place = f"{pinned_provider_version()}/{platform.system().lower()}_{machine}"
    provider = folder / "registry.terraform.io" / "hashicorp" / "aws" / place
    provider.mkdir(parents=True, exist_ok=True)
    (provider / "terraform-provider-aws_v5").touch()
    return folder
