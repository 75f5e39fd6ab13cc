"""``python -m tests.faults kills N``: kill N runs at random moments."""

import argparse
import sys
from pathlib import Path

from tests.faults.kills import kill_runs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    commands = parser.add_subparsers(required=True)
    kills = commands.add_parser("kills", help="kill runs at random moments, then sweep")
    kills.add_argument("count", type=int)
    kills.add_argument("--at-once", type=int, default=2)
    kills.add_argument("--seed", type=int, default=1)
    kills.add_argument("--results", type=Path, default=Path("kills.jsonl"))
    given = parser.parse_args()
    clean = kill_runs(given.count, at_once=given.at_once, results=given.results, seed=given.seed)
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
