"""``catalog-harness``: the command line."""

import logging
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from harness.cli.lazy import LazyGroup
from harness.core.errors import HarnessError
from harness.core.interpreter import set_up_interpreter
from harness.core.interrupts import Terminated, sigterm_as_interrupt
from harness.core.redaction import log_to_standard_error

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

_SUMMARIES = {
    "run": "Deploy the stack, run the checks, destroy it, prove that nothing is left.",
    "deploy": "Deploy the stack and keep it.",
    "check": "Run the checks against a deployed stack.",
    "destroy": "Destroy a kept stack, and prove that nothing of it is left.",
    "sweep": "List the resources that runs left behind; remove them with --yes.",
    "list": "List the runs that may have resources, and what destroying them would do.",
    "synth": "Write the Terraform JSON of the stack, without a target or a deployment.",
    "image": "Publish the container image of the API to ECR, or delete it from ECR.",
    "cloud": "Start the embedded cloud, print how to connect to it, and stop it on Ctrl-C.",
    "preflight": "Report what would fail a deployment, before anything is deployed.",
    "benchmark": "Compare the duration of a whole run with bare Terraform on the same emulator.",
    "doctor": "Check whether this machine can run the embedded target.",
}


@click.group(
    cls=LazyGroup,
    summaries=_SUMMARIES,
    modules={"deploy": "harness.cli.run"},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="catalog-harness")
@click.option("-v", "--verbose", is_flag=True, help="Log every step to standard error.")
def commands(*, verbose: bool) -> None:
    """Deploy the Product Catalog API stack, prove that it works, destroy it.

    `catalog-harness run` does all of this on an embedded cloud, which requires no Docker, no
    account and no token. `catalog-harness COMMAND --help` describes each command.

    Exit status: 0 on success, 1 on a failure, 2 on a usage error, 130 after Ctrl-C, 143 after
    SIGTERM or SIGHUP.
    """
    log_to_standard_error(logging.DEBUG if verbose else logging.ERROR)
    for noisy in ("botocore", "urllib3", "boto3"):
        logging.getLogger(noisy).setLevel(logging.INFO if verbose else logging.ERROR)


def main() -> None:
    """Run the command line; a usage error is one line, a bug is a traceback."""
    set_up_interpreter()
    try:
        with sigterm_as_interrupt():
            sys.exit(commands.main(prog_name="catalog-harness", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except HarnessError as error:
        _fail(f"Error: {error}", error, error.exit_code)
    except _aws_errors() as error:
        from harness.aws.errors import failure_of  # noqa: PLC0415 - imports botocore

        _fail(f"Error: {failure_of(error)}", error, HarnessError.exit_code)
    except (click.Abort, KeyboardInterrupt, OSError) as error:
        # click's own line about an interrupt fails with an OSError on a closed terminal.
        caught = isinstance(error, KeyboardInterrupt)
        interrupt = error if caught else error.__cause__ or error.__context__
        if isinstance(error, OSError) and not isinstance(interrupt, KeyboardInterrupt):
            raise
        if isinstance(interrupt, Terminated):
            _fail("Terminated.", interrupt, EXIT_TERMINATED)
        _fail("Interrupted.", interrupt, EXIT_INTERRUPTED)


def _aws_errors() -> tuple[type[Exception], ...]:
    """Return the errors of botocore, if a command has imported it."""
    module = sys.modules.get("botocore.exceptions")
    return (module.ClientError, module.BotoCoreError) if module else ()


def _fail(text: str, error: BaseException | None, status: int) -> NoReturn:
    """Exit with a status, after a text and the notes of an error, such as a failed teardown."""
    # click removes the colour unless standard error is a terminal.
    colour = False if os.environ.get("NO_COLOR") else None
    with suppress(OSError):  # a closed terminal must not change the exit status
        for line in (text, *getattr(error, "__notes__", ())):
            click.secho(line, fg="red", err=True, color=colour)
    sys.exit(status)
