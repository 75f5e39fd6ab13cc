"""Makes the target that the settings or a record name."""

import os
from collections.abc import Mapping
from pathlib import Path

from harness.core.errors import UsageError
from harness.emulator.dead_clouds import remove_cloud_folder
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.targets.embedded.target import EmbeddedTarget
from harness.targets.localstack.endpoint import find_endpoint
from harness.targets.localstack.target import LocalStackTarget
from harness.targets.real_aws import AwsTarget

_DEFAULT_DOCKER_HOST = "unix:///var/run/docker.sock"


def create_target(settings: HarnessSettings, *, owner_pid: int | None) -> Target:
    """Return the target of a new run, not started yet.

    Args:
        settings: What the user set.
        owner_pid: An embedded cloud ends with this process; None keeps it until stopped.

    Raises:
        UsageError: A setting of the target cannot be used.
    """
    if settings.target == EmbeddedTarget.name:
        return EmbeddedTarget(
            region=settings.region,
            docker_host=docker_host_of(settings.container_engine),
            owner_pid=owner_pid,
        )
    if settings.target == LocalStackTarget.name:
        endpoint = find_endpoint(settings.endpoint_url)
        return LocalStackTarget(region=settings.region, endpoint=endpoint)
    if settings.target == AwsTarget.name:
        return AwsTarget(region=settings.region)
    raise _unknown(settings.target)


def attach_target(name: str, region: str, attachment: Mapping[str, str]) -> Target:
    """Return the target of a run on record, as it was started.

    Args:
        name: Name of the target.
        region: AWS region.
        attachment: What ``Target.start`` returned.

    Raises:
        EmulatorError: An embedded cloud has ended since.
        TargetError: A LocalStack does not answer any more.
        UsageError: There is no such target, or the credentials are of another account.
    """
    if name == EmbeddedTarget.name:
        return EmbeddedTarget(region=region, attachment=attachment)
    if name == LocalStackTarget.name:
        return LocalStackTarget.attach(region, attachment)
    if name == AwsTarget.name:
        return AwsTarget(region=region, attachment=attachment)
    raise _unknown(name)


def remove_ended_target(name: str, attachment: Mapping[str, str]) -> None:
    """Remove what is left on this machine of a target of a run on record that has ended."""
    if name == EmbeddedTarget.name:
        remove_cloud_folder(Path(attachment["cloud"]))


def _unknown(name: str) -> UsageError:
    return UsageError(f"there is no target {name!r}", remedy="embedded, localstack or aws")


def docker_host_of(engine: str) -> str | None:
    """Return the address of the container engine that a setting means; None: the built-in one.

    Raises:
        UsageError: The setting means none, or none is there.
    """
    if engine == "built-in":
        return None
    address = os.environ.get("DOCKER_HOST", _DEFAULT_DOCKER_HOST) if engine == "docker" else engine
    path = address.removeprefix("unix://")
    if path == address:
        raise UsageError(
            f"container engine {address!r} cannot be used",
            remedy="built-in, docker, or the address of a socket such as unix:///run/podman.sock",
        )
    if not Path(path).is_socket():
        raise UsageError(
            f"container engine {address!r}: there is no such socket",
            remedy="start Docker or Podman, or use the built-in engine, which needs neither",
        )
    return address
