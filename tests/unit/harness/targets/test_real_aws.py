"""The target ``aws``: the AWS configuration of the user, and an emulator in place of AWS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from requests.adapters import HTTPAdapter

from harness.aws.caller_identity import Identity
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


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys in the environment, and no AWS files of the user."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAONE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return tmp_path / "config"


@pytest.fixture
def rehearsing(emulator: Server, monkeypatch: pytest.MonkeyPatch) -> AwsTarget:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    return AwsTarget(region=REGION)


class TestAws:
    def test_without_an_endpoint_it_is_aws_itself(self) -> None:
        target = AwsTarget(region=REGION)

        assert target.rehearsal is None
        client = target.session().client("s3")
        assert client.meta.endpoint_url == f"https://s3.{REGION}.amazonaws.com"

    def test_an_endpoint_of_one_service_alone_does_not_make_it_a_rehearsal(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://bucket.vpce-1.s3.vpce.amazonaws.com")
        target = AwsTarget(region=REGION)

        assert target.rehearsal is None
        assert target.session().client("s3").meta.endpoint_url.startswith("https://bucket.vpce-1")

    def test_http_is_plain_and_retries_connections(self) -> None:
        with AwsTarget(region=REGION).http() as session:
            adapter = session.get_adapter("https://d1.cloudfront.net")

        assert isinstance(adapter, HTTPAdapter)
        retries = adapter.max_retries
        assert retries.connect == 5
        assert (retries.read, retries.status) == (0, 0), "no request is sent twice"

    def test_it_has_service_quotas(self) -> None:
        assert Capability.SERVICE_QUOTAS not in AwsTarget(region=REGION).missing()

    def test_the_database_is_unreachable_from_outside(self) -> None:
        target = AwsTarget(region=REGION)

        assert "private subnets" in target.missing()[Capability.DATABASE_DIRECT]
        assert target.database_route("db.example", 5432) is None

    def test_an_unknown_profile_is_a_usage_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_PROFILE", "missing")

        with pytest.raises(UsageError, match=r"configuration cannot be used: .*missing"):
            AwsTarget(region=REGION)


class TestTerraform:
    def test_it_gets_the_aws_variables_of_the_user_with_the_region_of_the_run(self) -> None:
        environ = {"AWS_PROFILE": "nightly", "AWS_REGION": "us-east-1", "HOME": "/home/me"}

        environment = AwsTarget(region=REGION, environ=environ).environment()

        assert environment == {
            "AWS_PROFILE": "nightly",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def test_provider_and_backend_refuse_every_other_account(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "harness.targets.real_aws.who_calls", lambda _: Identity(ACCOUNT, "arn")
        )
        target = AwsTarget(region=REGION)

        assert target.facts() == {"account": ACCOUNT, "caller": "arn"}
        assert target.provider() == {"allowed_account_ids": [ACCOUNT]}
        assert target.backend() == {"allowed_account_ids": [ACCOUNT]}


class TestRehearsal:
    def test_the_facts_name_the_rehearsal(self, rehearsing: AwsTarget, emulator: Server) -> None:
        assert rehearsing.facts() == {
            "account": ACCOUNT,
            "caller": f"arn:aws:iam::{ACCOUNT}:user/nightly",
            "rehearsal": f"endpoint {emulator.endpoint} in place of AWS",
        }
        assert Capability.SERVICE_QUOTAS in rehearsing.missing()

    def test_an_endpoint_in_the_profile_is_a_rehearsal(
        self, emulator: Server, configuration: Path
    ) -> None:
        configuration.write_text(f"[default]\nendpoint_url = {emulator.endpoint}\n")

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
