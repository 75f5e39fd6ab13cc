"""``catalog-harness cloud``: the embedded cloud alone, for manual use."""

import os
import shlex
import threading
from pathlib import Path
from typing import Any

import click

from harness.aws.regions import require_region
from harness.cli.options import harness_options, settings_from
from harness.core.errors import EmulatorError
from harness.core.interrupts import shielded
from harness.emulator.cloud import start_cloud, stop_cloud
from harness.emulator.cloud_info import CA_FILE, CloudInfo, log_tail
from harness.targets.embedded import docker_host_of

_POLL_SECONDS = 0.5


@click.command()
@harness_options("region", "container-engine", "allow-code", "aws-delays")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port of the AWS API on 127.0.0.1 (default: a free port).",
)
def cloud(*, port: int, **given: Any) -> None:
    """Start the embedded cloud, print how to connect to it, and stop it on Ctrl-C.

    It can be used with the AWS CLI, any SDK, Terraform, `docker` and `psql`, with the credentials
    that it prints: they are its own, and no others are accepted.
    """
    settings = settings_from(given)
    require_region(settings.region)
    info = start_cloud(
        region=settings.region,
        docker_host=docker_host_of(settings.container_engine),
        owner_pid=os.getpid(),
        port=port,
        allow_code=settings.allow_code,
        aws_delays=settings.aws_delays,
    )
    try:
        click.echo(_introduction(info))
        _watch(info)
    finally:
        with shielded("stopping the embedded cloud"):
            stop_cloud(info)
        click.echo("The embedded cloud has stopped and was removed.", err=True)


def _introduction(info: CloudInfo) -> str:
    variables = info.environment().items()
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables)
    return (
        f"# The embedded cloud is ready: {info.endpoint} ({info.region}). Ctrl-C stops it.\n"
        f"# In another terminal:\n{exports}\n"
        "#   aws ecs list-clusters           every AWS tool and SDK\n"
        "#   docker ps                       containers of tasks and databases\n"
        f"#   curl -H 'Host: <load balancer or distribution>' {info.endpoint}/healthz\n"
        "#   psql 'host=<database endpoint> hostaddr=<its address in docker inspect> "
        f"sslmode=verify-full sslrootcert={Path(info.directory) / CA_FILE}'\n"
        f"# Logs and state: {info.directory}"
    )


def _watch(info: CloudInfo) -> None:
    pause = threading.Event()
    while info.alive:
        pause.wait(_POLL_SECONDS)
    raise EmulatorError(f"the embedded cloud ended by itself\n{log_tail(info.directory)}")
