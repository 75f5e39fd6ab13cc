"""Resources of other projects beside a run: similar names do not matter, an exact one does."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.simulated_aws import ACCOUNT, BUCKET, SimulatedAws, simulated_aws

SUFFIX = "dev1"
SIMILAR = (f"/aws/lambda/orders-{SUFFIX}", f"payments-api-{SUFFIX}", f"/ecs/catalog-{SUFFIX}-2")
EXACT = f"/ecs/catalog-{SUFFIX}"


@pytest.fixture(scope="module")
def aws(embedded_only: None) -> Iterator[SimulatedAws]:
    with simulated_aws() as cloud:
        logs = cloud.target.session().client("logs")
        for name in SIMILAR:
            logs.create_log_group(logGroupName=name)
        yield cloud


def run(aws: SimulatedAws, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the harness with a small stack against the account."""
    config = folder / "stack.json"
    config.write_text(json.dumps({"tiers": ["secret", "storage"]}))
    options = {
        "target": "aws",
        "account-id": ACCOUNT,
        "state-bucket": BUCKET,
        "image": "catalog-harness/product-catalog-api:latest",
        "environment-suffix": SUFFIX,
        "stack-config": str(config),
        "report-dir": str(folder / "reports"),
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CATALOG_HARNESS_"))}
    return subprocess.run(
        [
            *(sys.executable, "-m", "harness", "run", "--skip-preflight"),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        cwd=folder,
        env={**kept, **aws.environment(), "CATALOG_HARNESS_HOME": str(folder / "home")},
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )


def log_groups(aws: SimulatedAws) -> set[str]:
    answer: Any = aws.target.session().client("logs").describe_log_groups()
    return {group["logGroupName"] for group in answer["logGroups"]}


def test_similar_names_are_neither_in_the_way_nor_left_over(
    aws: SimulatedAws, tmp_path: Path
) -> None:
    ended = run(aws, tmp_path)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "zero resources left" in ended.stdout
    assert log_groups(aws) == set(SIMILAR)


def test_an_exact_name_is_refused_before_anything_is_created(
    aws: SimulatedAws, tmp_path: Path
) -> None:
    logs = aws.target.session().client("logs")
    logs.create_log_group(logGroupName=EXACT)

    ended = run(aws, tmp_path)

    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert f"logs log group {EXACT} (named {EXACT})" in ended.stdout + ended.stderr
    assert "apply: started" not in ended.stdout
    assert log_groups(aws) == {EXACT, *SIMILAR}
    [record] = (tmp_path / "home").glob("runs/*/run.json")
    assert json.loads(record.read_text())["status"] == "destroyed"
    logs.delete_log_group(logGroupName=EXACT)
