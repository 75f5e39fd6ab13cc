"""A whole run with ``--target aws``: an embedded cloud takes the place of the account.

Only the standard variables are set (``AWS_ENDPOINT_URL``, keys, ``AWS_CONFIG_FILE``), as for any
other AWS tool.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli_process import Trial
from tests.integration.clouds import ACCOUNT, BUCKET, PlayedAws, played_aws
from tests.unit.harness.image.fake_builder import FakeBuilder

IMAGE = "catalog-harness/product-catalog-api:latest"
SUFFIX = "rehearsal-1"
STATE, LOCK = f"{SUFFIX}/catalog.tfstate", f"{SUFFIX}/catalog.tfstate.tflock"
GIVEN = {
    "account-id": ACCOUNT,
    "state-bucket": BUCKET,
    "image": IMAGE,
    "environment-suffix": SUFFIX,
    "owner": "rehearsal@example.com",
}


@pytest.fixture(scope="module")
def aws(embedded_only: None) -> Iterator[PlayedAws]:
    with played_aws() as cloud:
        yield cloud


def start(
    trial: Trial,
    aws: PlayedAws,
    changes: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    tiers: tuple[str, ...] = ("secret", "storage"),
) -> None:
    """Start a run with --state-lock and the given options."""
    trial.variables.update(environment or aws.environment())
    options = [f"--{name}={value}" for name, value in {**GIVEN, **(changes or {})}.items()]
    stack: dict[str, Any] = {"tiers": tiers} if tiers else {"log_level": "INFO"}
    trial.start("run", "--target=aws", "--state-lock", *options, **stack)


def test_the_full_stack_is_deployed_proved_and_destroyed(trial: Trial, aws: PlayedAws) -> None:
    start(trial, aws, tiers=())

    assert trial.wait() == 0, trial.output

    report = trial.report
    assert report["passed"]
    assert report["torn_down"]
    assert report["target"] == "aws"
    assert aws.endpoint in report["facts"]["rehearsal"]
    observed = {result["check"]: result for result in report["results"]}
    passed = {check for check, result in observed.items() if result["status"] == "passed"}
    assert {
        "aurora/data-api-answers",
        "aurora/rows-agree-with-data-api",
        "aurora/service-ready",
        "cloudfront/serves-products",
        "autoscaling/follows",
    } <= passed
    unprovable = {check for check, each in observed.items() if each["status"] == "not provable"}
    assert unprovable == {
        "aurora/connects-with-secret",
        "aurora/wrong-password-refused",
        "aurora/plain-text-refused",
        "aurora/rows-agree-with-direct-sql",
    }
    for check in ("tags/network", "tags/service-and-tasks", "tags/distribution", "tags/secret"):
        assert "RunId, Owner, expires-at" in observed[check]["observed"]
    assert "estimated cost" in trial.output
    assert aws.objects() == set()
    assert aws.left_of(SUFFIX) == ()


def test_the_state_is_in_the_bucket_while_the_stack_is_deployed(
    trial: Trial, aws: PlayedAws
) -> None:
    start(trial, aws, tiers=("secret",))
    trial.await_that(lambda: STATE in aws.objects(), "the state in the bucket")
    assert not list(trial.home.glob("runs/*/terraform/terraform.tfstate"))

    assert trial.wait() == 0, trial.output

    assert trial.record["owner"] == "rehearsal@example.com"
    assert trial.record["expires_at"].endswith("Z")
    assert f"the state s3://{BUCKET}/{STATE} was removed" in trial.output
    assert aws.objects() == set()
    assert aws.left_of(SUFFIX) == ()


def test_a_run_that_exceeds_its_duration_is_destroyed(trial: Trial, aws: PlayedAws) -> None:
    start(trial, aws, {"max-duration": "0.4"})

    assert trial.wait() == 1, trial.output

    assert "the run exceeded its maximum duration of 0.4 minutes" in trial.first_error
    assert trial.record["status"] == "destroyed"
    assert aws.objects() == set()
    assert aws.left_of(SUFFIX) == ()


@pytest.fixture
def locked(aws: PlayedAws) -> Iterator[PlayedAws]:
    """A bucket with a lock of another run."""
    lock = {
        "ID": "7b1c",
        "Operation": "OperationTypeApply",
        "Who": "ci@runner-1",
        "Created": "2026-11-25T20:00:00Z",
    }
    aws.s3.put_object(Bucket=BUCKET, Key=LOCK, Body=json.dumps(lock).encode())
    yield aws
    aws.s3.delete_object(Bucket=BUCKET, Key=LOCK)


def refused(trial: Trial, aws: PlayedAws) -> str:
    """Return the error of a refused run, which must not have created anything."""
    assert trial.wait() == 2, trial.output
    assert trial.output.count("Error: ") == 1
    assert "Traceback" not in trial.output
    assert list(trial.home.glob("runs/*/run.json")) == []
    assert aws.left_of(SUFFIX) == ()
    assert STATE not in aws.objects()
    return trial.output.partition("Error: ")[2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"account-id": "123456789012"}, f"the credentials belong to account {ACCOUNT}"),
        ({"region": "us-east-1"}, "region us-east-1 is not allowed; allowed: eu-north-1"),
        ({"state-bucket": "nowhere"}, "the state bucket nowhere cannot be used: it does not"),
        ({"max-cost-per-hour": "0.0001"}, "--max-cost-per-hour 0.0001: estimated cost: "),
    ],
    ids=["account", "region", "bucket", "cost"],
)
def test_an_invalid_setting_is_refused(
    trial: Trial, aws: PlayedAws, changes: dict[str, str], message: str
) -> None:
    start(trial, aws, changes)

    assert refused(trial, aws).startswith(message)


def test_the_root_user_is_refused(trial: Trial, aws: PlayedAws) -> None:
    start(trial, aws, environment=aws.environment(AWS_ACCESS_KEY_ID="AKIAROOT"))

    assert refused(trial, aws).startswith("the credentials belong to the root user")


def test_credentials_that_expire_too_early_are_refused(
    trial: Trial, aws: PlayedAws, tmp_path: Path
) -> None:
    start(trial, aws, environment=aws.expiring(tmp_path, minutes=60))

    assert refused(trial, aws).startswith("the credentials expire in about 59 minutes")


def test_a_locked_state_is_refused_with_its_holder(trial: Trial, locked: PlayedAws) -> None:
    start(trial, locked)

    error = refused(trial, locked)
    assert error.startswith(f"the state s3://{BUCKET}/{STATE} is locked since 2026-11-25T20:00:00Z")
    assert "ci@runner-1" in error
    assert LOCK in locked.objects(), "the lock belongs to another run"


def test_an_image_is_published_and_deleted_with_its_repository(
    trial: Trial, aws: PlayedAws, tmp_path: Path
) -> None:
    docker = FakeBuilder(tmp_path / "bin")
    account = (f"--account-id={ACCOUNT}", "--environment-suffix=img-1")
    trial.variables.update(aws.environment(PATH=str(docker.folder)))
    ecr: Any = aws.target.session().client("ecr")

    trial.start("image", "publish", *account)
    assert trial.wait() == 0, trial.output

    (repository,) = ecr.describe_repositories()["repositories"]
    uri = trial.output.splitlines()[-1]
    assert uri.startswith(f"{repository['repositoryUri']}:sha-")
    assert docker.verbs == ["build", "login", "push", "logout"]
    tags = ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    assert {"Key": "EnvironmentSuffix", "Value": "img-1"} in tags

    # The fake builder pushes nothing, so the test itself puts an image there.
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": "sha256:1"}, "layers": []})
    name = repository["repositoryName"]
    ecr.put_image(repositoryName=name, imageManifest=manifest, imageTag=uri.rpartition(":")[2])

    trial.start("image", "delete", *account)
    assert trial.wait() == 0, trial.output
    assert ecr.describe_repositories()["repositories"] == []
