"""The actions of everything that the harness does on an account, from a rehearsal."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from harness.aws.tags import project_tags
from tests.integration.cli_process import CliProcess
from tests.integration.look_alikes import LookAlike, Maker, add_guard_duty
from tests.integration.simulated_aws import ACCOUNT, BUCKET, SimulatedAws, simulated_aws
from tests.unit.harness.image.fake_builder import FakeBuilder

IMAGE = "catalog-harness/product-catalog-api:latest"
SUFFIX = "recording-1"
_GIVEN = (
    *(f"--account-id={ACCOUNT}", f"--state-bucket={BUCKET}", f"--image={IMAGE}", "--state-lock"),
    *(f"--environment-suffix={SUFFIX}", "--target=aws", "--owner=recording@example.com"),
)
_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def record() -> list[Mapping[str, Any]]:
    """Return a line for each action: of an image, a whole run, and a sweep of what one left."""
    with tempfile.TemporaryDirectory(prefix="iam-") as name:
        folder = Path(name)
        log = folder / "actions.jsonl"
        with simulated_aws(_EVERYTHING, log=log) as aws:
            _image(folder, aws)
            _command(folder / "run", aws, "run", *_GIVEN, then=_add_guard_duty)
            _command(folder / "left", aws, "deploy", *_GIVEN)
            # Of every kind that the sweep removes.
            tags = {**project_tags(SUFFIX), "expires-at": "2026-01-01T00:00:00Z"}
            Maker(aws.target.session(), LookAlike(f"{SUFFIX}-b", tags, 110)).make()
            # The state is in the bucket: the sweep has neither it nor the ledger.
            account = (f"--account-id={ACCOUNT}", f"--environment-suffix={SUFFIX}")
            _command(folder / "sweep", aws, "sweep", "--target=aws", *account, "--yes")
        return list(read(log, aws.key_id))


def read(log: Path, key: str) -> Iterator[Mapping[str, Any]]:
    """Yield what one access key did."""
    for text in log.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line.pop("key") == key:
            yield line


def _image(folder: Path, aws: SimulatedAws) -> None:
    docker = FakeBuilder(folder / "bin")
    for verb in ("publish", "delete"):
        arguments = (f"--account-id={ACCOUNT}", f"--environment-suffix={SUFFIX}")
        variables = aws.environment(PATH=str(docker.folder))
        _command(folder / verb, aws, "image", verb, *arguments, variables=variables)


def _add_guard_duty(cli: CliProcess, aws: SimulatedAws) -> None:
    add_guard_duty(aws.target.session(), aws.await_vpc(cli, SUFFIX))


def _command(
    folder: Path,
    aws: SimulatedAws,
    *command: str,
    variables: Mapping[str, str] | None = None,
    then: Callable[[CliProcess, SimulatedAws], object] = lambda _, __: None,
) -> None:
    folder.mkdir()
    with closing(CliProcess(folder)) as cli:
        cli.variables.update(variables or aws.environment())
        cli.start(*command)
        then(cli, aws)
        if cli.wait() != 0:
            raise SystemExit(f"`{' '.join(command)}` failed:\n{cli.output}")


def merged(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return action -> the resources, each once."""
    found: dict[str, set[str]] = {}
    for line in lines:
        found.setdefault(line["action"], set()).add(line["resource"])
    return {action: sorted(found[action]) for action in sorted(found)}
