"""The fixed waits of the AWS provider, which no setting shortens."""

import tomllib
from pathlib import Path

_WAITS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def fixed_wait(address: str, action: str) -> int:
    """Return the seconds, on the clock of the provider, that an operation waits in any case."""
    return int(_WAITS.get(address.partition(".")[0], {}).get(action, 0))
