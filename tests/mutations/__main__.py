"""``python -m tests.mutations``: try every mutation on the newest deployed stack.

Prints the matrix: mutation, checks that failed, bystanders, checks that should have failed.
Arguments are words; only mutations whose name contains one of them are tried. Exit status 1 if
one was not noticed by exactly its checks. ``catalog-harness deploy`` deploys a stack.
"""

import os
import sys
from dataclasses import replace

from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from harness.catalog import CATALOG
from harness.checks.framework.context import CheckContext
from harness.deploy.deploy import attach
from harness.pipeline.prove import check_context
from harness.run.ledger import Ledger
from harness.run.run import Run
from harness.run.timeline import Observer, Timeline
from harness.settings.settings import load_settings
from tests.mutations.mutation import Mutation, Trial, attempt, failed, unreported
from tests.mutations.suite import MUTATIONS


def main(words: list[str]) -> int:
    """Try the mutations and print the matrix; return the exit status."""
    console, settings = Console(width=150), replace(load_settings({}), reuse_stack=True)
    ledger = Ledger(settings.home)
    run = Run(
        stack=CATALOG,
        settings=settings,
        environment_suffix=ledger.suffix_for(settings),
        ledger=ledger,
        timeline=Timeline(Observer()),
        owner_pid=os.getpid(),
    )
    with run.owned("python -m tests.mutations"):
        return _try_all(unreported(check_context(attach(run), lambda _: None)), words, console)


def _try_all(context: CheckContext, words: list[str], console: Console) -> int:
    if already := failed(context):
        console.print(f"the stack is not intact: {', '.join(sorted(already))}")
        return 1
    trials, failures = [], 0
    for each in MUTATIONS:
        if _selected(each, words, context.target.name):
            try:
                trials.append(attempt(context, each))
            except ClientError as error:
                console.print(f"failed  {each.name}: {error}", highlight=False)
                failures += 1
            else:
                console.print(_line(trials[-1]), highlight=False)
    console.print(_matrix(trials))
    right = sum(trial.as_expected for trial in trials)
    bystanders = sum(len(trial.bystanders) for trial in trials)
    console.print(f"{right} of {len(trials) + failures} right, {bystanders} bystanders")
    return 0 if right == len(trials) + failures else 1


def _selected(each: Mutation, words: list[str], target: str) -> bool:
    return (target == "embedded" or not each.embedded_only) and (
        not words or any(word in each.name for word in words)
    )


def _line(trial: Trial) -> str:
    parts = (
        ("unnoticed by", trial.unnoticed),
        ("bystander", trial.bystanders),
        ("not recovered", trial.still_failing),
    )
    seen = {**trial.failed, **trial.still_failing}
    wrong = "; ".join(
        f"{what} {check} ({seen.get(check, 'passed')})"
        for what, checks in parts
        for check in sorted(checks)
    )
    return f"{'wrong' if wrong else 'right'}  {trial.mutation.name}  {wrong}"


def _matrix(trials: list[Trial]) -> Table:
    table = Table("mutation", "noticed by", "unnoticed by", "bystanders", "not recovered")
    for trial in trials:
        table.add_row(
            trial.mutation.name,
            *(
                "\n".join(sorted(checks))
                for checks in (
                    trial.failed.keys() & trial.expected,
                    trial.unnoticed,
                    trial.bystanders,
                    trial.still_failing,
                )
            ),
        )
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
