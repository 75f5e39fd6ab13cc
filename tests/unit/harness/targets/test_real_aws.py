"""The target ``aws``: the AWS configuration of the user, and an emulator in place of AWS."""

import os

import pytest
from requests.adapters import HTTPAdapter

from harness.aws.caller_identity import Identity
from harness.aws.capability import Capability
from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from harness.targets.real_aws import AwsTarget

ACCOUNT = "123456789012"
REGION = "eu-north-1"

pytestmark = pytest.mark.usefixtures("aws_config_file")


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

    @pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:4566"])
    def test_a_faster_clock_of_the_provider_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, endpoint: str
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

        with pytest.raises(UsageError, match="--provider-clock 20 on target aws"):
            AwsTarget.create(HarnessSettings(provider_clock=20), owner_pid=None)

        target = AwsTarget.create(HarnessSettings(provider_clock=1), owner_pid=None)
        assert target.default_clock == 1

    def test_an_unknown_profile_is_a_usage_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_PROFILE", "missing")

        with pytest.raises(UsageError, match=r"configuration cannot be used: .*missing"):
            AwsTarget(region=REGION)


class TestTerraform:
    def test_it_gets_the_aws_variables_of_the_user_with_the_region_of_the_run(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = AwsTarget(region=REGION)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_PROFILE", "nightly")
        monkeypatch.setenv("AWS_REGION", "us-east-1")

        environment = target.environment()

        assert environment == {
            "AWS_PROFILE": "nightly",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def test_provider_and_backend_refuse_every_other_account(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "harness.targets.real_aws.caller_identity", lambda _: Identity(ACCOUNT, "arn")
        )
        target = AwsTarget(region=REGION)

        assert target.facts() == {"account": ACCOUNT, "caller": "arn"}
        assert target.provider() == {"allowed_account_ids": [ACCOUNT]}
        assert target.backend() == {"allowed_account_ids": [ACCOUNT]}
