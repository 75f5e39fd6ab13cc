"""Run the rules over a configuration."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from string import Formatter

from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import TargetError
from harness.preflight.configuration import Configuration
from harness.preflight.finding import Family, Finding, Problem, Severity
from harness.preflight.registry import Inspection, Rule
from harness.preflight.report import Report, Suppressed
from harness.preflight.rules import all_rules
from harness.preflight.suppression import Suppression
from harness.preflight.target_lookup import LookupTarget, TargetLookup
from harness.preflight.terraform_version import TerraformVersion

OFFLINE = "offline: engine versions, existing names and quotas were not looked up in the target"


@contextmanager
def without_garbage_collector() -> Iterator[None]:
    """Switch the garbage collector off: all that is read stays, and would be searched again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()  # all that is new is old now, without a search of it
        if enabled:
            gc.enable()


@without_garbage_collector()
def preflight(
    configuration: Configuration,
    *,
    target: LookupTarget | None = None,
    terraform: TerraformVersion | None = None,
    environment_suffix: str | None = None,
    disposable: bool = True,
    suppressions: Sequence[Suppression] = (),
) -> Report:
    """Report what would make a deployment fail, before it is deployed.

    Args:
        configuration: The configuration to deploy; see ``read_configurations``.
        target: Where it would be deployed; None: skips the rules that query the target.
        terraform: The Terraform that would run; None: skips the rules on its version.
        environment_suffix: Required part of every name that is unique per run; by default the
            literal output ``environment_suffix``, if the configuration has one.
        disposable: Whether the environment is temporary: applies the teardown rules.

    Raises:
        PreflightInputError: The configuration has a value of a wrong type.
    """
    suffix = environment_suffix or configuration.outputs.text("environment_suffix")
    lookup = TargetLookup(target) if target is not None else None
    inspection = Inspection(configuration, terraform, suffix, lookup)
    findings: list[Finding] = []
    notes = [OFFLINE] if lookup is None else []
    for rule in all_rules():
        if rule.family is Family.TEARDOWN and not disposable:
            continue
        try:
            for problem in rule.check(inspection):
                findings.append(_finding(rule, problem, inspection))
        except (BotoCoreError, ClientError, TargetError) as error:
            notes.append(f"{rule.id}: not looked up: {error}")
    return _report(findings, suppressions, notes, configuration)


def _finding(rule: Rule, problem: Problem, inspection: Inspection) -> Finding:
    configuration, target = inspection.configuration, inspection.target
    resource = configuration.find(problem.address)
    severity, message = problem.severity or rule.severity, problem.message
    fact = f"table: {rule.table}" if rule.table else "rule"
    source = configuration.sources.get(problem.address, configuration.settings_source)
    if resource is not None and resource.conditional and severity is Severity.BLOCKER:
        severity, message = Severity.WARNING, f"if its count is not 0: {message}"
    return Finding(
        rule=rule.id,
        severity=severity,
        family=rule.family,
        address=problem.address,
        message=message,
        error=_fill(rule.errors[problem.variant], problem.details) if rule.errors else "",
        remedy=rule.remedy,
        documentation=rule.documentation,
        source=resource.source if resource else source,
        fact=f"target {target.name}, {target.region}" if rule.online and target else fact,
    )


def _fill(template: str, details: Mapping[str, object]) -> str:
    names = {name for _, name, _, _ in Formatter().parse(template) if name}
    return template.format_map({**dict.fromkeys(names, "..."), **details})


def _report(
    findings: Sequence[Finding],
    suppressions: Sequence[Suppression],
    notes: list[str],
    configuration: Configuration,
) -> Report:
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in sorted(findings, key=lambda f: (f.severity, f.rule, f.address)):
        suppression = next((s for s in suppressions if s.covers(finding)), None)
        if suppression is None:
            kept.append(finding)
        else:
            suppressed.append(Suppressed(finding, suppression))
    used = {item.suppression for item in suppressed}
    notes += [
        f"suppression of {s.rule} at {s.address} matches no finding: remove it"
        for s in suppressions
        if s not in used
    ]
    blocks = sum("aws_" in address for address in configuration.declared)
    return Report(tuple(kept), tuple(suppressed), tuple(notes), configuration.not_read, blocks)
