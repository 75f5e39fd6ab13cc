"""A whole run with ``--target aws``: an embedded cloud takes the place of the account.

Resources of others, with similar names, are neither in its way nor touched.

Only the standard variables are set (``AWS_ENDPOINT_URL``, keys, ``AWS_CONFIG_FILE``), as for any
other AWS tool.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
import requests
from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.errors import is_access_denied
from harness.aws.resources.inventory import take_inventory
from tests.integration.cli_process import CliProcess
from tests.integration.look_alikes import Maker, add_guard_duty, look_alikes
from tests.integration.simulated_aws import (
    ACCOUNT,
    BUCKET,
    REGION,
    SimulatedAws,
    documented,
    simulated_aws,
)
from tests.unit.harness.image.fake_builder import FakeBuilder

IMAGE = "catalog-harness/product-catalog-api:latest"
SUFFIX = "rehearsal-1"
INSIGHTS = "/aws/ecs/containerinsights/{}/performance"
SECRET, SECRET_OF_OTHERS = f"catalog/{SUFFIX}/database", "catalog/untagged/database"
SIMILAR = (
    INSIGHTS.format("catalog-payments"),
    f"/aws/lambda/orders-{SUFFIX}",
    f"payments-api-{SUFFIX}",
    f"/ecs/catalog-{SUFFIX}-2",
)
EXACT = f"/ecs/catalog-{SUFFIX}"
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
    """An account with resources of others, where only the documented permissions are granted."""
    with simulated_aws(enforced=True) as cloud:
        session = cloud.target.session()
        for like in look_alikes(SUFFIX)[:3]:
            maker = Maker(session, like)
            maker.make()
            add_guard_duty(session, maker.vpc)
        logs: Any = session.client("logs")
        for name in SIMILAR:
            logs.create_log_group(logGroupName=name)
        yield cloud


def everything(aws: SimulatedAws) -> set[str]:
    """Return all resources of the account, with their tags."""
    found = take_inventory(Clients(aws.target.session()), aws.target.missing())
    return {f"{each} {sorted(each.tags.items())}" for each in found.resources}


def start(
    cli: CliProcess,
    aws: SimulatedAws,
    changes: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    tiers: tuple[str, ...] = ("secret", "storage"),
    watchdog: bool = True,
) -> None:
    """Start a run with --state-lock and the given options."""
    cli.variables.update(environment or aws.environment())
    options = [f"--{name}={value}" for name, value in {**GIVEN, **(changes or {})}.items()]
    stack: dict[str, Any] = {"tiers": tiers} if tiers else {"log_level": "INFO"}
    options += [] if watchdog else ["--no-watchdog"]
    cli.start("run", "--target=aws", "--state-lock", *options, **stack)


def test_the_full_stack_is_deployed_proved_and_destroyed(
    cli: CliProcess, aws: SimulatedAws
) -> None:
    others = everything(aws)
    start(cli, aws, tiers=())
    # What services make beside the stack where the account has them switched on.
    add_guard_duty(aws.target.session(), aws.await_vpc(cli, SUFFIX))
    logs: Any = aws.target.session().client("logs")
    logs.create_log_group(logGroupName=INSIGHTS.format(f"catalog-{SUFFIX}"))
    cli.await_that(lambda: STATE in aws.objects(), "the state in the bucket")
    assert not list(cli.home.glob("runs/*/terraform/terraform.tfstate"))
    assert_a_task_may_do_nothing(cli, aws)
    assert_the_execution_role_reads_its_one_secret(aws)

    assert cli.wait() == 0, cli.output
    assert everything(aws) == others
    assert "of GuardDuty: ec2 VPC endpoint" in cli.output
    assert "of GuardDuty: ec2 security group" in cli.output

    report = cli.report
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
    assert "estimated cost" in cli.output
    assert cli.record["owner"] == "rehearsal@example.com"
    assert cli.record["expires_at"].endswith("Z")
    assert f"the state s3://{BUCKET}/{STATE} was removed" in cli.output
    assert aws.objects() == set()
    assert aws.leftovers_of(SUFFIX) == ()


def assert_a_task_may_do_nothing(cli: CliProcess, aws: SimulatedAws) -> None:
    inside = clients_of_a_task(cli, aws)
    role = f":assumed-role/catalog-task-{SUFFIX}/"
    assert role in inside("sts").get_caller_identity()["Arn"]
    secrets = inside("secretsmanager")
    assert is_denied(lambda: secrets.get_secret_value(SecretId=SECRET))
    assert is_denied(lambda: secrets.get_secret_value(SecretId=SECRET_OF_OTHERS))
    assert is_denied(secrets.list_secrets)
    assert is_denied(lambda: inside("s3").list_buckets())


def assert_the_execution_role_reads_its_one_secret(aws: SimulatedAws) -> None:
    clients = role_session(aws, f"catalog-execution-{SUFFIX}")
    secrets = clients("secretsmanager")
    assert secrets.get_secret_value(SecretId=SECRET)["SecretString"]
    assert is_denied(lambda: secrets.get_secret_value(SecretId=SECRET_OF_OTHERS))
    assert is_denied(secrets.list_secrets)
    assert is_denied(lambda: clients("s3").list_buckets())


def clients_of_a_task(cli: CliProcess, aws: SimulatedAws) -> Callable[[str], Any]:
    """Return clients with the credentials that a running task of the service gets.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    engine = psutil.Process(aws.target.cloud.pid)

    def credentials() -> dict[str, str]:
        for process in engine.children(recursive=True):
            with suppress(psutil.Error):
                variables = process.environ()
                if url := variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
                    token = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
                    found = requests.get(url, headers={"Authorization": token}, timeout=30)
                    return dict(found.json()) if found.ok else {}
        return {}

    cli.await_that(credentials, "the credentials of a task")
    made = credentials()
    keys = (made["AccessKeyId"], made["SecretAccessKey"], made["Token"])
    session: Any = boto3.Session(*keys, region_name=REGION)
    return lambda service: session.client(service, endpoint_url=aws.endpoint)


