"""The preflight gate of a run: a blocker ends the run before Terraform starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.preflight.configuration import configuration_of
from harness.preflight.engine import preflight
from harness.preflight.finding import Finding
from harness.preflight.report import Report
from harness.preflight.suppression import load_suppressions
from harness.preflight.terraform_version import TerraformVersion
from harness.targets.base import TargetAccess


class BlockedError(HarnessError):
    """Preflight found blockers; nothing was deployed."""


def require_deployable(
    document: Mapping[str, Any],
    *,
    source: Path,
    target: TargetAccess,
    terraform: TerraformVersion,
    environment_suffix: str,
) -> Report:
    """Run every rule over a synthesized stack, and return the report if nothing blocks.

    Args:
        target: Where it would be deployed; it receives the look-ups of the rules.
        environment_suffix: Suffix that every name must contain.

    Raises:
        BlockedError: There is a blocker; the message lists all of them.
        PreflightInputError: The document, or pyproject.toml with suppressions, cannot be read.
    """
    report = preflight(
        configuration_of(dict(document), label=str(source)),
        target=target,
        terraform=terraform,
        environment_suffix=environment_suffix,
        suppressions=load_suppressions(Path("pyproject.toml")),
    )
    if report.blockers:
        raise blocked_error(
            report.blockers,
            remedy="fix the blockers, suppress a finding with a reason in pyproject.toml, or "
            "deploy without preflight (--skip-preflight)",
        )
    return report


def blocked_error(blockers: Sequence[Finding], *, remedy: str = "") -> BlockedError:
    """Return the error that lists blockers, before anything was deployed."""
    count = len(blockers)
    return BlockedError(
        f"preflight: {count} blocker{'s' if count > 1 else ''}, nothing was deployed\n"
        + "\n".join(map(_line, blockers)),
        remedy=remedy,
    )


def _line(finding: Finding) -> str:
    lines = [f"  {finding.rule} at {finding.address}: {finding.message}"]
    if finding.error:
        lines.append(f"    error of the deployment: {' '.join(finding.error.split())}")
    return "\n".join([*lines, f"    what to do: {finding.remedy}"])
