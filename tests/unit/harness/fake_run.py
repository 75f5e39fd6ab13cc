"""A run without a cloud: a Terraform that answers as told, a target that notes what it is asked."""

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
from harness.aws.resources.resource import Resource
from harness.catalog import CATALOG
from harness.core.errors import EmulatorError, HarnessError
from harness.run.ledger import Ledger
from harness.run.observer import Observer
from harness.run.record import RunStatus
from harness.run.run import Run
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from harness.synth.synthesize import SynthesizedStack
from harness.teardown.proof import TeardownProof
from harness.teardown.sweep import SweepReport, SweptRun
from harness.teardown.sweep.ownership import SelectedRun
from harness.teardown.sweep.removal import Outcome
from harness.terraform import pinned_provider_version
from harness.terraform.drift import AllowedDrift
from stack.config import StackConfig
from tests.unit.harness.fake_target import UnusedTarget
from tests.unit.harness.scripted_terraform import ScriptedTerraform
from tests.unit.harness.terraform.fake_terraform import lines, operation

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
CLEAN = TeardownProof(SUFFIX, leftovers=(), asked=("ecs", "s3"))


class Witness(Observer):
    """Notes what a run tells."""

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

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.steps: list[str] = []
        self.running = False
        self.refuses_start: BaseException | None = None
        self.refuses_stop: HarnessError | None = None
        self.on_record_at_start: RunStatus | None = None
        self.lacks: dict[Capability, str] = {}
        self.drifts: list[AllowedDrift] = []

    def start(self) -> Mapping[str, str]:
        record = self._ledger.find(SUFFIX)
        self.on_record_at_start = record.status if record else None
        self.steps.append("start")
        if self.refuses_start:
            raise self.refuses_start
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
        if self.refuses_stop:
            raise self.refuses_stop
        self.running = False

    def facts(self) -> Mapping[str, str]:
        return {"endpoint": "http://127.0.0.1:1"}

    def missing(self) -> Mapping[Capability, str]:
        return self.lacks

    def environment(self) -> Mapping[str, str]:
        return {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}

    def provider(self) -> Mapping[str, Any]:
        return {"access_key": "test"}

    def known_drift(self) -> Sequence[AllowedDrift]:
        return self.drifts


