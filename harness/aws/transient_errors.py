"""The refusals of AWS that end without any action, each with its reason and how long it lasts."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from harness.aws.errors import error_code


@dataclass(frozen=True)
class TransientError:
    """A refusal that ends without any action.

    Attributes:
        operation: Pattern of the operations that are refused.
        seconds: How long it may last.
        message: Pattern in the message, where the code alone is ambiguous.
    """

    operation: str
    code: str
    reason: str
    seconds: float
    message: str = ""


_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_TRANSIENT_ERRORS = tuple(TransientError(**table) for table in _TABLES["error"])


def transient_error(operation: str, code: str, message: str) -> TransientError | None:
    """Return the transient error that a response to an operation is; None if it is none."""
    for each in _TRANSIENT_ERRORS:
        if (
            re.fullmatch(each.operation, operation)
            and re.fullmatch(each.code, code)
            and re.search(each.message, message)
        ):
            return each
    return None


def transient_of(error: ClientError) -> TransientError | None:
    """Return the transient error that an error of botocore is; None if it is none of them."""
    message = error.response["Error"].get("Message", "")
    return transient_error(error.operation_name, error_code(error), message)
