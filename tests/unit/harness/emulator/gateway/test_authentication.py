from datetime import timedelta

import pytest

from harness.emulator.gateway.authentication import (
    Authenticator,
    IssuedKey,
    check_address,
    is_public,
)
from harness.emulator.gateway.caller import Signature
from harness.emulator.gateway.errors import Refused, RefusedError
from harness.emulator.gateway.http import Request, request_head
from tests.unit.harness.emulator.gateway.signed_requests import (
    HOST,
    NOW,
    REGION,
    Wire,
    presigned,
    signed,
)
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

pytestmark = pytest.mark.anyio

SESSION = IssuedKey("secret-of-the-session", "token", NOW + timedelta(hours=1))
EXPIRED = IssuedKey("secret-of-the-session", "token", NOW - timedelta(seconds=1))
ISSUED = {"ASIASESSION": SESSION, "ASIAEXPIRED": EXPIRED, "AKIAUSER": IssuedKey("of-the-user")}


async def authenticated(wire: Wire, *, minutes: float = 0) -> tuple[Request, Signature]:
    """Authenticate a request some minutes after now."""
    later = Authenticator(CREDENTIALS, ISSUED, now=lambda: NOW + timedelta(minutes=minutes))
    return await later.authenticate(wire.scope, wire.receive)


async def refusal(wire: Wire, *, minutes: float = 0) -> Refused:
    with pytest.raises(RefusedError) as refused:
        await authenticated(wire, minutes=minutes)
    return refused.value.reason


@pytest.mark.parametrize(
    "wire",
    [
        signed(),
        signed("cloudfront", "/2020-05-31/distribution/E1/config", method="GET", body=b""),
        signed("rds", "/?Action=DescribeDBClusters&Marker=a%2Bb%3D%20c&Empty=", body=b""),
        signed("logs", body=b"{}", X_Amz_Target="Logs.Describe", Content_Type="x/y  z"),
        signed("lambda", "/functions/arn%3Aaws%3Af/a%20b", method="GET", body=b""),
        signed("s3", "/bucket/a%20b%2Fc%3Dd/%C3%A4", method="PUT", body=b"content"),
        signed("s3", "/bucket?list-type=2&prefix=x%2Fy", method="GET", body=b""),
        signed(key="123456789012"),
        presigned("/bucket/key?response-content-type=text%2Fplain"),
    ],
    ids=lambda wire: f"{wire.method} {wire.url.partition('?')[0]}",
)
async def test_requests_that_botocore_signs_are_accepted(wire: Wire) -> None:
    request, signature = await authenticated(wire)

    assert request.body == wire.body
    assert signature.region == REGION


async def test_the_scope_of_the_signature_is_returned() -> None:
    _, signature = await authenticated(signed("ecs", key="123456789012"))

    assert signature == Signature("123456789012", REGION, "ecs")


GOOD = signed("s3", "/b/k", method="PUT", body=b"x")


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        (Wire("POST", f"http://{HOST}/", body=b"Action=DescribeVpcs"), Refused.MISSING),
        (signed().with_headers(Authorization="Bearer x"), Refused.MISSING),
        (signed().with_headers(Authorization="AWS4-HMAC-SHA256 nothing"), Refused.INCOMPLETE),
        (signed(key="test", secret="test"), Refused.UNKNOWN_KEY),
        (signed(key="123456789012", secret="test"), Refused.MISMATCH),
        (signed(secret="wrong"), Refused.MISMATCH),
        (signed().changed(body=b"Action=DeleteVpc"), Refused.MISMATCH),
        (signed().changed(method="PUT"), Refused.MISMATCH),
        (signed().changed(url=f"http://{HOST}/other"), Refused.MISMATCH),
        (signed().changed(url=f"http://{HOST}/?Action=DeleteVpc"), Refused.MISMATCH),
        (signed().with_headers(host="localhost:4566"), Refused.MISMATCH),
        (signed().with_headers(X_Amz_Target="DeleteVpc"), Refused.MISMATCH),
        (signed().with_headers(X_Amz_Date="20200101T000000Z"), Refused.MISMATCH),
        (signed().with_headers(X_Amz_Date="today"), Refused.INCOMPLETE),
        (signed().with_headers(X_Amz_Date="2020-01-01T00:00:00Z"), Refused.INCOMPLETE),
        (signed(token="a"), Refused.UNKNOWN_KEY),
        (GOOD.changed(body=b"y"), Refused.PAYLOAD),
        (GOOD.with_headers(X_Amz_Content_SHA256="0" * 64), Refused.MISMATCH),
        (GOOD.with_headers(X_Amz_Content_SHA256="UNSIGNED-PAYLOAD"), Refused.MISMATCH),
        (GOOD.with_headers(X_Amz_Content_SHA256="anything"), Refused.PAYLOAD),
        (GOOD.with_headers(x_amz_acl="public-read"), Refused.MISMATCH),
        (GOOD.changed(url=f"http://{HOST}/b//k"), Refused.MISMATCH),
        (presigned("/b/k", secret="wrong"), Refused.MISMATCH),
        (presigned("/b/k").changed(method="DELETE"), Refused.MISMATCH),
        (presigned("/b/k", expires=604_801), Refused.INCOMPLETE),
    ],
)
async def test_other_requests_are_refused(wire: Wire, reason: Refused) -> None:
    assert await refusal(wire) is reason


