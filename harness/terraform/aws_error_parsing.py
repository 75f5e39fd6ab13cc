"""Parses the AWS error in the text of a provider's diagnostic."""

import re
from dataclasses import dataclass

# AWS SDK for Go v2: "operation error RDS: CreateDBCluster, https response error StatusCode: 400,
# RequestID: 8b1c, api error InvalidParameterCombination: Cannot find version 15.3 ...".
# Errors that the SDK models come without "api error". Version 1 of the SDK (few resources):
# "InvalidParameterValue: text\n\tstatus code: 400, request id: 8b1c".
_OPERATION = re.compile(r"operation error (?P<service>[^:\n]+): (?P<operation>\w+)")
_STATUS = re.compile(r"(?:StatusCode: |status code: )(?P<status>\d+)")
_REQUEST_ID = re.compile(r"(?:RequestID: |request id: )(?P<id>[\w-]+)")
_API_ERROR = re.compile(r"\bapi error (?P<code>[A-Za-z][\w.]*):(?P<message>.*)", re.DOTALL)
_MODELLED = re.compile(
    r"RequestID: [^,\n]*, (?:HostID: [^,\n]*, )?(?P<code>(?!HostID)[A-Z]\w+):(?P<message>.*)",
    re.DOTALL,
)
_VERSION_1 = re.compile(
    r"(?P<code>[A-Z][A-Za-z.]+): (?P<message>[^\n]*)\n\s*status code: \d+, request id:"
)
_UNREACHABLE = re.compile(r"(?P<code>request send failed), (?P<message>.*)", re.DOTALL)


@dataclass(frozen=True)
class AwsError:
    """An error in the response of AWS.

    Attributes:
        code: Error code, such as ``InvalidParameterCombination``.
        service: Service name of the SDK, such as ``RDS``; empty when unknown.
        operation: API operation, such as ``CreateDBCluster``; empty when unknown.
        status: HTTP status; None without a response.
        request_id: Request id, for AWS support; empty when unknown.
        address: Address of the resource; empty for none.
    """

    code: str
    message: str
    service: str = ""
    operation: str = ""
    status: int | None = None
    request_id: str = ""
    address: str = ""

    def __str__(self) -> str:
        call = f"{self.service} {self.operation}".strip()
        facts = [call] if call else []
        facts += [f"HTTP {self.status}"] if self.status else []
        facts += [f"request {self.request_id}"] if self.request_id else []
        what = f"{self.code}: {self.message}" if self.message else self.code
        return what + (f" ({', '.join(facts)})" if facts else "")


def parse_aws_error(text: str, *, address: str = "") -> AwsError | None:
    """Return the first AWS error in the text of a diagnostic; None if there is none."""
    searches = (
        pattern.search(text) for pattern in (_API_ERROR, _MODELLED, _VERSION_1, _UNREACHABLE)
    )
    found = next((match for match in searches if match), None)
    if found is None:
        return None
    operation, status, request_id = (
        pattern.search(text) for pattern in (_OPERATION, _STATUS, _REQUEST_ID)
    )
    return AwsError(
        code=found["code"],
        message=" ".join(found["message"].split()),
        service=operation["service"] if operation else "",
        operation=operation["operation"] if operation else "",
        status=int(status["status"]) or None if status else None,
        request_id=request_id["id"] if request_id else "",
        address=address,
    )
