"""``catalog-harness synth``: write the Terraform JSON of the stack, without a target."""

import json
from pathlib import Path
from typing import Any

import click

from harness.catalog import CATALOG
from harness.cli.options import harness_options, settings_from
from harness.core.errors import UsageError
from harness.run.stack_definition import StackConfiguration
from harness.settings.settings import HarnessSettings, new_environment_suffix
from harness.synth.synthesize import synthesize


@click.command()
@harness_options(
    "region",
    "environment-suffix",
    "stack-config",
    environment_suffix="short unique name, a part of every resource name, such as pr123-7f3a "
    "(default: generated)",
)
@click.option(
    "--output",
    default="cdktf.out",
    show_default=True,
    metavar="DIR",
    help="Folder for the result, in the layout of `cdktf synth`; - writes the JSON to standard "
    "output.",
)
def synth(*, output: str, **given: Any) -> None:
    """Write the Terraform JSON of the stack, without a target or a deployment.

    Terraform can use the result as it is: `terraform -chdir=DIR/stacks/catalog init`. The state is
    kept in the current directory unless --stack-config sets state_bucket.
    """
    config = _config(settings_from(given))
    text = json.dumps(synthesize(CATALOG.app, config).json, indent=2)
    if output == "-":
        click.echo(text)
        return
    path = Path(output).expanduser() / "stacks" / CATALOG.stack_id / "cdk.tf.json"
    _write(path, text)
    click.echo(path)
    click.echo(f"environment suffix: {config.environment_suffix}", err=True)


def _config(settings: HarnessSettings) -> StackConfiguration:
    suffix = settings.environment_suffix or settings.stack_settings.get("environment_suffix")
    suffix = suffix or new_environment_suffix()
    # Not in the output folder, which users delete.
    state = Path.cwd() / f"terraform.{CATALOG.stack_id}-{suffix}.tfstate"
    return CATALOG.configure(settings, suffix, state_path=state)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written: {error.strerror}",
            remedy="choose another folder with --output",
        ) from error
