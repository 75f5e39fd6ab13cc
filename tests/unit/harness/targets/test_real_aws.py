"""The target ``aws``: the user's own configuration, and an emulator in the place of AWS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from requests.adapters import HTTPAdapter

from harness.aws.caller_identity import Identity
from harness.aws.capability import Capability
from harness.core.errors import UsageError
from harness.targets.real_aws import AwsTarget
from tests.unit.harness.targets.loopback import Answer, Seen, Server, http_server

ACCOUNT = "123456789012"
REGION = "eu-north-1"
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    f"<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/nightly</Arn>"
    f"<UserId>AIDA1</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
    "</GetCallerIdentityResponse>"
).encode()


def respond(seen: Seen) -> Answer:
    if b"GetCallerIdentity" in seen.body:
        return Answer(200, IDENTITY)
    return Answer(200, seen.headers["host"].encode())


@pytest.fixture
def emulator() -> Iterator[Server]:
    with http_server(respond) as server:
        yield server


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys in the environment, and no file of whoever runs the tests."""
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

    def test_http_is_plain_and_waits_for_names_that_are_not_known_yet(self) -> None:
        with AwsTarget(region=REGION).http() as session:
            adapter = session.get_adapter("https://d1.cloudfront.net")

        assert isinstance(adapter, HTTPAdapter)
        retries = adapter.max_retries
        assert retries.connect == 5
        assert (retries.read, retries.status) == (0, 0), "what was sent is never sent twice"

    def test_quotas_are_its_own(self) -> None:
        assert Capability.SERVICE_QUOTAS not in AwsTarget(region=REGION).missing()

    def test_the_database_is_reached_only_from_within(self) -> None:
        target = AwsTarget(region=REGION)

        assert "private subnets" in target.missing()[Capability.DATABASE_DIRECT]
        assert target.database_route("db.example", 5432) is None

    def test_a_profile_that_is_not_there_is_the_users_to_mend(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nobody")

        with pytest.raises(UsageError, match=r"configuration cannot be used: .*nobody"):
            AwsTarget(region=REGION)


class TestTerraform:
    def test_the_users_variables_reach_it_with_the_region_of_the_run(self) -> None:
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
    def test_it_says_that_it_is_one(self, rehearsing: AwsTarget, emulator: Server) -> None:
        assert rehearsing.facts() == {
            "account": ACCOUNT,
            "caller": f"arn:aws:iam::{ACCOUNT}:user/nightly",
            "rehearsal": f"endpoint {emulator.endpoint} in the place of AWS",
        }
        assert Capability.SERVICE_QUOTAS in rehearsing.missing()

    def test_an_endpoint_of_the_profile_makes_it_one_too(
        self, emulator: Server, configuration: Path
    ) -> None:
        configuration.write_text(f"[default]\nendpoint_url = {emulator.endpoint}\n")

        assert AwsTarget(region=REGION).rehearsal == emulator.endpoint

    def test_buckets_are_in_the_path(self, rehearsing: AwsTarget, emulator: Server) -> None:
        rehearsing.session().client("s3").get_object(Bucket="states", Key="a")

        assert emulator.seen[-1].path == "/states/a"

    def test_its_host_names_are_reached_through_the_emulator(self, rehearsing: AwsTarget) -> None:
        with rehearsing.http() as session:
            assert session.get("https://d1.cloudfront.net/").text == "d1.cloudfront.net"

    def test_terraform_finds_state_and_credentials_check_there(
        self, rehearsing: AwsTarget, emulator: Server
    ) -> None:
        backend, provider = rehearsing.backend(), rehearsing.provider()

        assert set(backend["endpoints"].values()) == {emulator.endpoint}
        assert backend["use_path_style"]
        assert provider["s3_use_path_style"]
        assert rehearsing.is_emulated


class TestLaterProcess:
    def test_it_goes_on_with_the_same_account(self, rehearsing: AwsTarget) -> None:
        attachment = rehearsing.start()

        assert AwsTarget(region=REGION, attachment=attachment).start() == attachment
        rehearsing.stop()

    def test_an_endpoint_that_is_gone_is_refused_before_aws_is_asked_instead(
        self, rehearsing: AwsTarget, monkeypatch: pytest.MonkeyPatch, emulator: Server
    ) -> None:
        attachment = {**rehearsing.start(), "endpoint": "http://127.0.0.1:9"}

        with pytest.raises(UsageError, match=r"belongs to endpoint http://127\.0\.0\.1:9"):
            AwsTarget(region=REGION, attachment=attachment)
