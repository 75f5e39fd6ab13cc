"""``terraform destroy``: destroys everything in the state."""

import logging
import re
from collections.abc import Callable

from harness.terraform.command import CHANGING, CommandLine
from harness.terraform.errors import TerraformError
from harness.terraform.events import Event
from harness.terraform.state import recover_state, state_resources

logger = logging.getLogger(__name__)

# Pattern -> why a second attempt can succeed. Only errors known to be transient are listed.
_TRANSIENT = {
    r"DeleteDistribution.*(?:PreconditionFailed|StatusCode: 412)": (
        "CloudFront changed the distribution's ETag between reading and deleting it"
    ),
    r"DistributionNotDisabled": "CloudFront had not finished disabling the distribution",
    r"DependencyViolation": "EC2 still counted a network interface that is being deleted",
    r"DeleteTargetGroup.*ResourceInUse": "the load balancer had not released its target group",
    r"BucketNotEmpty": "a last access log arrived while the bucket was being emptied",
    r"ClusterContainsServicesException|ClusterContainsTasksException": (
        "an ECS service or task was still draining"
    ),
    r"(?:Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException):": (
        "AWS throttled the requests"
    ),
}
_STALE = "the state was not refreshed and may have been out of date"


def destroy(
    command: CommandLine,
    *,
    on_event: Callable[[Event], None] | None,
    timeout: float,
    refresh: bool = True,
) -> str:
    """Destroy everything in the state, with a second attempt after a known transient error.

    An attempt without refresh is repeated with refresh after any error.

    Args:
        command: Terraform in the working directory.
        on_event: Called with each event, in a separate thread.
        timeout: Deadline of each attempt in seconds.
        refresh: Whether the state is refreshed first; False when it was just refreshed.

    Returns:
        Why a second attempt was made; empty when the first one succeeded.

    Raises:
        TerraformError: It failed, with an unknown error or twice.
        ProcessError: It was cancelled or ran out of time.
    """
    recover_state(command)
    if not state_resources(command):
        return ""

    def attempt(*, refresh: bool) -> None:
        option = f"-refresh={str(refresh).lower()}"
        command.run("destroy", *CHANGING, option, timeout=timeout, on_event=on_event)

    try:
        attempt(refresh=refresh)
    except TerraformError as error:
        reason = transient_reason(error) or ("" if refresh else _STALE)
        if not reason:
            raise
        logger.warning("second attempt to destroy: %s\n%s", reason, error.message)
        attempt(refresh=True)
        return reason
    return ""


def transient_reason(error: TerraformError) -> str:
    """Return why an error is transient; empty when any of its diagnostics is not."""
    texts = [f"{item.summary}\n{item.detail}" for item in error.diagnostics]
    reasons = [_reason(text) for text in texts]
    return "; ".join(dict.fromkeys(reasons)) if all(reasons) else ""


def _reason(text: str) -> str:
    matches = (why for pattern, why in _TRANSIENT.items() if re.search(pattern, text, re.DOTALL))
    return next(matches, "")