def role_session(aws: SimulatedAws, role: str) -> Callable[[str], Any]:
    """Return clients with the credentials that ECS gives to a role."""
    sts: Any = aws.target.session().client("sts")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    made = sts.assume_role(RoleArn=arn, RoleSessionName="task")["Credentials"]
    keys = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    session: Any = boto3.Session(*keys, region_name=REGION)
    return lambda service: session.client(service, endpoint_url=aws.endpoint)


def is_denied(call: Callable[[], object]) -> bool:
    with pytest.raises(ClientError) as caught:
        call()
    return is_access_denied(caught.value)


@pytest.fixture
def existing(aws: SimulatedAws) -> Iterator[SimulatedAws]:
    """An account in which a log group of others has exactly the name of one of the stack."""
    logs: Any = aws.target.session().client("logs")
    logs.create_log_group(logGroupName=EXACT)
    yield aws
    logs.delete_log_group(logGroupName=EXACT)


def test_an_exact_name_of_others_is_refused_before_anything_is_created(
    cli: CliProcess, existing: SimulatedAws
) -> None:
    others = everything(existing)

    # Preflight would say so, too.
    start(cli, existing, environment=existing.environment(CATALOG_HARNESS_SKIP_PREFLIGHT="true"))

    assert cli.wait() == 2, cli.output
    assert f"logs log group {EXACT} (named {EXACT})" in cli.output
    assert "apply: started" not in cli.output
    assert cli.record["status"] == "destroyed"
    assert everything(existing) == others


def test_one_permission_less_is_refused_by_name_before_anything_exists(
    cli: CliProcess, aws: SimulatedAws
) -> None:
    policy = documented()
    for statement in policy["Statement"]:
        statement["Action"] = [each for each in statement["Action"] if each != "s3:PutBucketPolicy"]
    iam: Any = aws.target.session().client("iam")
    given = {"UserName": "nightly", "PolicyName": "harness"}
    iam.put_user_policy(**given, PolicyDocument=json.dumps(policy))

    start(cli, aws)

    assert "lacks 1 permission(s):\n  - s3:PutBucketPolicy on" in refused(cli, aws)
    iam.put_user_policy(**given, PolicyDocument=json.dumps(documented()))


