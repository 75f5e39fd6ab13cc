"""``python -m tests.faults``: every row, and docs/reliability.md; or ``kills N``.

Arguments are those of pytest, such as ``-k signals``; the page is written after a session of all
rows. ``kills N`` ends N runs at random moments, and adds to the results of earlier ones.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from harness.core.folders import temporary_folder
from tests.faults.kills import kill_runs
from tests.faults.table import RESULTS, write_page

KILLS = Path(__file__).with_name("kills.jsonl")


def main(arguments: list[str]) -> int:
    return _kills(arguments[1:]) if arguments[:1] == ["kills"] else _rows(arguments)


def _rows(arguments: list[str]) -> int:
    kills = KILLS.read_text().splitlines() if KILLS.exists() else []
    with temporary_folder("faults-results-") as results:
        command = [sys.executable, "-m", "pytest", str(Path(__file__).parent), "-n", "4"]
        environment = {**os.environ, RESULTS: str(results)}
        status = subprocess.run([*command, *arguments], env=environment, check=False).returncode
        if not arguments:
            write_page(results, [json.loads(line) for line in kills])
    return status


def _kills(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults kills")
    parser.add_argument("count", type=int)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=KILLS)
    given = parser.parse_args(arguments)
    clean = kill_runs(given.count, at_once=given.at_once, results=given.results, seed=given.seed)
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
