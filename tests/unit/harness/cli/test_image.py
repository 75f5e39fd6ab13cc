"""``catalog-harness image``."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.aws.caller_identity import Identity
from harness.targets.real_aws import AwsTarget
from tests.unit.harness.checks.fake_aws import FakeAws
from tests.unit.harness.cli.conftest import CommandLine
from tests.unit.harness.image.conftest import HOST, FakeEcr
from tests.unit.harness.image.fake_builder import FakeBuilder

ACCOUNT = "123456789012"


@pytest.fixture
def ecr(monkeypatch: pytest.MonkeyPatch) -> FakeEcr:
    """An account with a registry, as the AWS configuration of the user names it."""
    ecr = FakeEcr()

    class Account(AwsTarget):
        def __init__(self, *, region: str) -> None:
            self.region = region
            self.__dict__["identity"] = Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/me")

        def session(self) -> FakeAws:
            return ecr.aws

    monkeypatch.setattr("harness.cli.image.account_target", lambda region: Account(region=region))
    return ecr


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuilder:
    fake = FakeBuilder(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(fake.folder))
    return fake


def test_publish_prints_the_uri_alone_on_standard_output(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder
) -> None:
    said = call("image", "publish", "--account-id", ACCOUNT)

    assert said.status == 0, said.err
    assert said.out.startswith(f"{HOST}/catalog-api:sha-")
    assert len(said.out.splitlines()) == 1
    assert "building" in said.err
    assert docker.verbs == ["build", "login", "push", "logout"]


def test_a_repository_of_an_environment_carries_its_tags_and_expires(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder
) -> None:
    suffix = ("--environment-suffix", "nightly-1", "--owner", "ci")

    assert call("image", "publish", "--account-id", ACCOUNT, *suffix).status == 0

    tags = {tag["Key"]: tag["Value"] for tag in ecr.tags}
    assert "catalog-api-nightly-1" in ecr.repositories
    assert tags["EnvironmentSuffix"] == "nightly-1"
    assert tags["Owner"] == "ci"
    assert tags["expires-at"].endswith("Z")


def test_one_for_all_environments_does_not_expire(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder
) -> None:
    call("image", "publish", "--account-id", ACCOUNT)

    assert {tag["Key"] for tag in ecr.tags} == {"Project", "ManagedBy", "Owner"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--account-id: not given"),
        (("--account-id", "999999999999"), "the credentials are of account 123456789012"),
        (("--account-id", ACCOUNT, "--region", "us-east-1"), "region us-east-1 is not among"),
    ],
)
def test_it_passes_the_guards_of_a_run(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder, options: tuple[str, ...], message: str
) -> None:
    said = call("image", "publish", *options)

    assert said.status == 2
    assert message in said.err
    assert ecr.repositories == {}


def test_without_a_builder_nothing_is_created(
    call: CommandLine, ecr: FakeEcr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    said = call("image", "publish", "--account-id", ACCOUNT)

    assert said.status == 2
    assert "neither docker nor podman" in said.err
    assert ecr.repositories == {}


def test_delete_removes_repository_and_images(call: CommandLine, ecr: FakeEcr) -> None:
    ecr.repositories["catalog-api"] = ["sha-1"]

    first = call("image", "delete", "--account-id", ACCOUNT)
    second = call("image", "delete", "--account-id", ACCOUNT)

    assert first.out == "catalog-api and its images were deleted\n"
    assert second.out == "there is no catalog-api\n"
    assert ecr.repositories == {}


def test_a_refusal_of_ecr_is_one_line(
    call: CommandLine, ecr: FakeEcr, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Describe")

    monkeypatch.setattr("harness.image.registry.Registry.delete", refuse)

    said = call("image", "delete", "--account-id", ACCOUNT)

    assert said.status == 1
    assert said.err.startswith("Error: ECR: An error occurred (AccessDenied)")