@contextmanager
def without(aws: SimulatedAws, *actions: str) -> Iterator[None]:
    """Take permissions from the user within the context, and the right to ask what is missing.

    As with credentials for which AWS does not simulate policies: the guard cannot know.
    """
    denied, policy = {*actions, "iam:SimulatePrincipalPolicy"}, documented()
    for statement in policy["Statement"]:
        listed = statement["Action"]
        given = [listed] if isinstance(listed, str) else listed
        statement["Action"] = [each for each in given if each not in denied]
    policy["Statement"] = [each for each in policy["Statement"] if each["Action"]]
    iam: Any = aws.target.session().client("iam")
    user = {"UserName": "nightly", "PolicyName": "harness"}
    iam.put_user_policy(**user, PolicyDocument=json.dumps(policy))
    try:
        yield
    finally:
        iam.put_user_policy(**user, PolicyDocument=json.dumps(documented()))


@pytest.mark.parametrize(
    ("action", "tier"),
    [("secretsmanager:CreateSecret", "secret"), ("ec2:CreateRouteTable", "network")],
)
def test_an_operation_that_is_denied_during_apply_is_one_clear_line(
    cli: CliProcess, aws: SimulatedAws, action: str, tier: str
) -> None:
    with without(aws, action):
        start(cli, aws, tiers=(tier,))
        assert cli.wait() == 1, cli.output

    assert f"it is unknown what arn:aws:iam::{ACCOUNT}:user/nightly may do" in cli.output
    first, *_ = cli.first_error.splitlines()
    assert first.startswith("terraform apply failed: aws_")
    assert f"nightly is not authorized to perform: {action}" in first
    assert "allow it; docs/iam-policy.json has all permissions" in cli.first_error
    assert cli.record["status"] == "destroyed"
    assert aws.leftovers_of(SUFFIX) == ()


def test_a_missing_role_of_a_service_that_must_not_be_created_is_refused_with_the_commands(
    cli: CliProcess, aws: SimulatedAws
) -> None:
    iam: Any = aws.target.session().client("iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_role(RoleName="AWSServiceRoleForRDS")

    with without(aws, "iam:CreateServiceLinkedRole"):
        start(cli, aws, tiers=())
        error = refused(cli, aws)

    assert error.startswith("the account has no role AWSServiceRoleFor")
    assert "not authorized to perform: iam:CreateServiceLinkedRole" in error
    command = "aws iam create-service-linked-role --aws-service-name rds.amazonaws.com"
    assert command in error
    names = {each["RoleName"] for each in iam.list_roles()["Roles"]}
    assert "AWSServiceRoleForRDS" not in names


def test_what_a_killed_run_left_is_swept_with_the_documented_permissions(
    cli: CliProcess, aws: SimulatedAws, tmp_path: Path
) -> None:
    others = everything(aws)
    changes = {"environment-suffix": "killed-1"}
    start(cli, aws, changes, tiers=("network", "secret"), watchdog=False)
    aws.await_vpc(cli, "killed-1")
    cli.kill_harness()
    cli.close()

    (tmp_path / "elsewhere").mkdir()
    other = CliProcess(tmp_path / "elsewhere")
    other.variables.update(aws.environment())
    options = (f"--account-id={ACCOUNT}", f"--state-bucket={BUCKET}")
    other.start("sweep", "--target=aws", "--environment-suffix=killed-1", "--yes", *options)
    try:
        assert other.wait() == 0, other.output
    finally:
        other.close()

    assert everything(aws) == others
    assert aws.leftovers_of("killed-1") == ()
    assert aws.objects() == set()


def test_a_run_that_exceeds_its_duration_is_destroyed(cli: CliProcess, aws: SimulatedAws) -> None:
    start(cli, aws, {"max-duration": "0.4"})

    assert cli.wait() == 1, cli.output

    assert "the run exceeded its maximum duration of 0.4 minutes" in cli.first_error
    assert cli.record["status"] == "destroyed"
    assert aws.objects() == set()
    assert aws.leftovers_of(SUFFIX) == ()


@pytest.fixture
def locked(aws: SimulatedAws) -> Iterator[SimulatedAws]:
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


def refused(cli: CliProcess, aws: SimulatedAws) -> str:
    """Return the error of a refused run, which must not have created anything."""
    assert cli.wait() == 2, cli.output
    assert cli.output.count("Error: ") == 1
    assert "Traceback" not in cli.output
    assert list(cli.home.glob("runs/*/run.json")) == []
    assert aws.leftovers_of(SUFFIX) == ()
    assert STATE not in aws.objects()
    return cli.output.partition("Error: ")[2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"account-id": "123456789012"}, f"the credentials belong to account {ACCOUNT}"),
        ({"region": "us-east-1"}, "region us-east-1 is not allowed; allowed: eu-north-1"),
        (
            {"state-bucket": "nowhere"},
            f"arn:aws:iam::{ACCOUNT}:user/nightly lacks 4 permission(s):\n"
            "  - s3:DeleteObject on arn:aws:s3:::nowhere/",
        ),
        ({"max-cost-per-hour": "0.0001"}, "--max-cost-per-hour 0.0001: estimated cost: "),
    ],
    ids=["account", "region", "bucket", "cost"],
)
def test_an_invalid_setting_is_refused(
    cli: CliProcess, aws: SimulatedAws, changes: dict[str, str], message: str
) -> None:
    start(cli, aws, changes)

    assert refused(cli, aws).startswith(message)


