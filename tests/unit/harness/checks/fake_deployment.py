"""A deployed catalog stack without a cloud: recorded responses of AWS, to be changed by tests."""

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import boto3
import psycopg
import pytest
import requests

from harness.aws.capability import Capability
from harness.catalog import CATALOG
from harness.checks.framework.context import CheckContext
from harness.checks.framework.expected import ExpectedStack
from harness.checks.registry import run_checks
from harness.run.evidence import CheckResult, Status
from harness.targets.base import DatabaseRoute
from harness.terraform.drift import AllowedDrift
from stack.config import StackConfig
from stack.outputs import CatalogOutputs
from tests.unit.harness.checks import recording
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError
from tests.unit.harness.checks.fake_http import FakeCatalog
from tests.unit.harness.checks.fake_postgres import FakePostgres

CONFIG = StackConfig.from_mapping(recording.load_stack()["configuration"])
EXPECTED = ExpectedStack.of(CONFIG)
CONFIGURED = CATALOG.describe(recording.load_stack()["state"])
OUTPUTS = CatalogOutputs.from_dict(recording.load_stack()["outputs"])

GONE = object()
SUFFIX = CONFIG.environment_suffix
REGION = CONFIG.region
PASSWORD = "correct-horse-battery"
SECRET_ARN = OUTPUTS.secret_arn or ""
ENDPOINT = OUTPUTS.aurora_endpoint or ""
ACCOUNT = SECRET_ARN.split(":")[4]
ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
NOW = datetime.fromisoformat(recording.TIME)

TAGS = {
    **CONFIG.tags,
    "Project": "product-catalog",
    "EnvironmentSuffix": SUFFIX,
    "ManagedBy": "cdktf",
}
UPPER_TAGS = [{"Key": key, "Value": value} for key, value in TAGS.items()]
LOWER_TAGS = [{"key": key, "value": value} for key, value in TAGS.items()]

# What AWS answers for settings that a resource does not have; errors are not recorded.
_NOT_SET = {
    "cloudfront.GetMonitoringSubscription": "NoSuchMonitoringSubscription",
    "logs.GetTransformer": "ResourceNotFoundException",
    "s3.GetBucketCors": "NoSuchCORSConfiguration",
    "s3.GetBucketReplication": "ReplicationConfigurationNotFoundError",
    "s3.GetBucketWebsite": "NoSuchWebsiteConfiguration",
    "s3.GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
}
_OTHER = "other"  # a log stream
# What the embedded cloud, which was recorded, lacks.
_LACKING: dict[str, Answer] = {
    "ec2.DescribeCarrierGateways": {"CarrierGateways": []},
    "ec2.DescribeTransitGatewayVpcAttachments": {"TransitGatewayVpcAttachments": []},
    "logs.GetDataProtectionPolicy": {"logGroupIdentifier": EXPECTED.log_group_name},
}


class Recorded:
    """Responses of one operation to requests with different parameters."""

    def __init__(self, exchanges: Sequence[recording.Exchange]) -> None:
        self.exchanges = exchanges

    def __call__(self, parameters: dict[str, Any]) -> Mapping[str, Any]:
        found = [each.response for each in self.exchanges if each.parameters == parameters]
        assert found, f"not recorded: {self.exchanges[0].name}({parameters})"
        return found[0]


def recorded_answers(name: str) -> dict[str, Answer]:
    """Return "service.Operation" -> response of a recorded set, or responses by parameters."""
    operations = defaultdict(list)
    for exchange in recording.load(name):
        operations[exchange.name].append(exchange)
    return {
        operation: exchanges[0].response
        if all(each.response == exchanges[0].response for each in exchanges)
        else Recorded(exchanges)
        for operation, exchanges in operations.items()
    }


