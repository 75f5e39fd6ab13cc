"""Signature Version 4: parses and verifies the signature of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from harness.emulator.gateway.caller import Signature
from harness.emulator.gateway.errors import Refused, RefusedError
from harness.emulator.gateway.http import Request

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
S3 = "s3"
_ALGORITHM = "AWS4-HMAC-SHA256"
_PART = re.compile(r"(\w+)=([^,\s]+)")
_TIME = re.compile(r"\d{8}T\d{6}Z")
_SCOPE = re.compile(r"([^/]+)/(\d{8})/([^/]*)/([^/]+)/aws4_request")
_SKEW = timedelta(minutes=15)
_LONGEST_EXPIRY = 604_800
_INCOMPLETE = "The signature is incomplete: Credential, SignedHeaders, Signature and a date"


@dataclass(frozen=True)
class SignedRequest:
    """What a request contains about its signature; only a presigned URL expires (seconds)."""

    scope: Signature
    headers: tuple[str, ...]
    signature: str
    time: datetime
    token: str
    expires: int | None = None

    @classmethod
    def of(cls, request: Request) -> "SignedRequest":
        """Parse the Authorization header or the query string of a request.

        Raises:
            RefusedError: There is no signature, or it is incomplete.
        """
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        if query.get("X-Amz-Algorithm") == _ALGORITHM:
            given = {name.removeprefix("X-Amz-"): value for name, value in query.items()}
            expires = given.get("Expires", "")
            if not expires.isdecimal() or not 0 < int(expires) <= _LONGEST_EXPIRY:
                raise RefusedError(Refused.INCOMPLETE, "X-Amz-Expires must be 1 to 604800")
            return cls._parse(given, given.get("Date", ""), int(expires))
        authorization = request.header("authorization")
        if not authorization.startswith(_ALGORITHM):
            raise RefusedError(Refused.MISSING, "Request is missing Authentication Token")
        given = dict(_PART.findall(authorization))
        given["Security-Token"] = request.header("x-amz-security-token")
        return cls._parse(given, _date(request), None)

    @classmethod
    def _parse(cls, given: Mapping[str, str], date: str, expires: int | None) -> "SignedRequest":
        scope = _SCOPE.fullmatch(given.get("Credential", ""))
        headers = tuple(given.get("SignedHeaders", "").split(";"))
        try:
            time = datetime.fromisoformat(date)
        except ValueError as error:
            raise RefusedError(Refused.INCOMPLETE, _INCOMPLETE) from error
        if (
            not _TIME.fullmatch(date)
            or scope is None
            or "host" not in headers
            or not given.get("Signature")
        ):
            raise RefusedError(Refused.INCOMPLETE, _INCOMPLETE)
        if scope[2] != date[:8]:
            raise RefusedError(Refused.MISMATCH, "Date in Credential scope does not match the date")
        return cls(
            Signature(scope[1], scope[3], scope[4]),
            headers,
            given["Signature"],
            time,
            given.get("Security-Token", ""),
            expires,
        )

    @property
    def timestamp(self) -> str:
        """The time in the format of signatures."""
        return self.time.strftime(SIGV4_TIMESTAMP)

    def check_time(self, now: datetime) -> None:
        """Check that it was signed within 15 minutes, or that the URL has not expired.

        Raises:
            RefusedError: It was not, or has.
        """
        lifetime = _SKEW if self.expires is None else timedelta(seconds=self.expires)
        if self.time + lifetime < now:
            raise RefusedError(
                Refused.SKEWED if self.expires is None else Refused.EXPIRED,
                f"Signature expired: {self.timestamp} is earlier than {now - lifetime}",
            )
        if now + _SKEW < self.time:
            raise RefusedError(
                Refused.SKEWED, f"Signature not yet current: {self.timestamp} is later than {now}"
            )

    def verify(self, request: Request, secret: str, payload: str) -> None:
        """Verify the signature.

        Args:
            payload: SHA-256 of the body, which is not used, or the word that takes its place.

        Raises:
            RefusedError: It does not match, or a header of AWS is not signed.
        """
        for name, _ in request.headers:
            if name.startswith("x-amz-") and name not in self.headers:
                raise RefusedError(Refused.MISMATCH, f"The header {name} is not signed")
        verifier = _Verifier(self, secret, payload)
        if not hmac.compare_digest(verifier.calculate(request), self.signature):
            raise RefusedError(
                Refused.MISMATCH,
                "The request signature we calculated does not match the signature you provided",
            )


def _date(request: Request) -> str:
    if date := request.header("x-amz-date"):
        return date
    try:
        signed = parsedate_to_datetime(request.header("date"))
    except ValueError:
        return ""
    return signed.astimezone(UTC).strftime(SIGV4_TIMESTAMP)


class _Verifier(SigV4Auth):
    """The signer of botocore, with the headers and the payload that the client signed."""

    def __init__(self, signed: SignedRequest, secret: str, payload: str) -> None:
        scope = signed.scope
        super().__init__(Credentials(scope.access_key, secret), scope.service, scope.region)
        self._signed = signed
        self._payload = payload

    def calculate(self, request: Request) -> str:
        """Return the signature of a request."""
        pairs = parse_qsl(request.query, keep_blank_values=True)
        pairs = [pair for pair in pairs if pair[0] != "X-Amz-Signature"]
        headers = HTTPHeaders()
        for name, value in request.headers:
            if name in self._signed.headers:
                headers[name] = _utf8(value)
        given = AWSRequest(request.method, f"http://host{request.raw_path}")
        given.params = pairs  # type: ignore[assignment]
        given.headers = headers
        given.context["timestamp"] = self._signed.timestamp
        return str(self.signature(self.string_to_sign(given, self.canonical_request(given)), given))

    def headers_to_sign(self, request: Any) -> Any:
        """Return the signed headers, which are all that the request has."""
        return request.headers

    def payload(self, _request: Any) -> str:
        """Return the given payload hash."""
        return self._payload

    def _normalize_url_path(self, path: str) -> str:
        # S3 alone signs the path as it was sent.
        if self._signed.scope.service == S3:
            return path
        normal: str = super()._normalize_url_path(path)  # type: ignore[misc]
        return normal


def _utf8(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value
