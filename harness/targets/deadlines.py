"""How long things take on a target: minutes on AWS, seconds on an emulator."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deadlines:
    """Deadlines, all in seconds.

    Attributes:
        check: How long a check waits for a condition that becomes true by itself.
        proof: How long the teardown proof repeats its requests while something is left.
        apply: Deadline of an apply.
        destroy: Deadline of each attempt to destroy.
    """

    check: float
    proof: float
    apply: float
    destroy: float


# MiniStack finishes some deletions after its response, as AWS does.
EMULATOR_DEADLINES = Deadlines(check=120.0, proof=20.0, apply=3600.0, destroy=3600.0)
# A distribution takes up to half an hour to be deployed everywhere, and as long to be disabled,
# which the provider waits for before it deletes one; a Fargate task one to three minutes to
# start; the network interfaces of what has been deleted ten minutes to go.
AWS_DEADLINES = Deadlines(check=600.0, proof=900.0, apply=5400.0, destroy=5400.0)
