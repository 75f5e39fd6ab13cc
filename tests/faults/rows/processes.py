"""The death of each process that takes part in a run."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil

from harness.core.wait import wait_until
from tests.faults.row import NETWORK, NO_REPORT, Row
from tests.faults.rows.signals import output, resource
from tests.faults.scene import Scene

FAMILY = "Killed processes"
GATEWAY = r"-m harness\.emulator\.gateway$"
SUPERVISOR = r"-m harness\.emulator /"
PROVIDER = r"^\S*terraform-provider-aws\S*( -debug)?$"
RELAY = r"^\S*python\S* -I -S \S*shared_provider\.py .* apply"
TERRAFORM = r"^\S*terraform (-chdir=\S+ )?apply"
GUARD = r"process_guard\.py .* apply"
POSTGRES = r"bin/postgres -D"
DATABASE = ("network", "secret", "database")
# With a bucket, whose lifecycle configuration takes seconds: the apply lasts until the kill.
STORAGE = (*NETWORK, "storage")
MODULE = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
resource "aws_s3_bucket" "logs" {}
"""


def kill(pattern: str, *, after: Callable[[Scene], None]) -> Callable[[Scene], None]:
    def inject(scene: Scene) -> None:
        after(scene)
        victims = [p for p in scene.cli.family() if re.search(pattern, " ".join(p.cmdline()))]
        scene.expect(victims, f"no process matches {pattern}")
        for victim in victims:
            victim.kill()

    return inject


def rows() -> Iterator[Row]:
    applying = resource("aws_vpc")
    ended = r"^no embedded cloud runs in "
    for fault, pattern, first in (
        ("the gateway is killed", GATEWAY, ended),
        ("the supervisor of the cloud is killed", SUPERVISOR, ended),
        ("Terraform is killed", TERRAFORM, "terraform.* apply"),
        ("the provider is killed", PROVIDER, r"[Pp]lugin|rpc error|EOF"),
        ("the guard of Terraform is killed", GUARD, "terraform.* apply"),
    ):
        yield Row(
            FAMILY,
            fault,
            "apply",
            inject=kill(pattern, after=applying),
            tiers=STORAGE,
            status=1,
            verdict="failed",
            first=first,
        )
    yield Row(
        FAMILY,
        "the relay of the provider's schema is killed",
        "apply",
        inject=kill(RELAY, after=applying),
        tiers=STORAGE,
    )
    yield Row(
        FAMILY,
        "the gateway is killed",
        "destroy",
        inject=kill(GATEWAY, after=output("destroy: started")),
        status=1,
        verdict="failed",
        first=ended,
    )
    yield Row(
        FAMILY,
        "PostgreSQL is killed",
        "checks",
        inject=kill_postgres,
        tiers=DATABASE,
        status=1,
        verdict="failed",
        first=r"database server of .* does not run|refused|aurora",
    )
    yield Row(
        FAMILY,
        "the owner of a cloud that is to be kept is killed, with a watchdog",
        "apply",
        inject=kill_owner,
        command=("deploy",),
        tiers=DATABASE,
        status=-9,
        verdict="-",
        after=await_watchdog,
    )
    for fault, number, status, remains in (
        ("preflight --validate and its Terraform are killed", signal.SIGKILL, -9, "preflight-"),
        ("preflight --validate gets SIGTERM", signal.SIGTERM, 143, ""),
    ):
        yield Row(
            FAMILY,
            fault,
            "terraform validate",
            before=write_module,
            inject=end_validation(number),
            command=("preflight", "module", "--validate"),
            status=status,
            verdict=NO_REPORT,
            remains=remains,
            quick=number is signal.SIGKILL,
        )
    yield Row(
        FAMILY,
        "owner and watchdog are killed",
        "apply",
        inject=kill_owner_and_watchdog,
        command=("deploy",),
        tiers=DATABASE,
        status=-9,
        verdict="-",
        kept=True,
    )


def kill_postgres(scene: Scene) -> None:
    scene.cli.await_output("checks: started")
    for each in scene.cli.family():
        with suppress(psutil.NoSuchProcess):  # one that has ended meanwhile
            if "bin/postgres -D" in " ".join(each.cmdline()):
                each.kill()


def write_module(scene: Scene) -> None:
    (scene.folder / "module").mkdir()
    (scene.folder / "module" / "main.tf").write_text(MODULE)


def end_validation(number: signal.Signals) -> Callable[[Scene], None]:
    def inject(scene: Scene) -> None:
        scene.cli.await_that(
            lambda: any(re.search(PROVIDER, each) for each in scene.cli.running()),
            "a provider process",
        )
        if number is signal.SIGKILL:
            scene.cli.kill(r"^\S*terraform validate")
        scene.cli.process.send_signal(number)

    return inject


def kill_owner(scene: Scene) -> None:
    scene.cli.await_resource("aws_vpc")
    scene.cli.kill_harness()


def kill_owner_and_watchdog(scene: Scene) -> None:
    scene.cli.await_resource("aws_vpc")
    watchdogs = [p for p in scene.cli.family() if "harness.run.watchdog" in " ".join(p.cmdline())]
    for each in watchdogs:
        each.kill()
    scene.expect(len(watchdogs) == 1, f"{len(watchdogs)} watchdogs")
    scene.cli.kill_harness()


def await_watchdog(scene: Scene) -> None:
    wait_until(
        lambda: (scene.record() or {})["status"],
        what="the watchdog to destroy the run",
        ready=lambda status: status == "destroyed",
        timeout=300,
    )
