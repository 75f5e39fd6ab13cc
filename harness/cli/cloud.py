"""``catalog-harness cloud``: the embedded cloud alone, for manual use and scripts."""

import json
import os
import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from harness.cli.options import format_option, harness_options, settings_from
from harness.core.errors import (
    EmulatorError,
    HarnessError,
    ProcessError,
    UsageError,
    WaitTimeoutError,
)
from harness.core.foreground import run_in_foreground
from harness.core.interrupts import shielded
from harness.core.process import run
from harness.core.similar_name import similar_name
from harness.core.wait import wait_until
from harness.emulator.cloud import keep_cloud, start_cloud, stop_cloud
from harness.emulator.cloud_info import CA_FILE, LOG_FILE, CloudInfo, log_tail
from harness.emulator.named_clouds import name_cloud, named_clouds, require_free_name
from harness.targets.embedded import cloud_options
from harness.targets.emulator_settings import ISOLATION

_POLL_SECONDS = 0.5
_SEED_SECONDS = 3600.0


_start_options = harness_options(
    "region", "container-engine", "process-image", "allow-code", "aws-delays"
)
_seed = click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.py",
    help="Python program that creates start data before the cloud is called ready, with its "
    "variables set.",
)
_port = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port of the AWS API on 127.0.0.1 (default: a free port).",
)


@click.group(invoke_without_command=True)
@_start_options
@_port
@_seed
@click.option("--name", metavar="NAME", help="Name for `cloud status` (default: generated).")
@click.option(
    "--detach", is_flag=True, help="Return when it is ready; it runs until `cloud stop NAME`."
)
@click.pass_context
def cloud(context: click.Context, /, *, name: str | None, detach: bool, **given: Any) -> None:
    """Start the embedded cloud, print how to connect to it, and stop it on Ctrl-C.

    It can be used with the AWS CLI, any SDK, Terraform, `docker` and `psql`, with the credentials
    that it prints: they are its own, and no others are accepted. For scripts:
    `eval "$(catalog-harness cloud --detach --name NAME)"`.
    """
    if context.invoked_subcommand is not None:
        _require_no_options(context)
        return
    if name is not None:
        require_free_name(name)
    with _running(keep=detach, **given) as info:
        name = name_cloud(info, name)
        if detach:
            keep_cloud(info)
        _print_connection(name, info)
        if detach:
            return
        _watch(info)


@cloud.command()
@click.argument("name", required=False)
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait at most so long until it is ready.",
)
@format_option
@click.pass_context
def status(context: click.Context, /, *, name: str | None, seconds: float, layout: str) -> None:
    """List the clouds that `cloud` started; with NAME, print how to connect to that one.

    Exit status: 0 if one is ready, 1 if none is.
    """

    def observe() -> dict[str, CloudInfo]:
        return {each: info for each, info in named_clouds().items() if name in (None, each)}

    def is_ready(clouds: dict[str, CloudInfo]) -> bool:
        return any(info.alive for info in clouds.values())

    with suppress(WaitTimeoutError):
        wait_until(observe, what="a cloud that is ready", ready=is_ready, timeout=seconds)
    found = observe()
    ready = is_ready(found)
    if layout == "json":
        content = {"ready": ready, "clouds": [_to_dict(*each) for each in found.items()]}
        click.echo(json.dumps(content, indent=2))
    elif name and ready:
        _print_connection(name, found[name])
    else:
        for each, info in found.items():
            where = f"{info.endpoint} ({info.region})" if info.alive else "has ended"
            click.echo(f"{each}  {where}  log: {Path(info.directory) / LOG_FILE}")
    if not found:
        click.echo(f"there is no cloud {f'with the name {name}' if name else ''}".strip(), err=True)
    context.exit(0 if ready else 1)


@cloud.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "every", is_flag=True, help="Stop every detached cloud of this user.")
def stop(*, names: tuple[str, ...], every: bool) -> None:
    """Stop and remove detached clouds."""
    known = named_clouds()
    detached = [name for name, info in known.items() if info.is_kept]
    if bool(names) is every:
        raise UsageError(
            "give either the names of clouds or --all",
            remedy=f"detached clouds: {', '.join(detached) or 'none'}",
        )
    for name in names:
        if name not in detached:
            why = "Ctrl-C in its terminal stops it" if name in known else "there is no such cloud"
            raise UsageError(f"{name}: {why}{similar_name(name, detached)}")
    chosen = names or detached
    with ExitStack() as stops, shielded("stopping the embedded cloud"):
        for name in chosen:  # each is stopped, also after the error of another
            stops.callback(stop_cloud, known[name])
    click.echo(f"stopped: {', '.join(chosen) or 'none was running'}", err=True)


