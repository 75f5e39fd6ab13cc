"""The whole way of ``--target aws``, rehearsed: an embedded cloud plays the account.

Only the standard variables say so (``AWS_ENDPOINT_URL``, keys, ``AWS_CONFIG_FILE``), as for any
other AWS tool.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli_process import Trial
from tests.integration.simulated_aws import ACCOUNT, BUCKET, SimulatedAws, simulated_aws
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
def aws(embedded_only: None) -> Iterator[SimulatedAws]:
    with simulated_aws() as cloud:
        yield cloud


def start(
    trial: Trial,
    aws: SimulatedAws,
    changes: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    tiers: tuple[str, ...] = ("secret", "storage"),
) -> None:
    """Start a run with the state locked, and options as given."""
    trial.variables.update(environment or aws.environment())
    options = [f"--{name}={value}" for name, value in {**GIVEN, **(changes or {})}.items()]
    stack: dict[str, Any] = {"tiers": tiers} if tiers else {"log_level": "INFO"}
    trial.start("run", "--target=aws", "--state-lock", *options, **stack)


def test_the_whole_stack_is_deployed_proved_and_torn_down(trial: Trial, aws: SimulatedAws) -> None:
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
    assert aws.leftovers_of(SUFFIX) == ()


def test_the_state_is_in_the_bucket_as_long_as_something_is_deployed(
    trial: Trial, aws: SimulatedAws
) -> None:
    start(trial, aws, tiers=("secret",))
    trial.await_that(lambda: STATE in aws.objects(), "the state in the bucket")
    assert not list(trial.home.glob("runs/*/terraform/terraform.tfstate"))

    assert trial.wait() == 0, trial.output

    assert trial.record["owner"] == "rehearsal@example.com"
    assert trial.record["expires_at"].endswith("Z")
    assert f"the state s3://{BUCKET}/{STATE} was removed" in trial.output
    assert aws.objects() == set()
    assert aws.leftovers_of(SUFFIX) == ()


def test_a_run_that_takes_too_long_is_torn_down(trial: Trial, aws: SimulatedAws) -> None:
    start(trial, aws, {"max-duration": "0.4"})

    assert trial.wait() == 1, trial.output

    assert "the run exceeded its maximum duration of 0.4 minutes" in trial.first_error
    assert trial.record["status"] == "destroyed"
    assert aws.objects() == set()
    assert aws.leftovers_of(SUFFIX) == ()


@pytest.fixture
def locked(aws: SimulatedAws) -> Iterator[SimulatedAws]:
    """A bucket in which somebody else holds the lock of the state."""
    lock = {
        "ID": "7b1c",
        "Operation": "OperationTypeApply",
        "Who": "ci@runner-1",
        "Created": "2026-11-25T20:00:00Z",
    }
    aws.s3.put_object(Bucket=BUCKET, Key=LOCK, Body=json.dumps(lock).encode())
    yield aws
    aws.s3.delete_object(Bucket=BUCKET, Key=LOCK)


def refused(trial: Trial, aws: SimulatedAws) -> str:
    """Return the one error with which a run was refused; nothing may have come of it."""
    assert trial.wait() == 2, trial.output
    assert trial.output.count("Error: ") == 1
    assert "Traceback" not in trial.output
    assert list(trial.home.glob("runs/*/run.json")) == []
    assert aws.leftovers_of(SUFFIX) == ()
    assert STATE not in aws.objects()
    return trial.output.partition("Error: ")[2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"account-id": "123456789012"}, f"the credentials are of account {ACCOUNT}"),
        ({"region": "us-east-1"}, "region us-east-1 is not among the allowed ones: eu-north-1"),
        ({"state-bucket": "nowhere"}, "the state bucket nowhere cannot be used: there is no such"),
        ({"max-cost-per-hour": "0.0001"}, "--max-cost-per-hour 0.0001: estimated cost: "),
    ],
    ids=["account", "region", "bucket", "cost"],
)
def test_what_the_user_did_not_mean_is_refused(
    trial: Trial, aws: SimulatedAws, changes: dict[str, str], message: str
) -> None:
    start(trial, aws, changes)

    assert refused(trial, aws).startswith(message)


def test_the_root_user_is_refused(trial: Trial, aws: SimulatedAws) -> None:
    start(trial, aws, environment=aws.environment(AWS_ACCESS_KEY_ID="AKIAROOT"))

    assert refused(trial, aws).startswith("these are the credentials of the root user")


def test_credentials_that_end_too_soon_are_refused(
    trial: Trial, aws: SimulatedAws, tmp_path: Path
) -> None:
    start(trial, aws, environment=aws.expiring(tmp_path, minutes=60))

    assert refused(trial, aws).startswith("the credentials end in about 59 minutes")


def test_a_locked_state_is_refused_with_its_holder(trial: Trial, locked: SimulatedAws) -> None:
    start(trial, locked)

    said = refused(trial, locked)
    assert said.startswith(f"the state s3://{BUCKET}/{STATE} is locked since 2026-11-25T20:00:00Z")
    assert "ci@runner-1" in said
    assert LOCK in locked.objects(), "it is not this run's to remove"


def test_an_image_is_published_and_deleted_with_its_repository(
    trial: Trial, aws: SimulatedAws, tmp_path: Path
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

    # The program of this test pushes nothing: somebody must put an image there.
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": "sha256:1"}, "layers": []})
    name = repository["repositoryName"]
    ecr.put_image(repositoryName=name, imageManifest=manifest, imageTag=uri.rpartition(":")[2])

    trial.start("image", "delete", *account)
    assert trial.wait() == 0, trial.output
    assert ecr.describe_repositories()["repositories"] == []