class FakeDeployment:
    """The target of a context; tests change its attributes to make a deployment incorrect.

    Attributes:
        answers: "service.Operation" -> response of AWS.
        tasks: Task id -> (address, zone) of the running tasks.
        desired: The service's desired count.
        bounds: Minimum and maximum count of auto scaling.
        catalog: The API, its load balancer and its distribution.
        postgres: The database.
        lacking: Capabilities that this target lacks.
        events: Events of a log stream that is no task's.
        results: Results that the checks recorded.
    """

    name = "fake"
    region = REGION

    def __init__(self) -> None:
        self.tasks = {"task-a": ("10.0.0.1", f"{REGION}a"), "task-b": ("10.0.0.2", f"{REGION}b")}
        self.desired = CONFIG.desired_count
        self.bounds = (CONFIG.min_capacity, CONFIG.max_capacity)
        self.follows = True
        products: dict[str, dict[str, Any]] = {}
        self.catalog = FakeCatalog(list(self.tasks), products)
        self.postgres = FakePostgres(PASSWORD, products)
        self.lacking: dict[Capability, str] = {}
        self.events: list[dict[str, Any]] = []
        self.results: list[CheckResult] = []
        self.has_route = True
        self.answers = {**recorded_answers("listing"), **recorded_answers("checks")}
        self._add_resources_of_others()
        self.answers |= self._computed()
        self.aws = FakeAws.answering(self.answers)

    def context(self, **changes: Any) -> CheckContext:
        given = {"expected": EXPECTED, "configured": CONFIGURED, "patience": 0.0, **changes}
        outputs: Any = OUTPUTS
        return CheckContext(self, outputs, record=self.results.append, **given)

    def failures(self, *only: str, **changes: Any) -> dict[str, str]:
        """Run checks (exclusive ones only if named) and return id -> observation of failures."""
        exclusive = any("*" not in pattern for pattern in only)
        results = run_checks(self.context(**changes), only=only or None, exclusive=exclusive)
        assert all(result.status in (Status.PASSED, Status.FAILED) for result in results)
        return {r.check: r.observed for r in results if r.status is Status.FAILED}

    def change(self, operation: str, *path: str | int | Mapping[str, str], to: Any) -> None:
        """Change one value inside a response of AWS, for all parameters.

        Args:
            operation: "service.Operation".
            path: Keys and indices; a mapping selects the item of a list that has its values.
            to: The new value; ``GONE`` removes the old one.
        """
        answer = copy.deepcopy(self.answers[operation])
        changed = [_replaced(place, path, to) for place in _responses(answer)]
        assert any(changed), f"no response of {operation} has {path}"
        self.answers[operation] = answer

    def refuse(self, operation: str, code: str, message: str = "refused") -> None:
        """Have AWS return an error for an operation."""

        self.answers[operation] = _refusal(code, message)

    def session(self) -> boto3.Session:
        return self.aws

    def http(self) -> requests.Session:
        return self.catalog.session()

    omitted_fields: Mapping[str, Mapping[str, str]] = {}

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking

    def known_drift(self) -> Sequence[AllowedDrift]:
        raise NotImplementedError

    def image_problem(self, reference: str, architecture: str) -> str:
        raise NotImplementedError

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        assert (host, port) == (ENDPOINT, 5432)
        return DatabaseRoute("127.0.0.2", 5432, None) if self.has_route else None

    def start(self) -> Mapping[str, str]:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def facts(self) -> Mapping[str, str]:
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        raise NotImplementedError

    def provider(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def stack_settings(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def scale(self, count: int) -> None:
        """Change the desired count; tasks and the API's responses follow."""
        self.desired = count
        if not self.follows:
            return
        names = [f"task-{letter}" for letter in "abcdefgh"[:count]]
        self.tasks = {
            name: (f"10.0.0.{index + 1}", f"{REGION}{'abc'[index % 3]}")
            for index, name in enumerate(names)
        }
        self.catalog.tasks = names

    def service(self) -> dict[str, Any]:
        counts = {"desiredCount": self.desired, "runningCount": len(self.tasks)}
        return {**_recorded("ecs.DescribeServices")["services"][0], **counts}

    def task(self, name: str) -> dict[str, Any]:
        """Return a task as recorded, with another id, address and zone."""
        address, zone = self.tasks[name]
        task: dict[str, Any] = copy.deepcopy(_recorded("ecs.DescribeTasks")["tasks"][0])
        task |= {"taskArn": _task_arn(name), "availabilityZone": zone}
        for detail in task["attachments"][0]["details"]:
            if detail["name"] == "privateIPv4Address":
                detail["value"] = address
        return task

    def scalable_target(self) -> dict[str, Any]:
        [target] = _recorded("application-autoscaling.DescribeScalableTargets")["ScalableTargets"]
        minimum, maximum = self.bounds
        return {**target, "MinCapacity": minimum, "MaxCapacity": maximum}

    def _add_resources_of_others(self) -> None:
        """Add what the checks must ignore: another stack's alarm, a deleted NAT gateway."""
        alarm = {"AlarmName": "catalog-alb-5xx-another", "Threshold": 1.0}
        deleted = {"NatGatewayId": "nat-0", "State": "deleted", "NatGatewayAddresses": []}
        self.add("cloudwatch.DescribeAlarms", "MetricAlarms", alarm)
        self.add("ec2.DescribeNatGateways", "NatGateways", deleted)

    def add(self, operation: str, key: str, changes: Mapping[str, Any]) -> None:
        """Add a changed copy of the first item to the lists in all responses."""
        answer = copy.deepcopy(self.answers[operation])
        for response in _responses(answer):
            response[key] = [*response[key], {**response[key][0], **changes}]
        self.answers[operation] = answer

    def keep(self, operation: str, key: str, condition: Callable[[Any], bool]) -> None:
        """Remove the items without a condition from the lists in all responses."""
        answer = copy.deepcopy(self.answers[operation])
        for response in _responses(answer):
            response[key] = list(filter(condition, response[key]))
        self.answers[operation] = answer

    def _computed(self) -> dict[str, Answer]:
        """Return the answers that depend on parameters, tasks, bounds and rows of the test."""
        return {
            **{operation: _refusal(code) for operation, code in _NOT_SET.items()},
            **_LACKING,
            "ecs.DescribeServices": lambda _: {"services": [self.service()]},
            "ecs.ListTasks": lambda _: {"taskArns": [_task_arn(task) for task in self.tasks]},
            "ecs.DescribeTasks": self._describe_tasks,
            "ecs.UpdateService": self._update_service,
            "logs.DescribeLogStreams": lambda _: {"logStreams": [{"logStreamName": _OTHER}]},
            "logs.GetLogEvents": self._log_events,
            "application-autoscaling.DescribeScalableTargets": lambda _: {
                "ScalableTargets": [self.scalable_target()]
            },
            "application-autoscaling.RegisterScalableTarget": self._register,
            "elbv2.DescribeTargetHealth": lambda _: {
                "TargetHealthDescriptions": [
                    {"Target": {"Id": address}, "TargetHealth": {"State": "healthy"}}
                    for address, _ in self.tasks.values()
                ]
            },
            "elbv2.DescribeTags": _describe_tags,
            "rds-data.ExecuteStatement": self._execute_statement,
        }

    def _describe_tasks(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"tasks": [self.task(arn.rpartition("/")[2]) for arn in parameters["tasks"]]}

    def _log_events(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if parameters["logStreamName"] == _OTHER:
            return {"events": self.events}
        return _log_events(parameters)

    def _update_service(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self.scale(parameters["desiredCount"])
        return {"service": self.service()}

    def _register(self, parameters: dict[str, Any]) -> dict[str, Any]:
        minimum, maximum = self.bounds = (parameters["MinCapacity"], parameters["MaxCapacity"])
        self.scale(min(max(self.desired, minimum), maximum))
        return {}

    def _execute_statement(self, parameters: dict[str, Any]) -> dict[str, Any]:
        assert parameters["secretArn"] == SECRET_ARN
        assert parameters["resourceArn"] == OUTPUTS.aurora_cluster_arn
        values = {item["name"]: item["value"]["stringValue"] for item in parameters["parameters"]}
        statement = parameters["sql"]
        assert "%(" not in statement, "the Data API's parameters are :name"
        rows = self.postgres.run(statement, values, CONFIG.master_username)
        return {"records": [[{"stringValue": value} for value in row] for row in rows]}


@pytest.fixture
def fake_deployment(monkeypatch: pytest.MonkeyPatch) -> FakeDeployment:
    """A correct deployment; patience is zero, so that nothing waits."""
    made = FakeDeployment()
    monkeypatch.setattr(psycopg, "connect", made.postgres.connect)
    return made


def task_definition() -> dict[str, Any]:
    """Return a copy of the recorded task definition."""
    definition: dict[str, Any] = copy.deepcopy(
        _recorded("ecs.DescribeTaskDefinition")["taskDefinition"]
    )
    return definition


def role_statements() -> list[dict[str, Any]]:
    """Return the statements of the recorded policy of the execution role."""
    document = json.loads(_recorded("iam.GetRolePolicy")["PolicyDocument"])
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def _refusal(code: str, message: str = "refused") -> Answer:
    def refused(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code, message)

    return refused


def _responses(answer: Any) -> list[Any]:
    """Return the responses of an answer, one for each recorded request."""
    return [e.response for e in answer.exchanges] if isinstance(answer, Recorded) else [answer]


def _recorded(operation: str) -> Mapping[str, Any]:
    return next(each.response for each in recording.load("checks") if each.name == operation)


def _replaced(place: Any, path: Sequence[str | int | Mapping[str, str]], to: Any) -> bool:
    """Replace a value; return whether the response has the item in which it is."""
    *steps, last = path
    try:
        for step in steps:
            place = place[_index(place, step)]
        index = _index(place, last)
    except StopIteration:
        return False
    if to is GONE:
        del place[index]
    else:
        place[index] = to
    return True


def _index(place: Any, step: str | int | Mapping[str, str]) -> Any:
    if not isinstance(step, Mapping):
        return step
    return next(index for index, item in enumerate(place) if step.items() <= item.items())


def _task_arn(name: str) -> str:
    return ARN.format("ecs", f"task/catalog-{SUFFIX}/{name}")


def _describe_tags(parameters: dict[str, Any]) -> dict[str, Any]:
    tags = {
        each["ResourceArn"]: each
        for exchange in recording.load("checks")
        if exchange.name == "elbv2.DescribeTags"
        for each in exchange.response["TagDescriptions"]
    }
    return {"TagDescriptions": [tags[arn] for arn in parameters["ResourceArns"]]}


def _log_events(parameters: dict[str, Any]) -> dict[str, Any]:
    task = parameters["logStreamName"].rpartition("/")[2]
    return {"events": [{"message": json.dumps({"message": "up", "task_id": task})}]}