@cloud.command(name="exec", context_settings={"allow_interspersed_args": False})
@_start_options
@_port
@_seed
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def execute(context: click.Context, /, *, command: tuple[str, ...], **given: Any) -> None:
    """Run COMMAND with a cloud of its own, which ends with it.

    The variables of the cloud are set, and none of your AWS account. The exit status is that of
    the command. Example: `catalog-harness cloud exec -- pytest tests`.
    """
    with _running(**given) as info:
        returncode = run_in_foreground(command, _environment(info))
        if not info.alive:
            raise _ended(info)
    context.exit(returncode)


@contextmanager
def _running(
    *, port: int, seed: Path | None, keep: bool = False, **given: Any
) -> Iterator[CloudInfo]:
    """Run a cloud in the context; keep it running if there was no error."""
    settings = settings_from(given)
    owner_pid = None if keep else os.getpid()
    info = start_cloud(owner_pid=owner_pid, port=port, **cloud_options(settings))
    with ExitStack() as at_the_end:
        at_the_end.callback(_stop, info)
        if seed is not None:
            _plant(seed, info)
        yield info
        if keep:
            at_the_end.pop_all()


def _stop(info: CloudInfo) -> None:
    with shielded("stopping the embedded cloud"):
        stop_cloud(info)
    click.echo("The embedded cloud has stopped and was removed.", err=True)


def _plant(seed: Path, info: CloudInfo) -> None:
    """Create the start data of the user; the output of the program goes to standard error."""
    try:
        run(
            (sys.executable, str(seed)),
            env=_environment(info),
            timeout=_SEED_SECONDS,
            on_line=lambda line: click.echo(line, err=True),
        )
    except ProcessError as error:
        raise HarnessError(f"--seed {seed}: {error.message}") from error


def _environment(info: CloudInfo) -> dict[str, str]:
    """Return the variables of a program that uses a cloud, without those of an AWS account."""
    others = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    direct = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost")))
    more = {"NO_PROXY": direct, "no_proxy": direct}
    more["PGSSLROOTCERT"] = str(Path(info.directory) / CA_FILE)
    return {**others, **info.environment(), **ISOLATION, **more}


def _print_connection(name: str, info: CloudInfo) -> None:
    """Print shell commands to standard output, and what they are for to standard error."""
    directory, own = Path(info.directory), info.environment()
    foreign = {each for each in os.environ if each.startswith("AWS_")} - own.keys()
    foreign |= {"AWS_PROFILE", "AWS_SESSION_TOKEN"}
    end = f"`catalog-harness cloud stop {name}`" if info.is_kept else "Ctrl-C"
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    paths = {"ca_file": directory / CA_FILE, "log": directory / LOG_FILE}
    click.echo(text.format(name=name, end=end, **vars(info), **paths).rstrip(), err=True)
    click.echo(f"unset {' '.join(sorted(foreign))}")
    for variable, value in own.items():
        click.echo(f"export {variable}={shlex.quote(value)}")


def _to_dict(name: str, info: CloudInfo) -> dict[str, Any]:
    ready, log = info.alive, str(Path(info.directory) / LOG_FILE)
    state = {"name": name, "ready": ready, "detached": info.is_kept, "log": log}
    return {**state, "environment": info.environment()}


def _watch(info: CloudInfo) -> None:
    pause = threading.Event()
    while info.alive:
        pause.wait(_POLL_SECONDS)
    raise _ended(info)


def _ended(info: CloudInfo) -> EmulatorError:
    return EmulatorError(f"the embedded cloud ended by itself\n{log_tail(info.directory)}")


def _require_no_options(context: click.Context) -> None:
    """Refuse options of a start before a subcommand, which would be ignored."""
    for name in context.params:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            context.fail(f"give the options after {context.invoked_subcommand!r}, not before it")
