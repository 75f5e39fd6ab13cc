"""Errors of AWS: their codes and messages, and which mean "not found" or "access denied"."""

import re
import traceback
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from harness.core.errors import HarnessError, TargetError

_ACCESS_DENIED = (
    *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"),
    "403",
)
_ABSENT = re.compile(r"NotFound|^NoSuch|^ServiceNotActiveException$|^404$")
# Codes that services use for many errors, also for a resource that does not exist.
_GENERAL = re.compile(
    r"^(InvalidParameter\w*|InvalidInput|InvalidRequest\w*|Validation\w*|BadRequest\w*|ClientException)$"
)
_UNSUPPORTED = re.compile(
    r"^Unknown (\w+ )?action: \w+$|not (yet |been )*(implemented|emulated)|current license plan"
)
_ABSENT_MESSAGE = re.compile(r"\b(does ?n[o']t exist|not found|no longer exists)\b", re.IGNORECASE)


def is_absent(error: ClientError) -> bool:
    """Whether an error means that the resource does not exist (any more).

    By the code; where the code is a general one ("ValidationError"), by code and message.
    """
    code, message = error_code(error), str(error.response.get("Error", {}).get("Message", ""))
    return bool(_ABSENT.search(code) or (_GENERAL.search(code) and _ABSENT_MESSAGE.search(message)))


def is_access_denied(error: ClientError) -> bool:
    """Whether an error means that the caller lacks a permission."""
    return error_code(error) in _ACCESS_DENIED


def is_unsupported(error: ClientError) -> bool:
    """Whether an emulator lacks the operation."""
    return bool(_UNSUPPORTED.search(str(error.response.get("Error", {}).get("Message", ""))))


def failed_call(error: BaseException) -> str:
    """Return the API call that raised an error, such as "ecs:DescribeServices"; empty if none did.

    A ``BotoCoreError`` (no connection, a timeout) does not contain it: botocore's frame does.
    """
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "_make_api_call":
            model = frame.f_locals["self"].meta.service_model
            return f"{model.service_name}:{frame.f_locals['operation_name']}"
    return str(getattr(error, "operation_name", ""))


def failure_of(error: Exception) -> HarnessError:
    """Return an error of AWS that nothing expected: what was called, and what to do."""
    call = failed_call(error)
    message = error_message(error)
    text = message if call.rpartition(":")[2] in message else f"{call}: {message}"
    denied = isinstance(error, ClientError) and is_access_denied(error)
    remedy = "allow it; docs/iam-policy.json has all permissions that are needed" if denied else ""
    what = "AWS refused a request" if isinstance(error, ClientError) else "a request to AWS failed"
    return TargetError(f"{what}: {text}", remedy=remedy)


def error_code(error: Exception) -> str:
    """Return the error code of an error response; empty for any other error."""
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def error_message(error: Exception) -> str:
    """Return operation, code and message of an error response; of any other error its text."""
    if not isinstance(error, ClientError):
        return str(error)
    message = error.response["Error"].get("Message", "")
    return f"{error.operation_name}: {error_code(error)}: {message}"
