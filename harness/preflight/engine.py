"""Run the rules over a configuration."""

from collections.abc import Collection, Iterator, Sequence
from string import Formatter
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.preflight.cloud import Cloud
from harness.preflight.configuration.configuration import Configuration
from harness.preflight.finding import Family, Finding, Problem, Severity
from harness.preflight.registry import Inspection, Rule
from harness.preflight.report import Report, Suppressed
from harness.preflight.rules import all_rules
from harness.preflight.suppression import Suppression
from harness.preflight.terraform_version import TerraformVersion
from harness.targets.base import TargetAccess

OFFLINE = "the target was not asked: engine versions, names taken, quotas were not looked up"


def preflight(
    configuration: Configuration,
    *,
    target: TargetAccess | None = None,
    terraform: TerraformVersion | None = None,
    environment_suffix: str | None = None,
    existing: Collection[str] = (),
    disposable: bool = True,
    suppressions: Sequence[Suppression] = (),
) -> Report:
    """Report what would stop a deployment of a configuration, before it is deployed.

    Args:
        configuration: What would be deployed; see ``read_configurations``.
        target: Where; it is asked for what only it can tell. None leaves that out.
        terraform: What would deploy it; None leaves out what depends on its version.
        environment_suffix: What every name must contain to be unique per run; by default the
            literal output ``environment_suffix``, if the configuration has one.
        existing: Addresses that are deployed already: their names are taken by themselves.
        disposable: Whether the environment is to be torn down: applies the teardown rules.
        suppressions: Findings to list apart.

    Raises:
        PreflightInputError: The configuration says something of a wrong type.
    """
    configuration.existing |= frozenset(existing)
    suffix = environment_suffix or configuration.outputs.text("environment_suffix")
    inspection = Inspection(configuration, terraform, suffix, online=target is not None)
    cloud = Cloud(target) if target is not None else None
    findings: list[Finding] = []
    notes = [f"{configuration.label}: {configuration.incomplete}"] * bool(configuration.incomplete)
    notes += [OFFLINE] if cloud is None else []
    for rule in all_rules():
        if rule.family is Family.TEARDOWN and not disposable:
            continue
        try:
            findings += _findings(rule, inspection, cloud)
        except (BotoCoreError, ClientError) as error:
            notes.append(f"{rule.id}: not looked up: {error}")
    return _report(findings, suppressions, notes)


def _findings(rule: Rule, inspection: Inspection, cloud: Cloud | None) -> Iterator[Finding]:
    for problem in rule.check(inspection, cloud):
        yield _finding(rule, problem, inspection.configuration)


def _finding(rule: Rule, problem: Problem, configuration: Configuration) -> Finding:
    resource = configuration.find(problem.address)
    severity, message = rule.severity, problem.message
    if resource is not None and "count" in resource.raw and severity is Severity.BLOCKER:
        severity, message = Severity.WARNING, f"if its count is not 0: {message}"
    return Finding(
        rule=rule.id,
        severity=severity,
        family=rule.family,
        address=problem.address,
        message=message,
        says=_fill(rule.says[problem.variant], problem.details) if rule.says else "",
        remedy=rule.remedy,
        documentation=rule.documentation,
        source=resource.source if resource else configuration.settings_source,
    )


def _fill(template: str, details: Any) -> str:
    names = {name for _, name, _, _ in Formatter().parse(template) if name}
    return template.format_map({**dict.fromkeys(names, "..."), **details})


def _report(
    findings: Sequence[Finding], suppressions: Sequence[Suppression], notes: list[str]
) -> Report:
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in sorted(findings, key=lambda f: (f.severity, f.rule, f.address)):
        covering = next((s for s in suppressions if s.covers(finding)), None)
        if covering is None:
            kept.append(finding)
        else:
            suppressed.append(Suppressed(finding, covering))
    used = {item.suppression for item in suppressed}
    notes += [
        f"suppression of {s.rule} at {s.address} covers nothing: remove it"
        for s in suppressions
        if s not in used
    ]
    return Report(tuple(kept), tuple(suppressed), tuple(notes))
