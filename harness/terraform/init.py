"""``terraform init``: installs the providers, one process per machine at a time."""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from harness.core.locks import Phase, file_lock
from harness.terraform.command import CommandLine
from harness.terraform.configuration import (
    CONFIGURATION,
    OVERRIDES,
    backend,
    required_providers,
    write_json,
)

_DONE = Path(".terraform") / "catalog-harness.json"
_LOCK_FILE = ".terraform.lock.hcl"
_BACKEND_FILE = "backend.tfbackend.json"
_HASHES = re.compile(r"^\s*hashes = \[.*?^\s*\]\n", re.DOTALL | re.MULTILINE)


def initialise(
    command: CommandLine,
    *,
    backend_config: Mapping[str, Any] | None,
    lock: Path,
    timeout: float,
    phase: Phase = nullcontext,
) -> bool:
    """Implement ``WorkingDirectory.init``.

    Terraform's plugin cache is not safe for concurrent ``init``
    (https://github.com/hashicorp/terraform/issues/31964), so all runs of a machine queue.
    """
    signature = _signature(command, backend_config)
    done = command.directory / _DONE
    if done.is_file() and done.read_text(encoding="utf-8") == signature:
        return False
    arguments = ["-input=false", "-json"]
    if backend_config:
        write_json(command.directory / _BACKEND_FILE, backend_config)
        arguments.append(f"-backend-config={_BACKEND_FILE}")
    if done.is_file():
        arguments.append("-reconfigure")
    with file_lock(
        lock,
        owner="another `terraform init` of this machine",
        timeout=timeout,
        cancel=command.cancel,
        phase=phase,
    ):
        command.run("init", *arguments, timeout=timeout)
    _drop_checksums(command.directory / _LOCK_FILE)
    done.write_text(signature, encoding="utf-8")
    return True


def _signature(command: CommandLine, backend_config: Mapping[str, Any] | None) -> str:
    """Return a digest of the inputs of an initialisation."""
    config = json.loads((command.directory / CONFIGURATION).read_text(encoding="utf-8"))
    overriding = json.loads((command.directory / OVERRIDES).read_text(encoding="utf-8"))
    facts = {
        "terraform": [command.terraform.version_text, command.terraform.product],
        "providers": required_providers(config),
        "backend": {**backend(config), **backend(overriding)},
        "backend_config": dict(backend_config or {}),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _drop_checksums(lock_file: Path) -> None:
    """Remove the checksums from the lock file of this run.

    ``init`` has just verified the package. With checksums every later command would read the
    700 MB of the provider again to verify them: 1.4 s each. They are optional:
    https://developer.hashicorp.com/terraform/language/files/dependency-lock
    """
    if lock_file.is_file():
        text = lock_file.read_text(encoding="utf-8")
        lock_file.write_text(_HASHES.sub("", text), encoding="utf-8")
