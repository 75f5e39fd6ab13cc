"""``catalog-harness benchmark``: a whole run compared with bare Terraform."""

from typing import Any

import click

from harness.benchmarks.bare_terraform import compare
from harness.cli.options import harness_options, settings_from

# With the provider's clock, and without.
_MAX_RATIO, _MAX_RATIO_AT_NORMAL_SPEED = 0.22, 1.05


@click.command()
@harness_options("region", "terraform", "provider-mirror", "provider-clock")
@click.pass_context
def benchmark(context: click.Context, /, **given: Any) -> None:
    """Compare the duration of a whole run with bare Terraform on the same emulator.

    Takes about three minutes. Bare Terraform: start of the emulator, then `terraform init`,
    `apply` and `destroy` of the same configuration, always with the normal clock. Both are
    measured once, one after the other; quote the ratio, not the seconds. Exit status 1 when the
    ratio is above 0.22, with `--provider-clock 1` above 1.05. `tox -e bench` also compares other
    tools.
    """
    settings = settings_from(given)
    maximum = _MAX_RATIO_AT_NORMAL_SPEED if settings.provider_clock == 1 else _MAX_RATIO
    result = compare(settings, lambda line: click.echo(line, err=True))
    for step, seconds in result.bare.items():
        click.echo(f"bare     {step:<20} {seconds:8.1f} s")
    click.echo(f"bare     {'in all':<20} {sum(result.bare.values()):8.1f} s")
    click.echo(f"harness  {'the whole run':<20} {result.harness:8.1f} s")
    click.echo(f"ratio    {'harness / bare':<20} {result.ratio:8.2f}   (maximum: {maximum:.2f})")
    context.exit(1 if result.ratio > maximum else 0)
