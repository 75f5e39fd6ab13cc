"""Entry point: synthesizes the stack from the environment. ``cdktf.json`` names it.

Reads ``CATALOG_STACK_CONFIG`` (path of a JSON file with the fields of ``StackConfig``) and,
for fields that the file omits, ``ENVIRONMENT_SUFFIX``, ``AWS_REGION``,
``TERRAFORM_STATE_BUCKET`` and ``TERRAFORM_STATE_BUCKET_REGION``. Writes the Terraform JSON to
``CDKTF_OUTDIR``, else to ``cdktf.out``; without a state bucket, the state is kept in the
current directory. No target is needed.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .config import StackConfig
from .errors import ConfigError, StackError
from .names import STACK_ID

VARIABLES = {
    "environment_suffix": "ENVIRONMENT_SUFFIX",
    "region": "AWS_REGION",
    "state_bucket": "TERRAFORM_STATE_BUCKET",
}
STATE_REGION_VARIABLE = "TERRAFORM_STATE_BUCKET_REGION"
CONFIG_VARIABLE = "CATALOG_STACK_CONFIG"
OUTDIR_VARIABLE = "CDKTF_OUTDIR"
EXIT_BAD_INPUT = 2


def read_config(environment: Mapping[str, str], *, directory: Path) -> StackConfig:
    """Return the configuration that ``environment`` describes.

    Args:
        environment: The variables named above; empty ones count as not set.
        directory: Default directory of the Terraform state; not the output directory, which
            is disposable.

    Raises:
        ConfigError: A variable or a field of the file is invalid.
    """
    path = environment.get(CONFIG_VARIABLE)
    given = _read_file(path) if path else {}
    for field, variable in VARIABLES.items():
        if environment.get(variable):
            given.setdefault(field, environment[variable])
    if not given.get("environment_suffix"):
        raise ConfigError("ENVIRONMENT_SUFFIX", None, "set it, for example to 'pr123-7f3a'")
    if not given.get("state_bucket"):
        state = directory / f"terraform.{STACK_ID}-{given['environment_suffix']}.tfstate"
        given.setdefault("state_path", str(state))
    elif region := environment.get(STATE_REGION_VARIABLE):
        given.setdefault("state_bucket_region", region)
    return StackConfig.from_mapping(given)


def synthesize(config: StackConfig, outdir: Path) -> None:
    """Write the Terraform JSON of the stack into ``outdir``.

    Raises:
        ConfigError: ``outdir`` cannot be written to.
    """
    try:
        outdir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(OUTDIR_VARIABLE, str(outdir), f"must be a directory ({error})") from error
    # Importing the bindings takes seconds and starts Node.js: only after validation.
    from .bindings import App  # noqa: PLC0415
    from .catalog import CatalogStack  # noqa: PLC0415

    app = App(outdir=str(outdir.resolve()))
    CatalogStack(app, config=config)
    app.synth()


def main() -> int:
    """Synthesize; return 0, or 2 after a one-line error on stderr."""
    try:
        config = read_config(os.environ, directory=Path.cwd())
        synthesize(config, Path(os.environ.get(OUTDIR_VARIABLE) or "cdktf.out"))
    except StackError as error:
        print(f"stack.app: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    return 0


def _read_file(path: str) -> dict[str, Any]:
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(CONFIG_VARIABLE, path, f"cannot be read as JSON ({error})") from error
    if not isinstance(content, dict):
        raise ConfigError(CONFIG_VARIABLE, path, "must be a file with one JSON object")
    return content


if __name__ == "__main__":
    sys.exit(main())
