"""``python -m tests.record_responses``: record the responses of AWS that unit tests answer with.

Deploys the stack on the embedded cloud (about two minutes), captures every request of the
checks that only read and of the inventory of resources together with its response, replaces
ids and times by constant ones, writes ``tests/unit/harness/checks/recorded/`` and destroys
the stack.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.model import OperationModel
from rich.console import Console

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.catalog import CATALOG
from harness.checks.framework.context import CheckContext
from harness.checks.framework.expected import ExpectedStack
from harness.checks.framework.resources import running_tasks
from harness.checks.probes.credentials import read_credentials
from harness.checks.registry import service_checks
from harness.core.interrupts import sigterm_as_interrupt
from harness.deploy.deploy import Deployment
from harness.pipeline.lifetime import deployed
from harness.report.progress import ConsoleObserver
from harness.run.evidence import CheckResult, Status
from harness.run.ledger import Ledger
from harness.run.run import Run
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from tests.unit.harness.checks import recording
from tests.unit.harness.checks.recording import Exchange

SUFFIX = "pr1-7f3a"
ACCOUNT = "123456789012"
PASSWORD = "correct-horse-battery"

# The fakes compute these: they depend on the tasks and on the rows of a test.
_COMPUTED = {"logs.DescribeLogStreams", "logs.GetLogEvents", "rds-data.ExecuteStatement"}
# Lists are in the order of the first of these that all their items have.
_SORT_KEYS = (
    *("GroupName", "AlarmName", "ParameterName", "RoleName", "taskArn"),
    *("SubnetId", "Key", "key", "Name", "FromPort"),
)
# Numbers that change from one request to the next.
_COUNTERS = {"creationTime", "storedBytes"}
_ID = re.compile(r"\b[a-z]+(?:-[a-z]+)*-[0-9a-f]{17}\b")


class RecordingTarget:
    """A target whose AWS session captures every response.

    Args:
        target: The target.

    Attributes:
        exchanges: What was captured.
    """

    def __init__(self, target: Any) -> None:
        self._target = target
        self._session: boto3.Session = target.session()
        self._session.events.register("before-parameter-build", self._remember)
        self._session.events.register("after-call", self._capture)
        self.exchanges: list[Exchange] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def session(self) -> boto3.Session:
        return self._session

    def _remember(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["recorded_parameters"] = dict(params)

    def _capture(
        self, parsed: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any
    ) -> None:
        service, operation = model.service_model.service_name, model.name
        if "Error" in parsed or f"{service}.{operation}" in _COMPUTED:
            return
        response = {key: value for key, value in parsed.items() if key != "ResponseMetadata"}
        encoded = recording.as_json(response, recording.output_shape(service, operation))
        self.exchanges.append(Exchange(service, operation, context["recorded_parameters"], encoded))


def record(deployment: Deployment) -> None:
    """Record the responses for a deployed stack."""
    target: Any = RecordingTarget(deployment.target)
    state = deployment.state()
    context = CheckContext(
        target,
        deployment.outputs,
        ExpectedStack.of(deployment.config),
        CATALOG.describe(state),
        record=_require_no_failure,
    )
    for service, check in service_checks():
        if not check.spec.exclusive:
            check.evaluate(service(context))
    checks = list(target.exchanges)
    names = _names(deployment, context)
    target.exchanges.clear()
    take_inventory(Clients(target.session()), target.missing())
    stack = {
        "configuration": deployment.config.to_mapping(),
        "outputs": asdict(deployment.outputs),
        "state": list(state),
    }
    normalised = _normaliser(names)
    recording.write(recording.FOLDER / "stack.json", normalised(stack))
    for name, exchanges in (("checks", checks), ("listing", target.exchanges)):
        recording.save(name, (_normalised(each, normalised) for each in _ordered(exchanges)))


def _require_no_failure(result: CheckResult) -> None:
    if result.status is Status.FAILED:
        raise SystemExit(f"nothing was recorded: {result.check} failed: {result.observed}")


def _names(deployment: Deployment, context: CheckContext) -> dict[str, str]:
    """Return text of this run -> text of every recording."""
    outputs, tags = deployment.outputs, deployment.run.tags
    database = outputs.aurora_endpoint or ""
    names = {
        deployment.run.tags.run_id: f"{SUFFIX}-20260101T101112131415Z",
        tags.expires_at: "2026-01-01T02:00:00Z",
        outputs.vpc_id: "vpc-1",
        outputs.alb_security_group_id: "sg-alb",
        outputs.service_security_group_id: "sg-service",
        outputs.database_security_group_id: "sg-database",
        outputs.secret_arn: f"{(outputs.secret_arn or '').rpartition('-')[0]}-AbCdEf",
        database.split(".")[1].rpartition("-")[2]: "abc",
        outputs.alb_dns_name: f"catalog-alb-{SUFFIX}-1.{outputs.region}.elb.amazonaws.com",
        _last(outputs.listener_arn): "6d0e",
        _last(outputs.alb_arn): "50dc",
        _last(outputs.target_group_arn): "73e2",
        outputs.distribution_id: "E123",
        outputs.distribution_domain_name: "d123.cloudfront.net",
        _in_json(read_credentials(context).password): PASSWORD,
        "000000000000": ACCOUNT,
    }
    for letter, public, private in zip(
        "abc", outputs.public_subnet_ids, outputs.private_subnet_ids, strict=True
    ):
        names |= {public: f"subnet-pub-{letter}", private: f"subnet-prv-{letter}"}
    tasks = sorted(running_tasks(context), key=lambda task: task.zone)
    for index, task in enumerate(tasks):
        names |= {task.id: f"task-{'abc'[index]}", task.address: f"10.0.0.{index + 1}"}
    return {old: new for old, new in names.items() if old}


def _in_json(text: str) -> str:
    """Return a text as Terraform writes it within JSON: Go escapes three more characters."""
    escaped = json.dumps(text)[1:-1]
    for character in "<>&":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped


def _last(arn: str | None) -> str:
    return (arn or "").rpartition("/")[2]


def _normaliser(names: dict[str, str]) -> Callable[[Any], Any]:
    ids: dict[str, str] = {}

    def named(text: str) -> str:
        for old, new in names.items():
            text = text.replace(old, new)
        return text

    def numbered(text: str) -> str:
        return _ID.sub(number, text)

    def number(found: re.Match[str]) -> str:
        kind = found[0].rpartition("-")[0]
        of_kind = sum(each.rpartition("-")[0] == kind for each in ids.values())
        return ids.setdefault(found[0], f"{kind}-{of_kind + 1}")

    return lambda value: _mapped(_mapped(value, named, _sorted), numbered, list)


def _mapped(value: Any, text: Callable[[str], str], items: Callable[[list[Any]], list[Any]]) -> Any:
    match value:
        case str():
            return text(value)
        case list() | tuple():
            return items([_mapped(each, text, items) for each in value])
        case dict():
            return {
                text(key): 0 if key in _COUNTERS else _mapped(each, text, items)
                for key, each in value.items()
            }
        case _:
            return value


def _normalised(exchange: Exchange, normalise: Callable[[Any], Any]) -> Exchange:
    return replace(
        exchange,
        parameters=normalise(exchange.parameters),
        response=normalise(exchange.response),
    )


def _ordered(exchanges: Iterable[Exchange]) -> list[Exchange]:
    return sorted(exchanges, key=lambda each: each.name)


def _sorted(items: list[Any]) -> list[Any]:
    def name(item: Any) -> str:
        return next((tag["Value"] for tag in item.get("Tags", ()) if tag["Key"] == "Name"), "")

    if not items or not all(isinstance(item, dict) for item in items):
        return items
    for key in _SORT_KEYS:
        if all(key in item for item in items):
            return sorted(items, key=lambda item: item[key])
    return sorted(items, key=name) if any("Tags" in item for item in items) else items


def main() -> None:
    """Deploy, record, destroy."""
    with (
        tempfile.TemporaryDirectory(prefix="record-responses-") as home,
        sigterm_as_interrupt(),
        ConsoleObserver(Console()) as observer,
    ):
        settings = HarnessSettings(
            home=Path(home), owner="recorder", stack_settings={"tags": {"Team": "shop"}}
        )
        run = Run(
            stack=CATALOG,
            settings=settings,
            environment_suffix=SUFFIX,
            ledger=Ledger(settings.home),
            timeline=Timeline(observer),
            owner_pid=os.getpid(),
        )
        with deployed(run) as deployment:
            record(deployment)


if __name__ == "__main__":
    main()
