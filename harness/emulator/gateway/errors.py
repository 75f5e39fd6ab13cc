"""Errors in the format of the service that was called."""

import json
import uuid
from collections.abc import Mapping
from enum import StrEnum
from xml.sax.saxutils import escape

from harness.core.errors import EmulatorError
from harness.emulator.gateway.caller import signature_of
from harness.emulator.gateway.http import Request, Response

_CLIENT_ERROR = 400
_FORBIDDEN = 403
_TOO_LARGE = 413
_FORM = "application/x-www-form-urlencoded"
_XML_SERVICES = ("cloudfront", "route53")


class Refused(StrEnum):
    """Why a request is refused: the error code of the Query protocol."""

    MISSING = "MissingAuthenticationToken"
    INCOMPLETE = "IncompleteSignature"
    UNKNOWN_KEY = "InvalidClientTokenId"
    MISMATCH = "SignatureDoesNotMatch"
    SKEWED = "RequestExpired"
    EXPIRED = "ExpiredToken"
    PAYLOAD = "InvalidPayload"
    DENIED = "AccessDenied"
    TOO_LARGE = "RequestEntityTooLarge"


# The codes of other protocols, where they differ; those of JSON end in Exception:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
_CODES: Mapping[str, Mapping[str, str]] = {
    "s3": {
        Refused.MISSING: "AccessDenied",
        Refused.UNKNOWN_KEY: "InvalidAccessKeyId",
        Refused.SKEWED: "RequestTimeTooSkewed",
        Refused.EXPIRED: "AccessDenied",
        Refused.PAYLOAD: "XAmzContentSHA256Mismatch",
    },
    "ec2": {Refused.UNKNOWN_KEY: "AuthFailure", Refused.MISMATCH: "AuthFailure"},
    "json": {Refused.UNKNOWN_KEY: "UnrecognizedClient", Refused.MISMATCH: "InvalidSignature"},
}


class RefusedError(EmulatorError):
    """A request is refused."""

    def __init__(self, reason: Refused, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def response(self, request: Request) -> Response:
        """Return the response to a request, in the format of its service."""
        kind = _format(request)
        code = _CODES.get(kind, {}).get(self.reason, str(self.reason))
        code += "Exception" if kind == "json" else ""
        status = _TOO_LARGE if self.reason is Refused.TOO_LARGE else _FORBIDDEN
        return error_response(request, code, str(self), status=status)


def error_response(
    request: Request, code: str, message: str, *, status: int = _CLIENT_ERROR
) -> Response:
    """Return an error as the response to a request, in the format of its service."""
    kind, number = _format(request), uuid.uuid4()
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    documents = {
        "json": json.dumps({"__type": code, "message": message}),
        "s3": f"<Error>{error}<RequestId>{number}</RequestId></Error>",
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors>"
        f"<RequestID>{number}</RequestID></Response>",
        "query": f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>"
        f"<RequestId>{number}</RequestId></ErrorResponse>",
    }
    content_type = "application/x-amz-json-1.1" if kind == "json" else "text/xml"
    headers = (("content-type", content_type), ("x-amzn-errortype", code))
    return Response(status, headers=headers, body=documents[kind].encode())


def _format(request: Request) -> str:
    """Return ``s3``, ``ec2``, ``json`` or ``query``; a presigned URL is one of S3."""
    signature = signature_of(request.header("authorization"))
    service = signature.service if signature else ""
    if "X-Amz-Signature=" in request.query:
        return "s3"
    if service in ("s3", "ec2"):
        return service
    if request.header("x-amz-target"):
        return "json"
    query = "Action=" in request.query or request.header("content-type").startswith(_FORM)
    return "query" if query or service in _XML_SERVICES else "json"
