"""The examples of the documentation of S3."""

from datetime import UTC, datetime

import pytest

from harness.emulator.gateway.caller import Signature
from harness.emulator.gateway.chunked import verify_chunks
from harness.emulator.gateway.errors import RefusedError
from harness.emulator.gateway.sigv4 import SignedRequest

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SIZES = (64 * 1024, 1024, 0)
# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = (
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
)
# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
TRAILER_SEED = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
TRAILER_CHUNKS = (
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
)
TRAILER = (
    b"x-amz-checksum-crc32c:sOO8/Q==\n\r\n"
    b"x-amz-trailer-signature:"
    b"d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
)


def signed(seed: str) -> SignedRequest:
    time = datetime(2013, 5, 24, tzinfo=UTC)
    return SignedRequest(Signature("AKIA", "us-east-1", "s3"), ("host",), seed, time, "")


def body(signatures: tuple[str, ...], *, end: bytes = b"\r\n", letter: bytes = b"a") -> bytes:
    parts = [
        f"{size:x};chunk-signature={signature}\r\n".encode() + letter * size + b"\r\n" * bool(size)
        for size, signature in zip(SIZES, signatures, strict=True)
    ]
    return b"".join(parts) + end


def test_the_signature_of_each_chunk_is_verified() -> None:
    verify_chunks(body(CHUNKS), signed(SEED), SECRET, trailer=False)


@pytest.mark.parametrize(
    "changed",
    [
        body(CHUNKS, letter=b"b"),
        body((CHUNKS[1], CHUNKS[0], CHUNKS[2])),
        body((CHUNKS[0], CHUNKS[0], CHUNKS[2])),
        b"plain content",
        body(CHUNKS)[:100],
        b"",
    ],
)
def test_another_body_is_refused(changed: bytes) -> None:
    with pytest.raises(RefusedError):
        verify_chunks(changed, signed(SEED), SECRET, trailer=False)


def test_another_seed_is_refused() -> None:
    with pytest.raises(RefusedError):
        verify_chunks(body(CHUNKS), signed("0" * 64), SECRET, trailer=False)


def test_the_signature_of_a_trailer_is_verified() -> None:
    sent = body(TRAILER_CHUNKS, end=TRAILER)

    verify_chunks(sent, signed(TRAILER_SEED), SECRET, trailer=True)
    for changed in (sent.replace(b"sOO8", b"sOO9"), body(TRAILER_CHUNKS)):
        with pytest.raises(RefusedError):
            verify_chunks(changed, signed(TRAILER_SEED), SECRET, trailer=True)
