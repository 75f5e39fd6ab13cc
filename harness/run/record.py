"""The record of one run, as stored in the ledger."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.core.json_values import read_json
from harness.settings.options import TARGET_NAMES
from harness.settings.settings import MAX_SUFFIX_LENGTH

_SUFFIX = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REGION = re.compile(r"[a-z0-9-]+")


class RunStatus(StrEnum):
    """The status of a run; in every one but DESTROYED it may have resources."""

    STARTING = "starting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class RunRecord:
    """One run, as stored in the ledger.

    Attributes:
        environment_suffix: The run's suffix, which also names its folder.
        started_at: ISO 8601 time in UTC.
        applied: Whether an apply was started, so that there may be resources.
        complete: Whether an apply has succeeded, so that the state holds all resources; a
            failed or interrupted apply may have created some that the state does not hold.
        verified: Whether a second plan has just verified the state, so that destroy can skip
            the refresh.
        attachment: The values with which another process attaches to the target.
        config: The configuration of the stack, from ``StackConfiguration.to_mapping``.
        terraform, provider_mirror: The settings of the run, which destroy must use again.
        provider_clock: How many times as fast the clock of the AWS provider runs.
        run_id, owner, expires_at: Values of the tags ``RunId``, ``Owner`` and ``expires-at`` of its
            resources.
        owner_started: Start of that process: ISO 8601 time in UTC.
        keep: Whether the stack is kept once it is deployed.
    """

    environment_suffix: str
    target: str
    region: str
    status: RunStatus
    started_at: str
    applied: bool = False
    complete: bool = False
    verified: bool = False
    attachment: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    terraform: str | None = None
    provider_mirror: str | None = None
    provider_clock: int = 1
    error: str = ""
    run_id: str = ""
    owner: str = ""
    expires_at: str = ""
    owner_pid: int = 0
    owner_started: str = ""
    keep: bool = False

    @property
    def mirror(self) -> Path | None:
        """The provider mirror as a path."""
        return Path(self.provider_mirror) if self.provider_mirror else None


def read_record(path: Path) -> RunRecord | None:
    """Return the record in a file of the folder of its run; None if there is no file.

    Raises:
        HarnessError: It cannot be read: damaged, foreign, forged or of another version.
    """
    name = path.parent.name
    try:
        _require_own_file(path)
        record = read_json(path, RunRecord)
        _require_possible(record, name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise HarnessError(
            f"the record {path} cannot be read: {error}",
            remedy="it is damaged, forged or of another version, and its run may have "
            f"resources: `catalog-harness sweep --environment-suffix {name}` with the --target "
            f"of the run finds them; then move {path.parent} away",
        ) from error
    return record


def is_suffix(text: str) -> bool:
    """Whether a text is a valid environment suffix."""
    return len(text) <= MAX_SUFFIX_LENGTH and _SUFFIX.fullmatch(text) is not None


def _require_possible(record: RunRecord, folder: str) -> None:
    if record.environment_suffix != folder or not is_suffix(folder):
        raise ValueError(f"environment_suffix is {record.environment_suffix!r}")
    if record.target not in TARGET_NAMES:
        raise ValueError(f"target is {record.target!r}")
    if not _REGION.fullmatch(record.region):
        raise ValueError(f"region is {record.region!r}")
    datetime.fromisoformat(record.started_at)


def _require_own_file(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is a link or no file")
    if status.st_uid != os.geteuid():
        raise ValueError(f"it belongs to another user (uid {status.st_uid})")
