"""``terraform destroy``: destroys everything in the state."""

import logging
from collections.abc import Callable

from harness.terraform.aws_error_parsing import AwsError, parse_aws_error
from harness.terraform.command import CHANGING, CommandLine
from harness.terraform.errors import TerraformError
from harness.terraform.events import Event
from harness.terraform.state import recover_state, state_resources

logger = logging.getLogger(__name__)

_STALE = "the state was not refreshed and may have been out of date"


def destroy(
    command: CommandLine,
    *,
    on_event: Callable[[Event], None] | None,
    timeout: float,
    transient: Callable[[AwsError], str],
    refresh: bool,
) -> str:
    """Implement ``WorkingDirectory.destroy``.

    An attempt without refresh is repeated with refresh after any error.
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
        reason = transient_reason(error, transient) or ("" if refresh else _STALE)
        if not reason:
            raise
        logger.warning("second attempt to destroy: %s\n%s", reason, error.message)
        attempt(refresh=True)
        return reason
    return ""


def transient_reason(error: TerraformError, transient: Callable[[AwsError], str]) -> str:
    """Return why an error is transient; empty when any of its diagnostics is not."""
    found = [parse_aws_error(f"{item.summary}\n{item.detail}") for item in error.diagnostics]
    reasons = [transient(each) if each else "" for each in found]
    return "; ".join(dict.fromkeys(reasons)) if all(reasons) else ""
