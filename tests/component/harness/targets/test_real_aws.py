"""The target ``aws`` with an emulator in place of AWS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.aws.capability import Capability
from harness.core.errors import UsageError
from harness.targets.real_aws import AwsTarget
from tests.component.harness.targets.http_server import Answer, Request, Server, http_server

ACCOUNT = "123456789012"
REGION = "eu-north-1"
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    f"<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/nightly</Arn>"
    f"<UserId>AIDA1</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
    "</GetCallerIdentityResponse>"
).encode()


def respond(request: Request) -> Answer:
    if b"GetCallerIdentity" in request.body:
        return Answer(200, IDENTITY)
    return Answer(200, request.headers["host"].encode())


@pytest.fixture
def emulator() -> Iterator[Server]:
    with http_server(respond) as server:
        yield server


@pytest.fixture
def rehearsing(
    aws_config_file: Path, emulator: Server, monkeypatch: pytest.MonkeyPatch
) -> AwsTarget:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    return AwsTarget(region=REGION)


class TestRehearsal:
    def test_the_facts_name_the_rehearsal(self, rehearsing: AwsTarget, emulator: Server) -> None:
        assert rehearsing.facts() == {
            "account": ACCOUNT,
            "caller": f"arn:aws:iam::{ACCOUNT}:user/nightly",
            "rehearsal": f"endpoint {emulator.endpoint} in place of AWS",
        }
        assert Capability.SERVICE_QUOTAS in rehearsing.missing()

    def test_an_endpoint_in_the_profile_is_a_rehearsal(
        self, emulator: Server, aws_config_file: Path
    ) -> None:
        aws_config_file.write_text(f"[default]\nendpoint_url = {emulator.endpoint}\n")

        assert AwsTarget(region=REGION).rehearsal == emulator.endpoint

    def test_buckets_are_in_the_path(self, rehearsing: AwsTarget, emulator: Server) -> None:
        rehearsing.session().client("s3").get_object(Bucket="states", Key="a")

        assert emulator.requests[-1].path == "/states/a"

    def test_host_names_are_reached_through_the_emulator(self, rehearsing: AwsTarget) -> None:
        with rehearsing.http() as session:
            assert session.get("https://d1.cloudfront.net/").text == "d1.cloudfront.net"

    def test_backend_and_provider_of_terraform_use_the_emulator(
        self, rehearsing: AwsTarget, emulator: Server
    ) -> None:
        backend, provider = rehearsing.backend(), rehearsing.provider()

        assert set(backend["endpoints"].values()) == {emulator.endpoint}
        assert backend["use_path_style"]
        assert provider["s3_use_path_style"]
        assert rehearsing.is_emulated


class TestLaterProcess:
    def test_it_attaches_to_the_same_account(self, rehearsing: AwsTarget) -> None:
        attachment = rehearsing.start()

        assert AwsTarget(region=REGION, attachment=attachment).start() == attachment
        rehearsing.stop()

    def test_a_changed_endpoint_is_refused_before_any_request(
        self, rehearsing: AwsTarget, monkeypatch: pytest.MonkeyPatch, emulator: Server
    ) -> None:
        attachment = {**rehearsing.start(), "endpoint": "http://127.0.0.1:9"}

        with pytest.raises(UsageError, match=r"belongs to endpoint http://127\.0\.0\.1:9"):
            AwsTarget(region=REGION, attachment=attachment)
