import pytest

from harness.emulator.gateway.aws import Accounts
from harness.emulator.gateway.caller import Caller, Signature, signature_of
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws


def test_a_signature_contains_key_region_and_service() -> None:
    header = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-north-1/ecs/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=abc"
    )

    assert signature_of(header) == Signature("AKIDEXAMPLE", "eu-north-1", "ecs")


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic eDp5", "AWS4-HMAC-SHA256 nonsense"])
def test_other_authorizations_are_no_signature(header: str) -> None:
    assert signature_of(header) is None


def test_an_authorization_header_is_parsed_as_its_caller() -> None:
    header = Caller("111122223333", "eu-west-1").authorization("elasticloadbalancing")

    assert signature_of(header) == Signature("111122223333", "eu-west-1", "elasticloadbalancing")


@pytest.mark.anyio
async def test_twelve_digits_are_the_account_itself(aws: FakeAws) -> None:
    caller = await Accounts(aws.api).caller_of(Signature("123456789012", "eu-north-1", "ecs"))

    assert caller == Caller("123456789012", "eu-north-1")
    assert aws.calls == []


@pytest.mark.anyio
async def test_other_keys_are_looked_up_once(aws: FakeAws) -> None:
    aws.responses["GetCallerIdentity"] = {"Account": "000000000000"}
    accounts = Accounts(aws.api)

    callers = {
        await accounts.caller_of(Signature("test", region, "ecs")) for region in ("a-b-1", "a-b-2")
    }

    assert callers == {Caller("000000000000", "a-b-1"), Caller("000000000000", "a-b-2")}
    assert aws.names() == ["GetCallerIdentity"]
