"""Preflight as a run does it: before Terraform starts, and a blocker ends the run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.preflight.configuration.reading import configuration_of
from harness.preflight.engine import preflight
from harness.preflight.errors import BlockedError
from harness.preflight.finding import Finding
from harness.preflight.report import Report
from harness.preflight.suppression import load_suppressions
from harness.preflight.terraform_version import TerraformVersion
from harness.targets.base import TargetAccess


def require_deployable(
    document: Mapping[str, Any],
    *,
    source: Path,
    target: TargetAccess,
    terraform: TerraformVersion,
    environment_suffix: str,
    pyproject: Path = Path("pyproject.toml"),
) -> Report:
    """Run every rule over a synthesized stack, and return the report if nothing blocks.

    Args:
        document: The stack's Terraform JSON.
        source: File that holds it, for messages.
        target: Where it would be deployed; it is asked.
        terraform: What would deploy it.
        environment_suffix: What every name must contain.
        pyproject: File with the project's suppressions; it need not exist.

    Raises:
        BlockedError: There is a blocker; the message lists all of them.
        PreflightInputError: The document or the suppressions cannot be read.
    """
    report = preflight(
        configuration_of(dict(document), label=str(source)),
        target=target,
        terraform=terraform,
        environment_suffix=environment_suffix,
        suppressions=load_suppressions(pyproject),
    )
    if report.blockers:
        count = len(report.blockers)
        raise BlockedError(
            f"preflight: {count} blocker{'s' if count > 1 else ''}, nothing was deployed\n"
            + "\n".join(_line(finding) for finding in report.blockers),
            remedy="mend the above, suppress a finding with its reason in pyproject.toml, or "
            "deploy all the same with --skip-preflight",
        )
    return report


def _line(finding: Finding) -> str:
    lines = [f"  {finding.rule} at {finding.address}: {finding.message}"]
    if finding.says:
        lines.append(f"    the deployment would say: {' '.join(finding.says.split())}")
    return "\n".join([*lines, f"    what to do: {finding.remedy}"])
