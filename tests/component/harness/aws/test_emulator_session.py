"""Sessions of an emulator: nothing of the user's AWS configuration gets into them."""

from collections.abc import Iterator
from pathlib import Path

import botocore.config
import pytest

from harness.aws.emulator_session import EmulatorSession
from tests.component.harness.targets.http_server import Answer, Request, Server, http_server

BUCKETS = (
    b"<ListAllMyBucketsResult><Buckets><Bucket><Name>logs</Name></Bucket></Buckets>"
    b"</ListAllMyBucketsResult>"
)


def respond(request: Request) -> Answer:
    del request
    return Answer(200, BUCKETS, {"Content-Type": "application/xml"})


@pytest.fixture
def emulator() -> Iterator[Server]:
    with http_server(respond) as server:
        yield server


@pytest.fixture
def session(emulator: Server) -> EmulatorSession:
    return EmulatorSession(endpoint=emulator.endpoint, region="eu-north-1")


@pytest.fixture
def hostile_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's usual settings: real credentials, a profile, a proxy."""
    config = tmp_path / "config"
    config.write_text("[profile work]\nregion = us-gov-west-1\nendpoint_url = http://10.0.0.1:9\n")
    credentials = tmp_path / "credentials"
    credentials.write_text("[work]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n")
    for name, value in {
        "AWS_PROFILE": "work",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_REGION": "us-gov-west-1",
        "AWS_ENDPOINT_URL_S3": "http://10.0.0.1:9",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("hostile_environment")
class TestIsolation:
    def test_a_client_sends_to_the_emulator_with_dummy_credentials(self, emulator: Server) -> None:
        session = EmulatorSession(endpoint=emulator.endpoint, region="eu-north-1")

        answer = session.client("s3").list_buckets()

        assert [bucket["Name"] for bucket in answer["Buckets"]] == ["logs"]
        signature = emulator.requests[0].headers["authorization"]
        assert "Credential=test/" in signature
        assert "/eu-north-1/" in signature
        assert "x-amz-security-token" not in emulator.requests[0].headers

    def test_a_resource_does_too(self, emulator: Server) -> None:
        session = EmulatorSession(endpoint=emulator.endpoint, region="eu-north-1")

        assert [bucket.name for bucket in session.resource("s3").buckets.all()] == ["logs"]

    def test_an_unknown_profile_does_not_matter(
        self, emulator: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_PROFILE", "gone")

        session = EmulatorSession(endpoint=emulator.endpoint, region="eu-north-1")

        assert session.client("s3").list_buckets()["Buckets"]


def test_an_access_key_of_twelve_digits_chooses_the_account(emulator: Server) -> None:
    session = EmulatorSession(
        endpoint=emulator.endpoint, region="eu-north-1", access_key="123456789012"
    )
    session.client("s3").list_buckets()

    assert "Credential=123456789012/" in emulator.requests[0].headers["authorization"]


def test_a_bucket_is_in_the_path_not_in_the_host_name(
    session: EmulatorSession, emulator: Server
) -> None:
    session.client("s3").list_objects_v2(Bucket="logs")

    assert emulator.requests[0].path.startswith("/logs?")
    assert emulator.requests[0].headers["host"].startswith("127.0.0.1")


def test_a_configuration_of_the_caller_is_added(session: EmulatorSession) -> None:
    client = session.client("s3", config=botocore.config.Config(read_timeout=7))

    assert client.meta.config.read_timeout == 7
    assert client.meta.config.connect_timeout == 5


def test_an_endpoint_of_the_caller_wins(session: EmulatorSession) -> None:
    client = session.client("s3", endpoint_url="http://127.0.0.1:7")

    assert client.meta.endpoint_url == "http://127.0.0.1:7"
