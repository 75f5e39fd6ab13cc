"""The signatures of the chunks of an upload in the encoding ``aws-chunked``.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

import hmac
import re
from hashlib import sha256

from harness.emulator.gateway.errors import Refused, RefusedError
from harness.emulator.gateway.sigv4 import SignedRequest

SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_CHUNKS_TRAILER = f"{SIGNED_CHUNKS}-TRAILER"
UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_HEAD = re.compile(rb"([0-9a-fA-F]+);chunk-signature=([0-9a-f]{64})\r\n")
_TRAILER = re.compile(rb"(.*?)x-amz-trailer-signature:([0-9a-f]{64})(?:\r\n)*", re.DOTALL)
_EMPTY = sha256(b"").hexdigest()


def verify_chunks(body: bytes, signed: SignedRequest, secret: str, *, trailer: bool) -> None:
    """Verify the signature of each chunk, which includes that of the one before.

    Raises:
        RefusedError: One does not match, or the body is not in this encoding.
    """
    chain, size, at = _Chain(signed, secret), -1, 0
    while size != 0:
        head = _HEAD.match(body, at)
        if head is None:
            raise RefusedError(Refused.MISMATCH, "The body is not a sequence of signed chunks")
        size, start = int(head[1], 16), head.end()
        content = body[start : start + size]
        chain.check("PAYLOAD", f"{_EMPTY}\n{sha256(content).hexdigest()}", head[2].decode())
        at = start + size + (2 if size else 0)
    if trailer:
        found = _TRAILER.fullmatch(body, at)
        if found is None:
            raise RefusedError(Refused.MISMATCH, "The trailer is not signed")
        lines = b"".join(each.strip() + b"\n" for each in found[1].split())
        chain.check("TRAILER", sha256(lines).hexdigest(), found[2].decode())


class _Chain:
    def __init__(self, signed: SignedRequest, secret: str) -> None:
        day, scope = signed.timestamp[:8], signed.scope
        parts = (day, scope.region, scope.service, "aws4_request")
        self._key = f"AWS4{secret}".encode()
        for part in parts:
            self._key = hmac.digest(self._key, part.encode(), "sha256")
        self._prefix = f"{signed.timestamp}\n{'/'.join(parts)}"
        self._previous = signed.signature

    def check(self, kind: str, hashes: str, signature: str) -> None:
        text = f"AWS4-HMAC-SHA256-{kind}\n{self._prefix}\n{self._previous}\n{hashes}"
        expected = hmac.digest(self._key, text.encode(), "sha256").hex()
        if not hmac.compare_digest(expected, signature):
            raise RefusedError(Refused.MISMATCH, "The signature of a chunk does not match")
        self._previous = signature
