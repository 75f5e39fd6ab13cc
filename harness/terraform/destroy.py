"""``terraform destroy``: removes everything that the state holds."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from harness.terraform.command import CommandLine, Outcome
from harness.terraform.errors import TerraformError
from harness.terraform.events import Event, ResourceTiming, resource_timings
from harness.terraform.state import recover_state, state_resources

logger = logging.getLogger(__name__)

# Pattern -> why a second attempt can succeed. Only what is known to pass by itself is here.
_TRANSIENT = {
    r"DeleteDistribution.*(?:PreconditionFailed|StatusCode: 412)": (
        "CloudFront changed the distribution's ETag between reading and deleting it"
    ),
    r"DistributionNotDisabled": "CloudFront had not finished disabling the distribution",
    r"DependencyViolation": "EC2 still counted a network interface that is being removed",
    r"DeleteTargetGroup.*ResourceInUse": "the load balancer had not let go of its target group",
    r"BucketNotEmpty": "a last access log arrived while the bucket was being emptied",
    r"ClusterContainsServicesException|ClusterContainsTasksException": (
        "ECS still counted a service or task that is being drained"
    ),
    r"(?:Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException):": (
        "AWS limited the rate of requests"
    ),
}
_TRUSTED = "the state was trusted without asking the target, and may have been out of date"


@dataclass(frozen=True)
class DestroyResult:
    """What a destroy did.

    Attributes:
        timings: How long each deletion took.
        seconds: How long the commands took.
        retried: Why a second attempt was made; empty when the first one succeeded.
    """

    timings: tuple[ResourceTiming, ...]
    seconds: float
    retried: str = ""


def destroy(
    command: CommandLine,
    *,
    on_event: Callable[[Event], None] | None,
    parallelism: int,
    timeout: float,
    refresh: bool = True,
) -> DestroyResult:
    """Destroy what the state holds; a known transient error gets one second attempt.

    An attempt that trusted the state gets a second one that does not, whatever the error was.

    Args:
        command: Terraform in the working directory.
        refresh: Whether the target is asked first what there still is; False when the state
            was compared with the target a moment ago.
        on_event: Called with each event as it comes, in a thread of its own.
        parallelism: How many resources Terraform works on at once.
        timeout: Deadline of each attempt in seconds.

    Raises:
        TerraformError: It failed, with an unknown error or twice.
        ProcessError: It was cancelled or ran out of time.
    """
    recover_state(command)
    if not state_resources(command):
        return DestroyResult((), 0.0)

    def attempt(*, refresh: bool) -> Outcome:
        return command.run(
            "destroy",
            "-input=false",
            "-json",
            "-auto-approve",
            "-lock-timeout=60s",
            f"-parallelism={parallelism}",
            f"-refresh={str(refresh).lower()}",
            timeout=timeout,
            on_event=on_event,
        )

    try:
        outcome, reason = attempt(refresh=refresh), ""
    except TerraformError as error:
        reason = transient_reason(error) or ("" if refresh else _TRUSTED)
        if not reason:
            raise
        logger.warning("destroying once more: %s\n%s", reason, error.message)
        outcome = attempt(refresh=True)
    return DestroyResult(resource_timings(outcome.events), outcome.seconds, reason)


def transient_reason(error: TerraformError) -> str:
    """Return why an error may pass by itself; empty when one of its diagnostics may not."""
    texts = [f"{item.summary}\n{item.detail}" for item in error.diagnostics]
    reasons = [_reason(text) for text in texts]
    return "; ".join(dict.fromkeys(reasons)) if all(reasons) else ""


def _reason(text: str) -> str:
    matches = (why for sign, why in _TRANSIENT.items() if re.search(sign, text, re.DOTALL))
    return next(matches, "")
