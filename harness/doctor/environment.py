"""Diagnoses of recorded runs, the cache, dead clouds and proxies."""

import urllib.request
from urllib.parse import urlsplit

import platformdirs

from harness.core.folders import can_be_written
from harness.doctor.diagnosis import Diagnosis, Verdict
from harness.emulator.dead_clouds import dead_clouds
from harness.run.ledger import Ledger
from harness.settings.settings import HarnessSettings


def diagnose_ledger(settings: HarnessSettings) -> Diagnosis:
    """List the recorded runs that may still have resources."""
    if not can_be_written(settings.home):
        remedy = "set CATALOG_HARNESS_HOME to a writable folder"
        return Diagnosis("Ledger", Verdict.MISSING, f"{settings.home} is not writable", remedy)
    ledger = Ledger(settings.home)
    runs, unreadable = ledger.records(), ledger.unreadable()
    found = [f"{run.environment_suffix}: {run.status} on {run.target}" for run in runs]
    found += [error.message for error in unreadable]
    if unreadable:
        return Diagnosis("Ledger", Verdict.WARNING, "; ".join(found), unreadable[0].remedy)
    if runs:
        remedy = "`catalog-harness list`, then `catalog-harness destroy`"
        return Diagnosis("Ledger", Verdict.WARNING, "; ".join(found), remedy)
    return Diagnosis("Ledger", Verdict.OK, f"no recorded run has resources ({settings.home})")


def diagnose_cache() -> Diagnosis:
    """Check that what is downloaded and synthesized can be kept."""
    folder = platformdirs.user_cache_path("catalog-harness")
    if not can_be_written(folder):
        remedy = "set XDG_CACHE_HOME to a writable folder"
        return Diagnosis("Cache", Verdict.MISSING, f"{folder} is not writable", remedy)
    return Diagnosis("Cache", Verdict.OK, str(folder))


def diagnose_dead_clouds() -> Diagnosis:
    """List the folders of embedded clouds that ended without cleaning up."""
    dead = dead_clouds()
    if not dead:
        return Diagnosis("Dead clouds", Verdict.OK, "none")
    found = ", ".join(map(str, dead))
    remedy = "nothing: the next start of an embedded cloud removes them"
    return Diagnosis("Dead clouds", Verdict.WARNING, found, remedy)


def diagnose_proxies() -> Diagnosis:
    """Warn of a proxy that other tools would use for the loopback."""
    proxies = {
        scheme: urlsplit(address).hostname or "?"
        for scheme, address in urllib.request.getproxies_environment().items()
        if scheme != "no"
    }
    if not proxies:
        return Diagnosis("Proxies", Verdict.OK, "none")
    found = ", ".join(f"{scheme} by {host}" for scheme, host in sorted(proxies.items()))
    if urllib.request.proxy_bypass("127.0.0.1"):
        return Diagnosis("Proxies", Verdict.OK, f"{found}; not for 127.0.0.1")
    return Diagnosis(
        "Proxies",
        Verdict.WARNING,
        f"{found}; also for 127.0.0.1 (the harness itself bypasses them)",
        "for the AWS command line and other tools: export NO_PROXY=127.0.0.1,localhost",
    )