class Way:
    """Everything that a run meets, in the hands of a test.

    Args:
        folder: Where it all is; several processes may meet there.
        patch: Puts it in the place of what it stands for.

    Attributes:
        terraform: The program; answer ``apply``, ``destroy``, ... to spoil a phase.
        target: The target.
        proof: What the target says after destroy: a proof, or an error to raise.
        finds: What of the run each sweep finds, one after the other, and removes.
        stuck: Why a sweep cannot remove what it finds; the proof stays as it is then.
        synthesized: What the synth yields: JSON, or an error to raise.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.ledger = Ledger(self.home)
        self.target = FakeTarget(self.ledger)
        self.terraform = _terraform(folder / "terraform", patch)
        self.proof: TeardownProof | Exception = CLEAN
        self.finds: list[tuple[Resource, ...]] = []
        self.stuck = ""
        self.synthesized: dict[str, Any] | BaseException = {"resource": {}}
        self.synths: list[StackConfig] = []
        self.synths_ahead: list[StackConfig] = []
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr("harness.deploy.deploy.create_target", self._create)
        patch.setattr("harness.deploy.deploy.attach_target", self.target.attached)
        patch.setattr("harness.teardown.destroy.attach_target", self.target.attached)
        patch.setattr("harness.deploy.deploy.synthesize", self._synthesize)
        patch.setattr("harness.synth.ahead.synthesize", self._synthesize_ahead)
        patch.setattr("harness.teardown.destroy.prove_teardown", self._prove)
        patch.setattr("harness.teardown.leftovers.sweep", self._sweep)

    def settings(self, **changes: Any) -> HarnessSettings:
        values: dict[str, Any] = {
            "terraform": str(self.terraform.program),
            "provider_mirror": _mirror(self.folder / "mirror"),
            "stack_settings": {"tiers": ["network", "storage"]},
            "skip_preflight": True,
            "report_dir": self.folder / "reports",
            "home": self.home,
        }
        return HarnessSettings(**{**values, **changes})

    def options(self) -> tuple[str, ...]:
        """Return the options that mean these settings, for pytest and the command line."""
        settings = self.settings()
        file = self.folder / "stack.json"
        file.write_text(json.dumps(dict(settings.stack_settings)))
        # With "=": pytest takes a value of its own for a path to tests, and looks for its
        # configuration there, before it knows the options of plugins.
        return (
            f"--environment-suffix={SUFFIX}",
            "--skip-preflight",
            f"--stack-config={file}",
            f"--report-dir={settings.report_dir}",
            f"--terraform={settings.terraform}",
            f"--provider-mirror={settings.provider_mirror}",
        )

    def run(self, **changes: Any) -> Run:
        return Run(
            stack=CATALOG,
            settings=self.settings(**changes),
            environment_suffix=SUFFIX,
            ledger=self.ledger,
            timeline=Timeline(Witness()),
            owner_pid=1,
        )

    def later(self, run: Run, **changes: Any) -> Run:
        """Return another run of the same suffix: another process, at another time."""
        started_at = datetime.fromisoformat(run.started_at) + timedelta(seconds=1)
        return replace(self.run(**changes), started_at=started_at.isoformat())

    def spoil(self, verb: str, stdout: str) -> None:
        """Have Terraform fail at a verb."""
        self.terraform.forget(verb)
        self.terraform.answer(verb, stdout, status=1)

    @property
    def verbs(self) -> list[str]:
        """What Terraform was told to do, looking aside."""
        looks = ("version", "output", "state list", "state pull")
        return [verb for verb in self.terraform.verbs if verb not in looks]

    @property
    def status(self) -> RunStatus:
        return self.ledger.get(SUFFIX).status

    def _create(self, _settings: HarnessSettings, *, owner_pid: int | None) -> FakeTarget:
        self.target.steps.append(f"create for {owner_pid}")
        return self.target

    def _synthesize(self, app: object, config: StackConfig) -> SynthesizedStack:
        assert app is CATALOG.app
        self.synths.append(config)
        if isinstance(self.synthesized, BaseException):
            raise self.synthesized
        path = self.folder / "cdk.tf.json"
        return SynthesizedStack(self.synthesized, path, False, 0.0, "catalog")

    def _synthesize_ahead(
        self, _app: object, config: StackConfig, *, cancel: threading.Event
    ) -> SynthesizedStack:
        assert not cancel.is_set()
        self.synths_ahead.append(config)
        if isinstance(self.synthesized, HarnessError):
            raise self.synthesized
        return SynthesizedStack({}, self.folder / "ahead.tf.json", False, 0.0, "catalog")

    def _prove(self, target: object, suffix: str, *, patience: float) -> TeardownProof:
        assert (target, suffix) == (self.target, SUFFIX)
        assert patience > 0
        self.target.steps.append("prove")
        if isinstance(self.proof, Exception):
            raise self.proof
        return self.proof

    def _sweep(
        self,
        target: object,
        *,
        suffixes: tuple[str, ...],
        run_id: str,
        except_for: Collection[str],
        **_: object,
    ) -> SweepReport:
        assert (target, suffixes) == (self.target, (SUFFIX,))
        self.target.steps.append(" ".join(["sweep", run_id, *sorted(except_for)]).strip())
        found = self.finds.pop(0) if self.finds else ()
        if found and not self.stuck:
            self.proof = CLEAN
        outcomes = tuple(Outcome(each, self.stuck) for each in found)
        swept = SweptRun(SelectedRun(SUFFIX, "named", found), outcomes=outcomes)
        return SweepReport("embedded", "eu-north-1", dry_run=False, runs=(swept,))


def witness_of(run: Run) -> Witness:
    observer = run.timeline.observer
    assert isinstance(observer, Witness)
    return observer


def _terraform(folder: Path, patch: pytest.MonkeyPatch) -> ScriptedTerraform:
    fake = ScriptedTerraform(folder, patch)
    if fake.program.exists():  # made by another process of the same test
        return fake
    fake.install()
    fake.answer("version", "Terraform v1.11.4\n")
    fake.answer("apply", APPLIED)
    fake.answer("state list", "aws_s3_bucket.logs\n")
    declared = {name: {"value": value, "sensitive": False} for name, value in OUTPUTS.items()}
    fake.answer("output", json.dumps(declared))
    return fake


def _mirror(folder: Path) -> Path:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    place = f"{pinned_provider_version()}/{platform.system().lower()}_{machine}"
    provider = folder / "registry.terraform.io" / "hashicorp" / "aws" / place
    provider.mkdir(parents=True, exist_ok=True)
    (provider / "terraform-provider-aws_v5").touch()
    return folder
