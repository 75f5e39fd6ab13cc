"""``catalog-harness``: the command line."""

import logging
import os
import sys

import click

from harness.cli.lazy import CommandEntry, LazyGroup
from harness.core.errors import HarnessError
from harness.core.interrupts import Terminated, sigterm_as_interrupt
from harness.core.redaction import RedactingFormatter

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

_ENTRIES = {
    "run": CommandEntry(
        "harness.cli.stack",
        "Deploy the stack, prove that it works, tear it down, prove that nothing is left.",
    ),
    "deploy": CommandEntry("harness.cli.stack", "Deploy the stack and leave it up."),
    "check": CommandEntry("harness.cli.check", "Run the checks against a stack that is up."),
    "destroy": CommandEntry(
        "harness.cli.stack",
        "Tear a stack down that was left up, and prove that nothing of it is left.",
    ),
    "sweep": CommandEntry(
        "harness.cli.sweep",
        "Find what runs left behind, and remove it with --yes.",
    ),
    "synth": CommandEntry(
        "harness.cli.synth",
        "Write the stack's Terraform JSON; needs no target and deploys nothing.",
    ),
    "image": CommandEntry(
        "harness.cli.image",
        "Publish the API's container image to ECR, or delete it there.",
    ),
    "cloud": CommandEntry(
        "harness.cli.cloud",
        "Start the embedded cloud, print how to reach it, and stop it on Ctrl-C.",
    ),
    "preflight": CommandEntry(
        "harness.cli.preflight",
        "Say what would stop a deployment, before anything is deployed.",
    ),
    "benchmark": CommandEntry(
        "harness.cli.stack",
        "Time a whole run against bare Terraform on the same emulator.",
    ),
    "doctor": CommandEntry(
        "harness.cli.doctor",
        "Say what this machine has and lacks for the embedded target.",
    ),
}


@click.group(
    cls=LazyGroup,
    entries=_ENTRIES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="catalog-harness")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done, on standard error.")
def commands(*, verbose: bool) -> None:
    """Deploy the Product Catalog API stack, prove that it works, tear it down.

    `catalog-harness run` does all of it on an embedded cloud, which needs no Docker, no account
    and no token. `catalog-harness COMMAND --help` says more about each command.

    Exit status: 0 when everything was proved, 1 when something failed, 2 for a mistake in what
    was asked, 130 after Ctrl-C, 143 after SIGTERM.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.ERROR, handlers=[handler])
    for noisy in ("botocore", "urllib3", "boto3"):
        logging.getLogger(noisy).setLevel(logging.INFO if verbose else logging.ERROR)


def main() -> None:
    """Run the command line; a user's mistake is a line, a bug is a traceback."""
    try:
        with sigterm_as_interrupt():
            sys.exit(commands.main(prog_name="catalog-harness", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except HarnessError as error:
        _say(f"Error: {error}")
        _say_notes(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt) as error:
        interrupt = error.__cause__ if isinstance(error, click.Abort) else error
        terminated = isinstance(interrupt, Terminated)
        _say("Terminated." if terminated else "Interrupted.")
        _say_notes(interrupt)
        sys.exit(EXIT_TERMINATED if terminated else EXIT_INTERRUPTED)


def _say_notes(error: BaseException | None) -> None:
    """Print what failed after an error: the teardown, say."""
    for note in getattr(error, "__notes__", ()):
        _say(note)


def _say(text: str) -> None:
    # click drops the colour where standard error is no terminal.
    click.secho(text, fg="red", err=True, color=False if os.environ.get("NO_COLOR") else None)
