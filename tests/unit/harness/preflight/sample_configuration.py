"""The catalog stack as a configuration to change, cases on it, and a fake target.

``catalog.tf.json`` is the synthesized stack, written by
``python -m tests.unit.harness.preflight.sample_configuration``; ``test_catalog_stack.py`` checks
that it is current.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.capability import Capability
from harness.preflight.configuration import configuration_of
from harness.preflight.engine import preflight
from harness.preflight.explanation import explain
from harness.preflight.finding import Finding
from harness.preflight.report import Report
from harness.preflight.terraform_version import TerraformVersion
from stack.config import StackConfig
from tests.unit.stack.template import synthesize

SUFFIX = "pr1-a1"
REQUIRED = {"terraform/arguments", "api/arguments-together"}
"""Rules that may also fire: the resources of a case have only the arguments that matter."""
ZONES = "${element(data.aws_availability_zones.network_zones.names, %d)}"
RECORDED = Path(__file__).with_name("catalog.tf.json")
# Two zones and a fixed version: the cases change these.
FIELDS: Mapping[str, Any] = {
    "environment_suffix": SUFFIX,
    "availability_zone_count": 2,
    "aurora_engine_version": "16.8",
}


class Draft:
    """Terraform JSON that a test changes by resource address."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def __getitem__(self, address: str) -> Any:
        kind, name = address.removeprefix("data.").split(".")
        return self.document[self._mode(address)][kind][name]

    def __setitem__(self, address: str, body: dict[str, Any]) -> None:
        kind, name = address.removeprefix("data.").split(".")
        self.document.setdefault(self._mode(address), {}).setdefault(kind, {})[name] = body

    def __delitem__(self, address: str) -> None:
        kind, name = address.split(".")
        del self.document["resource"][kind][name]
        for resources in self.document["resource"].values():
            for body in resources.values():
                if address in body.get("depends_on", ()):
                    body["depends_on"].remove(address)

    @staticmethod
    def _mode(address: str) -> str:
        return "data" if address.startswith("data.") else "resource"

    def containers(self, change: Callable[[list[Any]], object]) -> None:
        """Change the container definitions of the task."""
        task = self["aws_ecs_task_definition.service_task"]
        definitions = json.loads(task["container_definitions"])
        change(definitions)
        task["container_definitions"] = json.dumps(definitions)


def catalog() -> Draft:
    """Return a copy of the catalog stack, which is correct, for a test to change."""
    return Draft(json.loads(_recorded()))


@cache
def _recorded() -> str:
    return RECORDED.read_text(encoding="utf-8")


def synthesized() -> str:
    """Return the stack as it is synthesized now, resource names without the hashes of cdktf."""
    with tempfile.TemporaryDirectory() as directory:
        content = synthesize(StackConfig(**FIELDS), Path(directory)).content
    return re.sub(r"_[0-9A-F]{8}\b", "", json.dumps(content, indent=1)) + "\n"


