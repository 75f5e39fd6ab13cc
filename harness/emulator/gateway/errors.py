"""Refusals of requests, in the format of the service that was called."""

import json
import uuid
from collections.abc import Mapping
from enum import StrEnum
from xml.sax.saxutils import escape

from harness.core.errors import EmulatorError
from harness.emulator.gateway.caller import signature_of
from harness.emulator.gateway.http import Request, Response

_FORBIDDEN = 403
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
    """A request is refused.

    Attributes:
        reason: Kind of the error.
    """

    def __init__(self, reason: Refused, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def response(self, request: Request) -> Response:
        """Return the response to a request, in the format of its service."""
        signature = signature_of(request.header("authorization"))
        kind = _format(request, signature.service if signature else "")
        code = _CODES.get(kind, {}).get(self.reason, str(self.reason))
        message = escape(str(self))
        if kind == "json":
            code += "Exception"
            body = json.dumps({"__type": code, "message": str(self)})
            return _response("application/x-amz-json-1.1", body, code)
        error = f"<Code>{code}</Code><Message>{message}</Message>"
        number = f"<RequestId>{uuid.uuid4()}</RequestId>"
        documents = {
            "s3": f"<Error>{error}{number}</Error>",
            "ec2": f"<Response><Errors><Error>{error}</Error></Errors>{number}</Response>",
        }
        other = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>{number}</ErrorResponse>"
        return _response("text/xml", documents.get(kind, other), code)


def _response(content_type: str, body: str, code: str) -> Response:
    headers = (("content-type", content_type), ("x-amzn-errortype", code))
    return Response(_FORBIDDEN, headers=headers, body=body.encode())


def _format(request: Request, service: str) -> str:
    """Return ``s3``, ``ec2``, ``json`` or ``query``; a presigned URL is one of S3."""
    if "X-Amz-Signature=" in request.query:
        return "s3"
    if service in ("s3", "ec2"):
        return service
    if request.header("x-amz-target"):
        return "json"
    query = "Action=" in request.query or request.header("content-type").startswith(_FORM)
    return "query" if query or service in _XML_SERVICES else "json"
