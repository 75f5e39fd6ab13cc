"""Builds responses of the Docker Engine API: containers, images, the network."""

import platform
import time
from collections.abc import Mapping
from typing import Any

from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.container import Container
from harness.emulator.container_engine.image import Image, image_digest
from harness.emulator.container_engine.image_references import Reference
from harness.emulator.container_engine.logs import docker_time
from harness.emulator.container_engine.network import LoopbackNetwork

API_VERSION = "1.47"
_NEVER = "0001-01-01T00:00:00Z"
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def container_details(container: Container, config: EngineConfig) -> dict[str, Any]:
    """Return the response of ``GET /containers/{id}/json``."""
    spec, state = container.spec, container.state
    command, number = container.command, container.port
    return {
        "Id": container.id,
        "Created": docker_time(container.created),
        "Path": command[0],
        "Args": list(command[1:]),
        "State": {
            "Status": state.status,
            "Running": state.running,
            "Pid": container.process.pid if container.process else 0,
            "ExitCode": state.exit_code,
            "Error": state.error,
            "StartedAt": _time(state.started),
            "FinishedAt": _time(state.finished),
        },
        "Image": container.image.digest,
        "Name": f"/{container.name}",
        "Driver": "processes",
        "LogPath": str(config.directory / f"{container.id[:12]}.log"),
        "HostConfig": {**(spec.body.get("HostConfig") or {}), "NetworkMode": config.network},
        "Mounts": _mounts(container),
        "Config": {
            "Hostname": container.host_name,
            "Env": [f"{name}={value}" for name, value in spec.environment.items()],
            "Cmd": list(spec.command) or None,
            "Entrypoint": list(spec.entrypoint) or None,
            "Image": spec.image,
            "Labels": dict(spec.labels),
            "Tty": False,  # docker-py reads it before it reads logs
            "ExposedPorts": {f"{number}/tcp": {}} if number else {},
            "StopSignal": container.image.stop_signal.name,
        },
        "NetworkSettings": {
            "Ports": {f"{number}/tcp": None} if number else {},
            "Networks": {config.network: _endpoint(container)},
        },
    }


def container_row(container: Container, config: EngineConfig) -> dict[str, Any]:
    """Return one row of ``GET /containers/json``."""
    number = container.port
    port = {"IP": container.address, "PrivatePort": number, "PublicPort": number, "Type": "tcp"}
    return {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": container.spec.image,
        "ImageID": container.image.digest,
        "Command": " ".join(container.command),
        "Created": int(container.created),
        "Ports": [port] if container.state.running and number else [],
        "Labels": dict(container.spec.labels),
        "State": container.state.status,
        "Status": _status(container),
        "HostConfig": {"NetworkMode": config.network},
        "NetworkSettings": {"Networks": {config.network: _endpoint(container)}},
        "Mounts": _mounts(container),
    }


def gateway_details(config: EngineConfig, network: LoopbackNetwork) -> dict[str, Any]:
    """Return the response of ``GET /containers/{gateway}/json``: the cloud as a container."""
    return {
        "Id": config.gateway_name,
        "Name": f"/{config.gateway_name}",
        "State": {"Status": "running", "Running": True},
        "Config": {"Labels": {}, "Env": [], "Image": ""},
        "NetworkSettings": {
            "Networks": {
                config.network: {
                    "NetworkID": network_details(config, network)["Id"],
                    "IPAddress": "127.0.0.1",
                    "Gateway": str(network.subnet[1]),
                }
            }
        },
    }


def image_details(image: Image, reference: str) -> dict[str, Any]:
    """Return the response of ``GET /images/{name}/json``."""
    named = Reference.parse(reference)
    return {
        "Id": image.digest,
        "RepoTags": [] if named.digest else [str(named)],
        "RepoDigests": [f"{image.repository}@{image.digest}"],
        "Created": _NEVER,
        "Architecture": _MACHINES.get(platform.machine(), platform.machine()),
        "Os": "linux",
        "Size": 0,
        "Config": {"Cmd": list(image.default_command), "StopSignal": image.stop_signal.name},
    }


def network_details(config: EngineConfig, network: LoopbackNetwork) -> dict[str, Any]:
    """Return the response of ``GET /networks/{id}``."""
    return {
        "Name": config.network,
        "Id": image_digest(config.network).removeprefix("sha256:"),
        "Created": _NEVER,
        "Scope": "local",
        "Driver": "loopback",
        "IPAM": {"Driver": "default", "Config": [{"Subnet": str(network.subnet)}]},
    }


def _endpoint(container: Container) -> Mapping[str, Any]:
    has_address = container.state.running or container.lock.locked()
    return {
        "NetworkID": "",
        "IPAddress": container.address if has_address else "",
        "IPPrefixLen": 24,
        "Aliases": list(container.spec.aliases),
        "DNSNames": [container.name, *container.spec.aliases, container.host_name],
    }


def _mounts(container: Container) -> list[dict[str, Any]]:
    return [
        {"Type": "volume", "Name": name, "Destination": path, "RW": True, "Driver": "local"}
        for path, name in container.spec.volumes.items()
    ]


def _status(container: Container) -> str:
    state = container.state
    if state.running:
        return f"Up {_ago(state.started)}"
    if state.status == "exited":
        return f"Exited ({state.exit_code}) {_ago(state.finished)} ago"
    return state.status.capitalize()


def _ago(then: float) -> str:
    seconds = int(time.time() - then)
    for size, name in _UNITS:
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "Less than a second"


def _time(seconds: float) -> str:
    return docker_time(seconds) if seconds else _NEVER
