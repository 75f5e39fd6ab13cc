"""What is left in the account after SIGTERM in the middle of an apply.

The account is an embedded cloud that outlives the tool. The signal goes to the tool's own process,
as a CI system or ``docker stop`` sends it, when the load balancer exists and Terraform waits for
it.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from harness.core.wait import wait_until
from tests.bench.prepared_stack import SUFFIX, PreparedStack
from tests.bench.tools import Tool
from tests.integration.simulated_aws import ACCOUNT, BUCKET, SimulatedAws, simulated_aws

_IMAGE = "catalog-harness/product-catalog-api:latest"
_APPLY_SECONDS = 300.0
_END_SECONDS = 600.0


def left_by_tool(tool: Tool, stack: PreparedStack) -> int:
    """Return how many resources are left after a tool was terminated."""
    with simulated_aws() as aws, tempfile.TemporaryDirectory(dir=stack.folder) as name:
        folder = stack.write(Path(name) / "stack", stack.document)
        tool.write(folder)
        environment = stack.environment(aws.target.environment())
        *before, last = tool.run[:-1] if tool.run[-1][1] == "destroy" else tool.run
        for command in before:
            subprocess.run(
                command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
            )
        return _left(last, folder, environment, aws)


def left_by_harness(stack: PreparedStack) -> int:
    """Return how many resources are left after the harness was terminated."""
    options = {
        "target": "aws",
        "account-id": ACCOUNT,
        "state-bucket": BUCKET,
        "image": _IMAGE,
        "environment-suffix": SUFFIX,
        "owner": "bench@example.com",
    }
    command = [sys.executable, "-m", "harness", "run"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with simulated_aws() as aws, tempfile.TemporaryDirectory(dir=stack.folder) as name:
        environment = {
            **stack.environment(aws.environment()),
            "CATALOG_HARNESS_HOME": f"{name}/home",
        }
        return _left(command, Path(name), environment, aws)


def _left(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], aws: SimulatedAws
) -> int:
    balancers = aws.target.session().client("elbv2")
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )

        def load_balancers() -> list[Any]:
            assert process.poll() is None, f"`{command[0]}` ended"
            return list(balancers.describe_load_balancers()["LoadBalancers"])

        wait_until(
            load_balancers,
            what=f"a load balancer of `{command[0]}`",
            ready=bool,
            timeout=_APPLY_SECONDS,
        )
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        # Terraform may go on without the tool that started it.
        _, alive = psutil.wait_procs([psutil.Process(process.pid), *family], _END_SECONDS)
        for each in alive:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()
    return len(aws.leftovers_of(SUFFIX))
