"""Everything that a user can set, parsed once."""

import getpass
import json
import math
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from harness.core.errors import UsageError
from harness.settings.options import OPTIONS, Option

# What every stack must accept in its names.
LONGEST_SUFFIX = 20
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


@dataclass(frozen=True, kw_only=True)
class HarnessSettings:
    """The settings of one run; see ``harness.settings.options`` for what each means.

    Attributes:
        stack_settings: StackConfig fields from the file that ``--stack-config`` names.
        home: Folder of the ledger and of the runs' working directories.
    """

    target: str = "embedded"
    region: str = "eu-north-1"
    environment_suffix: str | None = None
    keep_stack: bool = False
    reuse_stack: bool = False
    report_dir: Path = Path("reports")
    stack_config: Path | None = None
    terraform: str | None = None
    provider_mirror: Path | None = None
    container_engine: str = "built-in"
    endpoint_url: str | None = None
    require_full_stack: bool = False
    skip_preflight: bool = False
    image: str | None = None
    owner: str | None = None
    max_duration: float = 120.0
    account_id: str | None = None
    allowed_regions: str = "eu-north-1"
    max_cost_per_hour: float | None = None
    state_bucket: str | None = None
    state_bucket_region: str | None = None
    state_lock: bool = False
    stack_settings: Mapping[str, Any] = field(default_factory=dict)
    home: Path = field(default_factory=lambda: platformdirs.user_state_path("catalog-harness"))


def load_settings(
    given: Mapping[str, str | bool | None],
    *,
    environ: Mapping[str, str] = os.environ,
    ini: Mapping[str, str] | None = None,
) -> HarnessSettings:
    """Combine what was typed, the environment and the ini file, in this order of precedence.

    Args:
        given: Option field -> value as typed, for every option that the caller offers; None or
            False where nothing was typed. What the caller does not offer keeps its default,
            whatever the environment says: a variable meant for ``run`` must not break
            ``destroy``.
        environ: Environment variables, of which an empty one counts as not set;
            ``CATALOG_HARNESS_HOME`` moves the state folder.
        ini: Option field -> value of pytest's ini file.

    Raises:
        UsageError: A value cannot be used; the message names it and where it came from.
    """
    values = {option.field: _value(option, given, environ, ini or {}) for option in OPTIONS}
    if values["keep_stack"] and values["reuse_stack"]:
        raise UsageError(
            "--keep-stack and --reuse-stack are both set (typed, by variable or in the ini file)",
            remedy="--reuse-stack alone: a reused stack is always left up",
        )
    stack_config = _path(values["stack_config"])
    mirror = _path(values["provider_mirror"])
    more: dict[str, Any] = {
        "stack_config": stack_config,
        "stack_settings": _stack_settings(stack_config),
        "report_dir": _path(values["report_dir"]),
        # These two go on record, and destroy may be called from another directory.
        "terraform": _program(values["terraform"]),
        "provider_mirror": mirror.absolute() if mirror else None,
    }
    if home := _path(environ.get("CATALOG_HARNESS_HOME")):
        more["home"] = home.absolute()
    return HarnessSettings(**{**values, **more})


def new_environment_suffix() -> str:
    """Return a suffix that no earlier run used: who runs it, and six random hex digits."""
    user = re.sub(r"[^a-z0-9]", "", user_name().lower())[:5]
    return f"{user or 'run'}-{secrets.token_hex(3)}"


def user_name() -> str:
    """Return the name of the user that this process runs as; empty if there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in many containers
        return ""


def _value(
    option: Option,
    given: Mapping[str, str | bool | None],
    environ: Mapping[str, str],
    ini: Mapping[str, str],
) -> Any:
    if option.field not in given:
        return option.default
    typed = given[option.field]
    if typed == "":
        # Often a shell variable that is not set; taking the default for it could mean, say,
        # somebody else's stack.
        raise UsageError(f"--{option.name}: empty", remedy="give a value, or leave the option out")
    if typed is not None and typed is not False:
        return _parse(option, str(typed), f"--{option.name}")
    for variable in filter(None, (option.variable, option.standard)):
        if environ.get(variable):
            return _parse(option, environ[variable], variable)
    if ini.get(option.field):
        return _parse(option, ini[option.field], f"ini value {option.ini}")
    return option.default


def _parse(option: Option, raw: str, origin: str) -> str | float | bool:
    if option.kind == "flag":
        return _flag(raw, origin)
    if option.kind == "number":
        return _number(raw, origin)
    if option.kind == "choice" and raw not in option.choices:
        raise UsageError(
            f"{origin}: {raw!r} is not a {option.name}",
            remedy=f"one of {', '.join(option.choices)}",
        )
    return raw


def _program(value: str | None) -> str | None:
    path = _path(value)
    # Asked of the text, because Path("./terraform") forgets the dot.
    return str(path.absolute()) if path and os.path.dirname(value or "") else value


def _path(value: str | None) -> Path | None:
    try:
        return Path(value).expanduser() if value else None
    except RuntimeError as error:  # no such user
        raise UsageError(f"{value}: {error}", remedy="write the path out") from error


def _flag(raw: str, origin: str) -> bool:
    word = raw.strip().lower()
    if word not in _TRUE | _FALSE:
        raise UsageError(f"{origin}: {raw!r} is neither yes nor no", remedy="1 or 0")
    return word in _TRUE


def _number(raw: str, origin: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"{origin}: {raw!r} is not a number above 0", remedy="such as 90 or 0.5")
    return value


def _stack_settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--stack-config {path}: cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"--stack-config {path}: not JSON: {error}") from error
    if not isinstance(loaded, dict):
        raise UsageError(
            f"--stack-config {path}: holds a JSON {type(loaded).__name__}",
            remedy='an object of StackConfig fields, such as {"desired_count": 3}',
        )
    return loaded
