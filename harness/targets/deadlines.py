"""How long things take on a target: minutes on AWS, seconds on an emulator."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deadlines:
    """The deadlines on a target, all in seconds.

    Attributes:
        check: Deadline of a check that waits for a condition.
        proof: Deadline of the teardown proof, which repeats its requests while something is left.
        destroy: Deadline of each attempt to destroy.
    """

    check: float
    proof: float
    apply: float
    destroy: float


# MiniStack finishes some deletions after its response, as AWS does.
EMULATOR_DEADLINES = Deadlines(check=120.0, proof=20.0, apply=3600.0, destroy=3600.0)


# A CloudFront distribution takes up to half an hour to be deployed, and as long to be disabled,
# which the provider waits for before the deletion; a Fargate task takes one to three minutes to
# start; the network interfaces of deleted resources take ten minutes to be released.
AWS_DEADLINES = Deadlines(check=600.0, proof=900.0, apply=5400.0, destroy=5400.0)
