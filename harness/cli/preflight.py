"""``catalog-harness preflight``: report what would fail a deployment, before it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.catalog import CATALOG
from harness.cli.options import harness_options, settings_from
from harness.core.errors import HarnessError, ToolNotFoundError, UsageError
from harness.deploy.validate import validate
from harness.deploy.workspace import find_tools
from harness.preflight.configuration import Configuration, configuration_of, read_configurations
from harness.preflight.configuration.variables import VariableSources
from harness.preflight.engine import preflight as inspect
from harness.preflight.engine import without_garbage_collector
from harness.preflight.formats import FORMATS
from harness.preflight.formats.table import print_table
from harness.preflight.report import Report, Verdict
from harness.preflight.suppression import load_suppressions
from harness.preflight.terraform_version import TerraformVersion
from harness.settings.options import OPTIONS
from harness.settings.settings import HarnessSettings, new_environment_suffix
from harness.synth.synthesize import synthesize
from harness.targets.base import Target
from harness.targets.factory import create_target
from harness.terraform.binary import find_terraform

_COULD_NOT_RUN = 2


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--offline",
    is_flag=True,
    help="Send no requests to the target (default for PATH, unless --target is given).",
)
@click.option(
    "--var",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of an input variable, as for terraform plan.",
)
@click.option(
    "--var-file",
    "variable_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File with values of input variables; --var takes precedence.",
)
@click.option(
    "--allow-incomplete",
    is_flag=True,
    help="Exit status 0 instead of 3 when a part of the configuration was not read.",
)
@click.option(
    "--validate", "with_terraform", is_flag=True, help="Run terraform validate on PATH as well."
)
@click.option(
    "--disposable", is_flag=True, help="Apply the rules on teardown to PATH: it is destroyed again."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to this file."
)
@click.option(
    "--terraform-version",
    metavar="VERSION",
    help="Version to check for, such as 1.9.8 or 'opentofu 1.10.0' (default: the installed one).",
)
@click.option(
    "--long-lived",
    is_flag=True,
    help="Skip the rules on teardown for the catalog stack (default for PATH).",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("pyproject.toml"),
    show_default=True,
    metavar="FILE",
    help="File with the suppressions, in [tool.catalog-harness.preflight].",
)
@harness_options(
    "target",
    "region",
    "environment-suffix",
    "stack-config",
    "terraform",
    "container-engine",
    "process-image",
    "image",
    "state-bucket",
    "state-bucket-region",
    "state-lock",
)
@click.pass_context
def preflight(
    context: click.Context,
    /,
    *,
    path: Path | None,
    offline: bool,
    assignments: tuple[str, ...],
    variable_files: tuple[Path, ...],
    allow_incomplete: bool,
    with_terraform: bool,
    disposable: bool,
    format_: str,
    output: Path | None,
    terraform_version: str | None,
    long_lived: bool,
    config: Path,
    **given: Any,
) -> None:
    """Report what would fail a deployment, before anything is deployed.

    PATH is a folder with Terraform files (*.tf.json; *.tf with the extra `hcl`), one of them, a
    folder of such folders (such as cdktf.out), or a plan in the format of `terraform show -json`;
    by default the catalog stack is checked. A PATH is checked offline unless --target is given.
    The rules are listed in docs/rules.md.

    Exit status: 0 without blockers, 1 with a blocker, 2 when preflight could not run, 3 when
    there is no blocker in what was read, but a part of the configuration was not read.
    """
    with without_garbage_collector(), _exit_code_on_error(_COULD_NOT_RUN):
        settings = settings_from(given)
        offline = offline or (path is not None and not _named_target(given))
        target = None if offline else create_target(settings, owner_pid=os.getpid())
        terraform, notes = _terraform(settings, terraform_version)
        product = terraform.product if terraform else "terraform"
        variables = VariableSources((*variable_files, *assignments))
        configurations = (
            read_configurations(path, variables=variables, product=product)
            if path
            else [_catalog(settings, target)]
        )
        suppressions = load_suppressions(config)
        report = Report(notes=notes)
        with ExitStack() as at_the_end:
            if target is not None:
                target.start()
                at_the_end.callback(target.stop)
            for configuration in configurations:
                report += inspect(
                    configuration,
                    target=target,
                    terraform=terraform,
                    environment_suffix=settings.environment_suffix,
                    disposable=disposable or not (path or long_lived),
                    suppressions=suppressions,
                )
        if with_terraform:
            if path is None:
                raise UsageError("--validate: pass the PATH of a configuration")
            tools = find_tools(settings.terraform, settings.provider_mirror)
            report += validate(path, tools, report.findings)
        _write(report, format_, output)
    passed = allow_incomplete and report.verdict is Verdict.INCOMPLETE
    context.exit(0 if passed else report.exit_code)


@contextmanager
def _exit_code_on_error(exit_code: int) -> Iterator[None]:
    """Set the exit status of every error of the harness."""
    try:
        yield
    except HarnessError as error:
        error.exit_code = exit_code
        raise


def _named_target(given: Mapping[str, Any]) -> bool:
    """Return whether the user has chosen a target, by option or variable."""
    (option,) = (option for option in OPTIONS if option.name == "target")
    return bool(given["target"] or os.environ.get(option.variable))


def _catalog(settings: HarnessSettings, target: Target | None) -> Configuration:
    named = settings.stack_settings.get("environment_suffix")
    suffix = settings.environment_suffix or named or new_environment_suffix()
    stack = synthesize(CATALOG.app, CATALOG.configure(settings, suffix, target=target))
    return configuration_of(stack.json, label=str(stack.path))


def _terraform(
    settings: HarnessSettings, version: str | None
) -> tuple[TerraformVersion | None, tuple[str, ...]]:
    if version is not None:
        try:
            return TerraformVersion.parse(version), ()
        except ValueError as error:
            raise UsageError(f"--terraform-version: {error}") from error
    try:
        found = find_terraform(settings.terraform)
    except ToolNotFoundError as error:
        if settings.terraform:
            raise
        return None, (f"the rules on the Terraform version were skipped: {error.message}",)
    return TerraformVersion(found.version, found.product), ()


def _write(report: Report, format_: str, output: Path | None) -> None:
    if output is None and format_ == "table":
        print_table(report, Console())
        return
    text = FORMATS[format_](report)
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output {output}: cannot be written: {error}") from error
