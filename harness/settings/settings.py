"""The settings of the user, parsed once."""

import getpass
import json
import math
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from harness.core.errors import UsageError
from harness.core.similar_name import similar_name
from harness.settings.options import OPTIONS, Option

# Maximum length that every stack must accept in its names.
MAX_SUFFIX_LENGTH = 20
# With a larger one, the timeouts of the provider's HTTP client are too short for an emulator.
_MAX_FACTOR = 100
_WORDS = dict.fromkeys(("1", "true", "yes", "on"), True)
_WORDS |= dict.fromkeys(("0", "false", "no", "off"), False)
# Kind of an option -> conversion, condition, what a value must be, example.
_KINDS: dict[str, tuple[Callable[[str], Any], Callable[[Any], bool], str, str]] = {
    "flag": (lambda raw: _WORDS[raw.strip().lower()], lambda _: True, "a boolean", "use 1 or 0"),
    "number": (float, lambda n: math.inf > n > 0, "a positive number", "such as 90 or 0.5"),
    "factor": (
        int,
        lambda n: 1 <= n <= _MAX_FACTOR,
        f"an integer from 1 to {_MAX_FACTOR}",
        "such as 20",
    ),
    "lines": (lambda raw: tuple(filter(None, raw.splitlines())), lambda _: True, "", ""),
}


@dataclass(frozen=True, kw_only=True)
class HarnessSettings:
    """The settings of one run; ``harness.settings.options`` describes each.

    Attributes:
        stack_settings: Fields of the stack configuration, from the ``--stack-config`` file.
        home: Folder of the ledger and of the working directories of the runs.
    """

    target: str = "embedded"
    region: str = "eu-north-1"
    environment_suffix: str | None = None
    keep_stack: bool = False
    reuse_stack: bool = False
    no_watchdog: bool = False
    allow_code: bool = False
    report_dir: Path = Path("reports")
    stack_config: Path | None = None
    terraform: str | None = None
    provider_mirror: Path | None = None
    provider_clock: int | None = None
    container_engine: str = "built-in"
    endpoint_url: str | None = None
    require_full_stack: bool = False
    process_image: tuple[str, ...] | None = None
    aws_delays: bool = False
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
    given: Mapping[str, Any],
    *,
    environ: Mapping[str, str] = os.environ,
    ini: Mapping[str, str] | None = None,
) -> HarnessSettings:
    """Combine command line, environment and ini file, in this order of precedence.

    Args:
        given: Option field -> value of the command line, for every option of the command; None
            or False if not given, a sequence if repeatable. Any other option keeps its default,
            whatever the environment holds: a variable for ``run`` must not break ``destroy``.
        environ: Environment variables; an empty one counts as not set.
            ``CATALOG_HARNESS_HOME`` replaces the state folder.
        ini: Option field -> value of the ini file of pytest; None on the command line.

    Raises:
        UsageError: A value is invalid; the message has the value and its origin.
    """
    values = {option.field: _value(option, given, environ, ini) for option in OPTIONS}
    if values["keep_stack"] and values["reuse_stack"]:
        raise UsageError(
            "keep-stack and reuse-stack are both set (as option, variable or ini value)",
            remedy="use reuse-stack alone: a reused stack is always kept",
        )
    stack_config = _path(values["stack_config"])
    mirror = _path(values["provider_mirror"])
    more: dict[str, Any] = {
        "stack_config": stack_config,
        "stack_settings": _stack_settings(stack_config),
        "report_dir": _path(values["report_dir"]),
        # These two go on record; destroy may run in another working directory.
        "terraform": _program(values["terraform"]),
        "provider_mirror": mirror.absolute() if mirror else None,
    }
    if home := _path(environ.get("CATALOG_HARNESS_HOME")):
        more["home"] = home.absolute()
    return HarnessSettings(**{**values, **more})


def new_environment_suffix() -> str:
    """Return a new suffix: the start of the user name, and six random hex digits."""
    user = re.sub(r"[^a-z0-9]", "", user_name().lower())[:5]
    return f"{user or 'run'}-{secrets.token_hex(3)}"


def user_name() -> str:
    """Return the user name of this process; empty if there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in many containers
        return ""


def _value(
    option: Option,
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    ini: Mapping[str, str] | None,
) -> Any:
    if option.field not in given:
        return option.default
    value = given[option.field]
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = "\n".join(value) if value else None
    flag = f"--{option.name if ini is None else option.pytest_name}"
    if value == "":
        # Often an unset shell variable; the default could be the stack of another user.
        raise UsageError(f"{flag}: empty", remedy="give a value, or omit the option")
    if value is not None and value is not False:
        return _parse(option, str(value), flag)
    for variable in filter(None, (option.variable, option.standard)):
        if environ.get(variable):
            return _parse(option, environ[variable], variable)
    if ini and ini.get(option.field):
        return _parse(option, ini[option.field], f"ini value {option.ini}")
    return option.default


def _parse(option: Option, raw: str, origin: str) -> Any:
    if option.kind == "choice" and raw not in option.choices:
        raise UsageError(
            f"{origin}: {raw!r} is not a {option.name}{similar_name(raw, option.choices)}",
            remedy=f"use one of {', '.join(option.choices)}",
        )
    if option.kind not in _KINDS:
        return raw
    convert, is_valid, what, remedy = _KINDS[option.kind]
    with suppress(ValueError, KeyError):
        if is_valid(value := convert(raw)):
            return value
    raise UsageError(f"{origin}: {raw!r} is not {what}", remedy=remedy)


def _program(value: str | None) -> str | None:
    path = _path(value)
    # Tested on the text, because Path("./terraform") drops the dot.
    return str(path.absolute()) if path and os.path.dirname(value or "") else value


def _path(value: str | None) -> Path | None:
    try:
        return Path(value).expanduser() if value else None
    except RuntimeError as error:  # no such user
        raise UsageError(f"{value}: {error}", remedy="use an absolute path") from error


def _stack_settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--stack-config {path}: cannot be read: {error}") from error
    except ValueError as error:
        raise UsageError(f"--stack-config {path}: not JSON: {error}") from error
    except RecursionError:
        raise UsageError(f"--stack-config {path}: nested too deeply") from None
    if not isinstance(loaded, dict):
        raise UsageError(
            f"--stack-config {path}: contains a JSON {type(loaded).__name__}",
            remedy='use an object with fields of StackConfig, such as {"desired_count": 3}',
        )
    return loaded
