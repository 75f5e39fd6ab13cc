"""What is left after a teardown that did not end, and the command that continues it."""

import json
import os
import shlex
from collections import Counter

from harness.run.run import Run
from harness.targets.factory import target_type
from harness.terraform.configuration import STATE
from harness.terraform.services import service_of


def continuation(run: Run, *, abandoned: bool) -> str:
    """Return what is left by service, as the local state has it, and the command to run next."""
    verb = "was abandoned" if abandoned else "did not succeed"
    return "\n".join(
        [
            f"The teardown of {run.environment_suffix} {verb}.",
            f"  Left: {_left(run)}",
            f"  Continue with: {destroy_command(run)}",
        ]
    )


def destroy_command(run: Run) -> str:
    """Return the command line that destroys a run, for a shell in any folder."""
    home = os.environ.get("CATALOG_HARNESS_HOME")
    prefix = f"CATALOG_HARNESS_HOME={shlex.quote(os.path.abspath(home))} " if home else ""
    return f"{prefix}catalog-harness destroy --environment-suffix {run.environment_suffix}"


def _left(run: Run) -> str:
    if _has_stopped(run):
        return "nothing, the target was stopped with everything that it held"
    if run.teardown.leftovers:
        counts = Counter(leftover.partition(" ")[0] for leftover in run.teardown.leftovers)
    else:
        path = run.workspace_directory / STATE
        try:
            resources = json.loads(path.read_text())["resources"]
        except (OSError, ValueError, KeyError, TypeError):
            sweep = f"catalog-harness sweep --environment-suffix {run.environment_suffix}"
            return f"unknown; `{sweep}` lists it"
        managed = [each["type"] for each in resources if each["mode"] == "managed"]
        counts = Counter(map(service_of, managed))
    return ", ".join(f"{service} {count}" for service, count in sorted(counts.items())) or "nothing"


def _has_stopped(run: Run) -> bool:
    stops = [phase for phase in run.timeline.phases if phase.name == "target stop"]
    return any(not stop.failed for stop in stops) and target_type(run.record.target).is_per_run