async def test_a_body_without_a_declared_hash_has_a_largest_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("harness.emulator.gateway.authentication.LARGEST_CALL", 3)
    undeclared, declared = signed(body=b"long"), signed("s3", "/b/k", method="PUT", body=b"long")

    assert (await authenticated(declared))[0].body == b"long"
    with pytest.raises(RefusedError, match="of 4 bytes; the largest is 3") as refused:
        await authenticated(undeclared)
    assert refused.value.response(Request("POST", "/")).status == 413


async def test_a_service_other_than_s3_must_sign_its_payload() -> None:
    wire = signed(X_Amz_Content_SHA256="UNSIGNED-PAYLOAD")

    assert await refusal(wire) is Refused.PAYLOAD


@pytest.mark.parametrize("minutes", [-14.9, 14.9])
async def test_a_signature_is_valid_for_15_minutes_even_if_replayed(minutes: float) -> None:
    wire = signed()

    for _ in range(2):
        await authenticated(wire, minutes=minutes)


@pytest.mark.parametrize("minutes", [-15.1, 15.1])
async def test_a_signature_of_another_time_is_refused(minutes: float) -> None:
    assert await refusal(signed(), minutes=minutes) is Refused.SKEWED


async def test_a_presigned_url_expires() -> None:
    wire = presigned("/b/k", expires=1800)

    await authenticated(wire, minutes=29)
    assert await refusal(wire, minutes=31) is Refused.EXPIRED


@pytest.mark.parametrize("field", ["Expires=60&", "Expires=6000&"])
async def test_the_expiry_is_signed(field: str) -> None:
    wire = presigned("/b/k", expires=60)
    changed = wire.changed(url=wire.url.replace("Expires=60&", field))

    if changed == wire:
        await authenticated(changed)
    else:
        assert await refusal(changed) is Refused.MISMATCH


class TestIssuedKeys:
    async def test_a_session_is_accepted_with_its_token(self) -> None:
        wire = signed(key="ASIASESSION", secret=SESSION.secret, token=SESSION.token)

        _, signature = await authenticated(wire)

        assert signature.access_key == "ASIASESSION"

    @pytest.mark.parametrize("token", [None, "other"])
    async def test_a_session_is_refused_without_its_token(self, token: str | None) -> None:
        wire = signed(key="ASIASESSION", secret=SESSION.secret, token=token)

        assert await refusal(wire) is Refused.UNKNOWN_KEY

    async def test_an_expired_session_is_refused(self) -> None:
        wire = signed(key="ASIAEXPIRED", secret=EXPIRED.secret, token=EXPIRED.token)

        assert await refusal(wire) is Refused.EXPIRED

    async def test_the_key_of_a_user_has_its_own_secret(self) -> None:
        await authenticated(signed(key="AKIAUSER", secret=ISSUED["AKIAUSER"].secret))

        assert await refusal(signed(key="AKIAUSER")) is Refused.MISMATCH


class TestAddress:
    @staticmethod
    def check(**headers: str) -> None:
        wire = Wire("POST", f"http://{HOST}/", headers)
        check_address(wire.scope, request_head(wire.scope))

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1:4566",
            "127.77.0.2",
            "localhost:4566",
            "bucket.localhost",
            "[::1]:4566",
            "ec2.eu-north-1.amazonaws.com",
        ],
    )
    def test_loopback_and_names_of_aws_are_accepted(self, host: str) -> None:
        self.check(host=host)

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "127.0.0.1.evil.example",
            "amazonaws.com.evil.example",
            "",
            "[",
            "10.0.0.1",
        ],
    )
    def test_any_other_host_is_refused(self, host: str) -> None:
        with pytest.raises(RefusedError, match="host"):
            self.check(host=host)

    def test_a_page_of_its_own_is_accepted(self) -> None:
        self.check(origin=f"http://{HOST}")

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "http://127.0.0.1:8000", f"https://{HOST}"]
    )
    def test_pages_of_other_origins_are_refused(self, origin: str) -> None:
        with pytest.raises(RefusedError, match="pages from"):
            self.check(origin=origin)


@pytest.mark.parametrize(
    ("method", "path", "public"),
    [
        ("GET", "/_ministack/ready", True),
        ("GET", "/_ministack/rds/ca.pem", True),
        ("GET", "/v4/0123456789abcdef/task", True),
        ("POST", "/_ministack/ready", False),
        ("POST", "/_ministack/reset", False),
        ("GET", "/_ministack/health", False),
        ("GET", "/v4/short", False),
        ("GET", "/v2/credentials/0123456789abcdef", False),
        ("GET", "/", False),
    ],
)
def test_only_these_paths_are_public(method: str, path: str, public: bool) -> None:
    assert is_public(Request(method, path)) is public
