"""The record of one run in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


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
        target: Name of the target.
        region: AWS region.
        status: Its status.
        started_at: ISO 8601 time in UTC.
        applied: Whether an apply was started, so that there may be resources.
        complete: Whether an apply has succeeded, so that the state holds all resources; a
            failed or interrupted apply may have created some that the state does not hold.
        verified: Whether a second plan has just verified the state, so that destroy can skip
            the refresh.
        attachment: The values with which another process attaches to the target.
        config: The configuration of the stack, from ``StackConfiguration.to_mapping``.
        terraform: The setting ``terraform`` of the run, which destroy must use again.
        provider_mirror: The setting ``provider_mirror`` of the run.
        error: The error of the run; empty if there is none.
        run_id: Value of the tag ``RunId`` of its resources.
        owner: Value of their tag ``Owner``.
        expires_at: Value of their tag ``expires-at``: ISO 8601 time in UTC.
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
    error: str = ""
    run_id: str = ""
    owner: str = ""
    expires_at: str = ""

    @property
    def mirror(self) -> Path | None:
        """The provider mirror as a path."""
        return Path(self.provider_mirror) if self.provider_mirror else None