def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield container and key of every value in nested containers."""
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(item, dict | list):
            yield from leaves(item)


def no_such(code: str) -> ClientError:
    """Return the error of a client for a resource that does not exist."""
    return ClientError({"Error": {"Code": code, "Message": "no such thing"}}, "Describe")


@dataclass
class FakeTarget:
    """A target with prepared responses.

    Attributes:
        responses: Operation -> response; an exception is raised, a function is called.
        name: Name of the target.
        lacking: Capabilities that it lacks, with the reasons.
        unpullable: Image -> why it cannot be pulled; an exception is raised.
        called: Every operation that was called, in order.
    """

    responses: Mapping[str, Any] = field(default_factory=dict)
    name: str = "embedded"
    region: str = "eu-north-1"
    lacking: Mapping[Capability, str] = field(
        default_factory=lambda: {Capability.SERVICE_QUOTAS: "an emulator has no quotas"}
    )
    unpullable: Mapping[str, str | Exception] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)

    def session(self) -> Any:
        return self

    def client(self, service: str, **_: Any) -> Any:
        return self

    def can_paginate(self, operation: str) -> bool:
        return operation == "describe_log_groups"

    def get_paginator(self, operation: str) -> Any:
        return _Pages(getattr(self, operation))

    def __getattr__(self, operation: str) -> Any:
        if operation.startswith("_"):
            raise AttributeError(operation)

        def call(**parameters: Any) -> Any:
            self.called.append(operation)
            response = {**NOTHING_EXISTS, **self.responses}[operation]
            response = response(**parameters) if callable(response) else response
            if isinstance(response, Exception):
                raise response
            return response

        return call

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking

    def image_problem(self, reference: str, architecture: str) -> str:
        problem = self.unpullable.get(f"{reference} {architecture}", "")
        problem = problem or self.unpullable.get(reference, "")
        if isinstance(problem, Exception):
            raise problem
        return problem


@dataclass(frozen=True)
class _Pages:
    call: Callable[..., Any]

    def paginate(self, **parameters: Any) -> "_Pages":
        return _Pages(lambda: self.call(**parameters))

    def build_full_result(self) -> Any:
        return self.call()


NOTHING_EXISTS: Mapping[str, Any] = {
    "describe_secret": no_such("ResourceNotFoundException"),
    "head_bucket": no_such("404"),
    "describe_load_balancers": no_such("LoadBalancerNotFound"),
    "describe_target_groups": no_such("TargetGroupNotFound"),
    "describe_clusters": {"clusters": []},
    "describe_db_clusters": no_such("DBClusterNotFoundFault"),
    "get_role": no_such("NoSuchEntity"),
    "describe_log_groups": {"logGroups": []},
    "describe_db_engine_versions": {
        "DBEngineVersions": [
            {"EngineVersion": "16.8"},
            {"EngineVersion": "16.9-limitless"},
            {"EngineVersion": "17.4"},
            {"EngineVersion": "15.10", "Status": "deprecated"},
        ]
    },
    "describe_orderable_db_instance_options": {"OrderableDBInstanceOptions": [{}]},
    "describe_availability_zones": {
        "AvailabilityZones": [
            {"ZoneName": f"eu-north-1{letter}", "State": "available"} for letter in "abc"
        ]
    },
}


@dataclass(frozen=True)
class Case:
    """One change of the correct configuration, and the expected findings.

    Attributes:
        rule: The rule.
        change: Changes the configuration.
        at: Address of the expected finding; empty: no finding.
        also: Other rules with expected findings.
        target: Responses of the target; None: offline.
        name: Name in test output, in addition to the rule.
    """

    rule: str
    change: Callable[[Draft], object]
    at: str = ""
    also: frozenset[str] = frozenset()
    target: FakeTarget | None = None
    terraform: str = "1.11.4"
    name: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {'fires' if self.at else 'silent'} {self.name}".strip()


def fires(rule: str, at: str, change: Callable[[Draft], object], **more: Any) -> Case:
    """Return a case in which a rule fires, and no others except ``also``."""
    also = frozenset(more.pop("also", ()))
    return Case(rule, change, at=at, also=also, **more)


def silent(rule: str, change: Callable[[Draft], object], **more: Any) -> Case:
    """Return a similar case in which the rule does not fire."""
    also = frozenset(more.pop("also", ()))
    return Case(rule, change, also=also, **more)


def both(*changes: Callable[[Draft], object]) -> Callable[[Draft], object]:
    """Return a change that applies several changes in order."""

    def change(draft: Draft) -> None:
        for each in changes:
            each(draft)

    return change


def with_variables(document: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with a declaration of each variable that it refers to."""
    names = set(re.findall(r"\bvar\.(\w+)", json.dumps(document)))
    return {**document, "variable": {**{n: {} for n in names}, **document.get("variable", {})}}


def report_of(case: Case) -> Report:
    """Run all rules over the changed configuration."""
    draft = catalog()
    case.change(draft)
    return preflight(
        configuration_of(with_variables(draft.document)),
        target=case.target,
        terraform=TerraformVersion.parse(case.terraform),
    )


def check(case: Case) -> None:
    """Assert the findings of a case, and that their error is explained by the rule."""
    findings = report_of(case).findings
    own = [finding for finding in findings if finding.rule == case.rule]
    assert {f.address for f in own} == ({case.at} if case.at else set())
    assert {f.rule for f in findings} - {case.rule, *REQUIRED} == case.also
    for finding in own:
        _check_explanation(finding)


# Pairs of rules with the same error message.
_SAME_MESSAGE = [
    {"ecs/capacity-provider-not-attached", "ecs/service-before-capacity-providers"},
    {"ec2/zone-of-another-region", "ec2/zone-not-available"},
    {"ec2/invalid-cidr", "ec2/subnet-outside-vpc"},
    {"elbv2/access-log-bucket-policy", "elbv2/access-log-bucket-encryption"},
    {"elbv2/health-check-port", "elbv2/health-check-path"},
    {"rds/engine-version-not-offered", "rds/retired-engine-version"},
    {"rds/instance-class-not-offered", "rds/instance-class"},
    {"cloudfront/policy-not-found", "cloudfront/wrong-policy"},
    {"secretsmanager/name-taken", "secretsmanager/recovery-window"},
    {"iam/role-name-taken", "terraform/name-not-unique-per-run"},
    {"iam/role-name-taken", "terraform/duplicate-name"},
    {"terraform/name-not-unique-per-run", "terraform/duplicate-name"},
    {"cloudfront/certificate", "cloudfront/settings"},
    {"autoscaling/resource-id", "autoscaling/target-without-dependency"},
]
_SHORTEST = 20


def _check_explanation(finding: Finding) -> None:
    code, _, message = finding.error.partition(": ")
    if len(message) < _SHORTEST or code.startswith("("):
        return
    found = explain("" if code in ("Error", "Warning") else code, message)
    assert found is not None
    both = {found.id, finding.rule}
    assert len(both) == 1 or both in _SAME_MESSAGE


if __name__ == "__main__":
    RECORDED.write_text(synthesized(), encoding="utf-8")
