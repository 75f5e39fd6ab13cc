"""Diagnoses of what this machine provides for the embedded target."""

from collections.abc import Callable
from functools import partial

from harness.doctor import cloud, environment, tools
from harness.doctor.diagnosis import Diagnosis, Probe, Verdict, examine
from harness.settings.settings import HarnessSettings

__all__ = ["Diagnosis", "Verdict", "diagnose", "is_usable"]


def diagnose(
    settings: HarnessSettings, *, find_node: Callable[[], str], oldest_node: int
) -> tuple[Diagnosis, ...]:
    """Examine every prerequisite of the embedded target; changes and downloads nothing."""
    probes: dict[str, Probe] = {
        "Python": tools.diagnose_python,
        "Node.js": partial(tools.diagnose_node, find_node, oldest_node),
        "Terraform": partial(tools.diagnose_terraform, settings),
        "AWS provider": partial(tools.diagnose_provider, settings),
        "Provider clock": partial(tools.diagnose_provider_clock, settings),
        "Python packages": cloud.diagnose_packages,
        "PostgreSQL": cloud.diagnose_database_server,
        "Loopback network": cloud.diagnose_loopback,
        "Temporary folder": cloud.diagnose_temporary_folder,
        "Container engines": cloud.diagnose_container_engines,
        "Ledger": partial(environment.diagnose_ledger, settings),
        "Cache": environment.diagnose_cache,
        "Dead clouds": environment.diagnose_dead_clouds,
        "Proxies": environment.diagnose_proxies,
    }
    return tuple(examine(name, probe) for name, probe in probes.items())


def is_usable(diagnoses: tuple[Diagnosis, ...]) -> bool:
    """Whether no prerequisite of the embedded target is missing."""
    return all(each.verdict is not Verdict.MISSING for each in diagnoses)
