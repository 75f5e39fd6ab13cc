"""``catalog-harness``: the command line."""

import logging
import sys

import click

from harness.commands.check import check
from harness.commands.cloud import cloud
from harness.commands.doctor import doctor
from harness.commands.stack import deploy, destroy, run, synth
from harness.errors import HarnessError
from harness.interrupts import Terminated, sigterm_as_interrupt

__all__ = ["main"]

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="catalog-harness")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done, on standard error.")
def commands(*, verbose: bool) -> None:
    """Deploy the Product Catalog API stack, prove that it works, tear it down.

    \b
    catalog-harness run                  the whole way, on an embedded cloud: no Docker,
                                         no account, no token
    catalog-harness deploy               deploy and leave it up
    catalog-harness check                prove again what is up
    catalog-harness destroy              tear it down, and prove that nothing is left
    catalog-harness cloud                just the embedded cloud, for use by hand
    catalog-harness doctor               what this machine has and lacks

    Exit status: 0 when everything was proved, 1 when something failed, 2 for a mistake in
    what was asked, 130 after Ctrl-C.
    """
    level = logging.DEBUG if verbose else logging.ERROR
    logging.basicConfig(level=level, format="%(asctime)s %(name)s: %(message)s")
    if verbose:
        for noisy in ("botocore", "urllib3", "boto3"):
            logging.getLogger(noisy).setLevel(logging.INFO)


for _command in (run, synth, deploy, check, destroy, cloud, doctor):
    commands.add_command(_command)


def main() -> None:
    """Run the command line; a user's mistake is a line, a bug is a traceback."""
    try:
        with sigterm_as_interrupt():
            sys.exit(commands.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except HarnessError as error:
        click.secho(f"Error: {error}", fg="red", err=True)
        for note in getattr(error, "__notes__", ()):
            click.echo(note, err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt) as error:
        cause = error.__cause__ or error.__context__ or error
        terminated = isinstance(error, Terminated) or isinstance(cause, Terminated)
        click.echo("Terminated." if terminated else "Interrupted.", err=True)
        sys.exit(EXIT_TERMINATED if terminated else EXIT_INTERRUPTED)
