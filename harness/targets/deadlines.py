"""How long things take on a target: minutes on AWS, seconds on an emulator."""

from dataclasses import dataclass

from harness.targets.base import Target
from harness.targets.real_aws import AwsTarget


@dataclass(frozen=True)
class Pace:
    """Deadlines, all in seconds.

    Attributes:
        patience: How long a check waits for what comes true in its own time.
        proof: How long the teardown proof asks again while something is left.
        apply: Deadline of an apply.
        destroy: Deadline of each attempt to destroy.
    """

    patience: float
    proof: float
    apply: float
    destroy: float


# MiniStack ends some deletions after it has answered them, as AWS does.
_EMULATED = Pace(patience=120.0, proof=20.0, apply=3600.0, destroy=3600.0)
# A distribution takes up to half an hour to be deployed everywhere, and as long to be disabled,
# which the provider waits for before it deletes one; a Fargate task one to three minutes to
# start; the network interfaces of what has been deleted ten minutes to go.
_AWS = Pace(patience=600.0, proof=900.0, apply=5400.0, destroy=5400.0)


def pace_of(target: Target) -> Pace:
    """Return the deadlines for a target; a rehearsal has those of the emulator behind it."""
    is_aws = isinstance(target, AwsTarget) and not target.rehearsal
    return _AWS if is_aws else _EMULATED
