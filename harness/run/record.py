"""What is on record of one run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class RunStatus(StrEnum):
    """How far a run has come; everything but DESTROYED may have resources."""

    STARTING = "starting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class RunRecord:
    """One run, as the ledger knows it.

    Attributes:
        environment_suffix: The run's suffix, which also names its folder.
        target: Name of the target.
        region: AWS region.
        status: How far it has come.
        started_at: ISO 8601 time in UTC.
        applied: Whether apply was ever begun, so that there may be resources.
        complete: Whether an apply has ever succeeded, so that the state holds all there is; what
            an apply made that failed or was interrupted may be missing from it.
        verified: Whether a second plan has just shown the state to be true, so that destroy
            need not ask the target again.
        attachment: What another process needs to attach to the target.
        config: The stack's configuration, as ``StackConfig.to_mapping`` gives it.
        terraform: The Terraform setting of the run, which destroy must use again.
        provider_mirror: The mirror setting of the run.
        error: Why it failed; empty if it did not.
        run_id: What the tag ``RunId`` of its resources says.
        owner: What their tag ``Owner`` says.
        expires_at: What their tag ``expires-at`` says: ISO 8601 time in UTC.
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
        """The mirror setting as a path."""
        return Path(self.provider_mirror) if self.provider_mirror else None
