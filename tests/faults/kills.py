"""``python -m tests.faults kills 100``: SIGKILL at random moments of a run, then ``sweep --yes``.

Of five runs, two are on a cloud that ends with its owner, two on a cloud that is to be kept, and
one is in a simulated account. None has a watchdog, which would destroy its resources before the
sweep. In half of the runs all processes are killed at once, as by a reset of the machine.
"""

import json
import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from harness.core.errors import WaitTimeoutError
from harness.core.folders import temporary_folder
from tests.integration.cli_process import CliProcess
from tests.integration.simulated_aws import ACCOUNT, BUCKET, SimulatedAws, simulated_aws

_TIERS = ("network", "secret", "storage")
# In an account the provider's clock is the real one: a bucket's lifecycle takes it a minute.
_ACCOUNT_TIERS = ("network", "secret")
_PLACES = ("run", "deploy", "run", "deploy", "account")
_IMAGE = "catalog-harness/product-catalog-api:latest"
_LOCK: dict[bool, tuple[str, ...]] = {True: ("--state-lock",), False: ()}
_ACCOUNT_OPTIONS = ("--target=aws", f"--account-id={ACCOUNT}", f"--state-bucket={BUCKET}")


@dataclass(frozen=True)
class Kill:
    """One run that is killed.

    Attributes:
        number: Its number.
        place: ``run`` or ``deploy`` on an embedded cloud, or ``account``.
        everything: All its processes are killed; else the command alone.
        moment: When, as a share of the duration of a complete run.
    """

    number: int
    place: str
    everything: bool
    moment: float

    @property
    def is_account(self) -> bool:
        return self.place == "account"

    @property
    def suffix(self) -> str:
        return f"killed-{self.number}"


@dataclass(frozen=True)
class Outcome:
    """What became of it: the last phase before the kill, and all that the sweep left."""

    kill: Kill
    phase: str
    seconds: float
    left: tuple[str, ...]
    sweep: str


def kill_runs(count: int, *, at_once: int, results: Path, seed: int) -> bool:
    """Kill runs, write one line of JSON for each, and return whether nothing of any was left."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    kills = [Kill(n, _PLACES[n % 5], n % 2 == 0, chance.random()) for n in range(count)]
    clean = True
    with simulated_aws() as aws, results.open("a") as lines, ThreadPoolExecutor(at_once) as pool:
        # Side by side, as the runs that are killed.
        complete = [Kill(count + n, place, False, 1.0) for n, place in enumerate(_PLACES)]
        seconds = list(pool.map(lambda kill: _duration(kill, aws), complete))
        duration = dict(zip(_PLACES, seconds, strict=True))
        for outcome in pool.map(lambda kill: _outcome(kill, duration[kill.place], aws), kills):
            clean = clean and not outcome.left
            lines.write(json.dumps(asdict(outcome)) + "\n")
            lines.flush()
            print(outcome.kill.number, outcome.phase, outcome.left or "nothing left", flush=True)
        left = aws.objects()
    print(f"{count} runs killed; objects in the state bucket: {sorted(left) or 'none'}")
    return clean and not left


def _duration(kill: Kill, aws: SimulatedAws) -> float:
    with _command(kill, aws) as cli:
        started = time.monotonic()
        _start(cli, kill)
        assert cli.wait() == 0, cli.output
        seconds = time.monotonic() - started
        if kill.place == "deploy":
            cli.start("destroy", f"--environment-suffix={kill.suffix}")
            assert cli.wait() == 0, cli.output
        return seconds


def _outcome(kill: Kill, duration: float, aws: SimulatedAws) -> Outcome:
    with _command(kill, aws) as cli:
        _start(cli, kill)
        seconds = kill.moment * duration
        _until_then(cli, seconds)
        family = cli.family()
        cli.kill_harness()
        for each in family if kill.everything else ():
            _kill(each)
        phase = _phase(cli.output)
        if kill.place == "run":  # its cloud ends by itself
            cli.await_end_of_processes()
        # Named: the kill may come right after a stack was deployed that is to be kept.
        named = (f"--environment-suffix={kill.suffix}",)
        cli.start("sweep", "--yes", *named, *(_ACCOUNT_OPTIONS if kill.is_account else ()))
        status = cli.wait()
        with suppress(WaitTimeoutError):
            cli.await_end_of_processes()
        left = [f"sweep: status {status}"] * (status != 0)
        left += [*cli.running(), *cli.left_behind()]
        left += aws.leftovers_of(kill.suffix) if kill.is_account else ()
        left += [f"record: {status}" for status in _statuses(cli) if status != "destroyed"]
        return Outcome(kill, phase, round(seconds, 1), tuple(left), cli.output if left else "")


@contextmanager
def _command(kill: Kill, aws: SimulatedAws) -> Iterator[CliProcess]:
    with temporary_folder("kills-") as folder, closing(CliProcess(folder)) as cli:
        if kill.is_account:
            cli.variables.update(aws.environment())
        yield cli


def _start(cli: CliProcess, kill: Kill) -> None:
    options: tuple[str, ...] = (f"--environment-suffix={kill.suffix}", "--no-watchdog")
    if kill.is_account:
        options += (*_ACCOUNT_OPTIONS, f"--image={_IMAGE}", *_LOCK[kill.number % 20 < 10])
    command = "deploy" if kill.place == "deploy" else "run"
    cli.start(command, *options, tiers=_ACCOUNT_TIERS if kill.is_account else _TIERS)


def _until_then(cli: CliProcess, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while cli.process.poll() is None and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, 0.1))


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


def _phase(output: str) -> str:
    started: list[str] = re.findall(r"\] ([\w ]+): started", output)
    return (started or ["before the first phase"])[-1]


def _statuses(cli: CliProcess) -> list[str]:
    records = cli.home.glob("runs/*/run.json")
    return [json.loads(path.read_text())["status"] for path in records]
