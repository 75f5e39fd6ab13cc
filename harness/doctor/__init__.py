"""Diagnoses of what this machine provides for the embedded target."""

from collections.abc import Callable
from functools import partial

from harness.doctor.cloud import (
    diagnose_container_engines,
    diagnose_database_server,
    diagnose_loopback,
    diagnose_ministack,
    diagnose_packages,
    diagnose_temporary_folder,
)
from harness.doctor.diagnosis import Diagnosis, Probe, Verdict, examine
from harness.doctor.environment import diagnose_dead_clouds, diagnose_ledger, diagnose_proxies
from harness.doctor.tools import (
    diagnose_node,
    diagnose_provider,
    diagnose_provider_clock,
    diagnose_python,
    diagnose_terraform,
)
from harness.settings.settings import HarnessSettings

__all__ = ["Diagnosis", "Verdict", "diagnose", "is_usable"]


def diagnose(
    settings: HarnessSettings, *, find_node: Callable[[], str], oldest_node: int
) -> tuple[Diagnosis, ...]:
    """Examine every prerequisite of the embedded target; changes and downloads nothing."""
    probes: dict[str, Probe] = {
        "Python": diagnose_python,
        "Node.js": partial(diagnose_node, find_node, oldest_node),
        "Terraform": partial(diagnose_terraform, settings),
        "AWS provider": partial(diagnose_provider, settings),
        "Provider clock": partial(diagnose_provider_clock, settings),
        "MiniStack": diagnose_ministack,
        "Python packages": diagnose_packages,
        "PostgreSQL": diagnose_database_server,
        "Loopback network": diagnose_loopback,
        "Temporary folder": diagnose_temporary_folder,
        "Container engines": diagnose_container_engines,
        "Ledger": partial(diagnose_ledger, settings),
        "Dead clouds": diagnose_dead_clouds,
        "Proxies": diagnose_proxies,
    }
    return tuple(examine(name, probe) for name, probe in probes.items())


def is_usable(diagnoses: tuple[Diagnosis, ...]) -> bool:
    """Whether no prerequisite of the embedded target is missing."""
    return all(each.verdict is not Verdict.MISSING for each in diagnoses)