def test_the_root_user_is_refused(cli: CliProcess, aws: SimulatedAws) -> None:
    root = aws.target.cloud.environment()
    keys = {name: root[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    start(cli, aws, environment=aws.environment(**keys))

    assert refused(cli, aws).startswith("the credentials belong to the root user")


def test_credentials_that_expire_too_early_are_refused(
    cli: CliProcess, aws: SimulatedAws, tmp_path: Path
) -> None:
    start(cli, aws, environment=aws.expiring(tmp_path, minutes=60))

    assert refused(cli, aws).startswith("the credentials expire in about 59 minutes")


def test_a_locked_state_is_refused_with_its_holder(cli: CliProcess, locked: SimulatedAws) -> None:
    start(cli, locked)

    error = refused(cli, locked)
    assert error.startswith(f"the state s3://{BUCKET}/{STATE} is locked since 2026-11-25T20:00:00Z")
    assert "ci@runner-1" in error
    assert LOCK in locked.objects(), "the lock belongs to another run"


def test_an_image_is_published_and_deleted_with_its_repository(
    cli: CliProcess, aws: SimulatedAws, tmp_path: Path
) -> None:
    docker = FakeBuilder(tmp_path / "bin")
    account = (f"--account-id={ACCOUNT}", "--environment-suffix=img-1")
    cli.variables.update(aws.environment(PATH=str(docker.folder)))
    ecr: Any = aws.target.session().client("ecr")

    cli.start("image", "publish", *account)
    assert cli.wait() == 0, cli.output

    def repositories() -> list[Any]:
        found = ecr.describe_repositories()["repositories"]
        return [each for each in found if each["repositoryName"].startswith("catalog-api")]

    (repository,) = repositories()
    uri = cli.output.splitlines()[-1]
    assert uri.startswith(f"{repository['repositoryUri']}:sha-")
    assert docker.verbs == ["build", "login", "push", "logout"]
    tags = ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    assert {"Key": "EnvironmentSuffix", "Value": "img-1"} in tags

    # The fake builder pushes nothing, so the test itself puts an image there.
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": "sha256:1"}, "layers": []})
    name = repository["repositoryName"]
    ecr.put_image(repositoryName=name, imageManifest=manifest, imageTag=uri.rpartition(":")[2])

    cli.start("image", "delete", *account)
    assert cli.wait() == 0, cli.output
    assert repositories() == []
