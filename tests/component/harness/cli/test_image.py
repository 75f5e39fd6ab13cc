"""``catalog-harness image``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.aws.caller_identity import Identity
from harness.aws.clients import Clients
from harness.aws.resources.inventory import RESOURCE_TYPES
from harness.aws.resources.ownership import Names
from harness.aws.resources.resource import Kind, Resource
from harness.targets.real_aws import AwsTarget
from harness.teardown.sweep.selection import SweepFilter, select
from tests.unit.harness.checks.fake_aws import Answer, FakeAws
from tests.unit.harness.cli.conftest import CommandLine
from tests.unit.harness.image.conftest import HOST, FakeEcr
from tests.unit.harness.image.fake_builder import FakeBuilder

ACCOUNT = "123456789012"
LATER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture
def ecr(monkeypatch: pytest.MonkeyPatch) -> FakeEcr:
    """An account with a registry."""
    ecr = FakeEcr()

    class Account(AwsTarget):
        def __init__(self, *, region: str) -> None:
            self.region = region
            self.__dict__["identity"] = Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/me")

        def session(self) -> FakeAws:
            return ecr.aws

    monkeypatch.setattr("harness.cli.image.account_target", lambda region: Account(region=region))
    return ecr


def listed(ecr: FakeEcr) -> Resource:
    """Return the repository as the catalogue of resources lists it."""
    [name] = ecr.repositories
    answers: dict[str, Answer] = {
        **ecr.aws.answers,
        "ecr.DescribeRepositories": {"repositories": [ecr.repository(name)]},
    }
    [resource] = RESOURCE_TYPES[Kind.REPOSITORY].list(Clients(FakeAws.answering(answers)))
    return resource


def no_names(suffix: str) -> Names:
    return {}


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuilder:
    fake = FakeBuilder(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(fake.folder))
    return fake


def test_publish_prints_the_uri_alone_on_standard_output(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder
) -> None:
    completed = call("image", "publish", "--account-id", ACCOUNT)

    assert completed.status == 0, completed.err
    assert completed.out.startswith(f"{HOST}/catalog-api:sha-")
    assert len(completed.out.splitlines()) == 1
    assert "building" in completed.err
    assert docker.verbs == ["build", "login", "push", "logout"]


def test_a_repository_of_an_environment_has_its_tags_and_expires(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder
) -> None:
    suffix = ("--environment-suffix", "nightly-1", "--owner", "ci")

    assert call("image", "publish", "--account-id", ACCOUNT, *suffix).status == 0

    tags = {tag["Key"]: tag["Value"] for tag in ecr.tags}
    assert "catalog-api-nightly-1" in ecr.repositories
    assert tags["EnvironmentSuffix"] == "nightly-1"
    assert tags["Owner"] == "ci"
    assert tags["expires-at"].endswith("Z")


def test_a_repository_of_an_environment_is_swept_with_it_and_after_it(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder
) -> None:
    call("image", "publish", "--account-id", ACCOUNT, "--environment-suffix", "nightly-1")
    repository = listed(ecr)

    for limits in (SweepFilter(frozenset({"nightly-1"})), SweepFilter(expired_before=LATER)):
        [run] = select([repository], limits, names_of=no_names).runs
        assert (run.environment_suffix, run.resources) == ("nightly-1", (repository,))
    assert (
        not select([repository], SweepFilter(frozenset({"pr1"})), names_of=no_names)
        .runs[0]
        .resources
    )


def test_a_shared_repository_does_not_expire(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder
) -> None:
    call("image", "publish", "--account-id", ACCOUNT)

    assert {tag["Key"] for tag in ecr.tags} == {"Project", "ManagedBy", "Owner"}
    assert select([listed(ecr)], SweepFilter(expired_before=LATER), names_of=no_names).runs == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--account-id: not given"),
        (("--account-id", "999999999999"), "the credentials belong to account 123456789012"),
        (("--account-id", ACCOUNT, "--region", "us-east-1"), "region us-east-1 is not allowed"),
    ],
)
def test_it_is_refused_by_the_guards_of_a_run(
    call: CommandLine, ecr: FakeEcr, docker: FakeBuilder, options: tuple[str, ...], message: str
) -> None:
    completed = call("image", "publish", *options)

    assert completed.status == 2
    assert message in completed.err
    assert ecr.repositories == {}


def test_without_a_builder_nothing_is_created(
    call: CommandLine, ecr: FakeEcr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    completed = call("image", "publish", "--account-id", ACCOUNT)

    assert completed.status == 2
    assert "neither docker nor podman" in completed.err
    assert ecr.repositories == {}


def test_delete_removes_repository_and_images(call: CommandLine, ecr: FakeEcr) -> None:
    ecr.repositories["catalog-api"] = ["sha-1"]

    first = call("image", "delete", "--account-id", ACCOUNT)
    second = call("image", "delete", "--account-id", ACCOUNT)

    assert first.out == "deleted catalog-api and its images\n"
    assert second.out == "repository catalog-api does not exist\n"
    assert ecr.repositories == {}


def test_an_error_of_ecr_is_one_line(
    call: CommandLine, ecr: FakeEcr, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Describe")

    monkeypatch.setattr("harness.image.ecr_repository.Registry.delete", refuse)

    completed = call("image", "delete", "--account-id", ACCOUNT)

    assert completed.status == 1
    assert completed.err.startswith("Error: ECR: An error occurred (AccessDenied)")
