"""The user's CLI configuration of Terraform."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import UsageError

_COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=\s))(?:#|//)[^\n]*", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class UserConfig:
    """The user's CLI configuration: the file that Terraform reads, if any, and its text."""

    path: Path | None
    text: str = ""

    def has(self, name: str) -> bool:
        """Whether it has a setting or a block of that name."""
        pattern = rf'(?:^|[\s{{,])"?{name}"?\s*[:={{]'
        return re.search(pattern, _COMMENT.sub("", self.text)) is not None

    @property
    def hcl(self) -> str:
        """The text to which blocks can be appended; empty for a JSON file."""
        return "" if self.text.lstrip().startswith("{") else self.text


NO_USER_CONFIG = UserConfig(None)


def user_cli_config(environ: Mapping[str, str], home: Path) -> UserConfig:
    """Return the CLI configuration that Terraform reads: of the variable, else of the home.

    A variable without an existing file is ignored: Terraform only warns about it
    (https://developer.hashicorp.com/terraform/cli/config/config-file).

    Raises:
        UsageError: The file, or its folder, cannot be read.
    """
    named = environ.get("TF_CLI_CONFIG_FILE") or environ.get("TERRAFORM_CONFIG")
    try:
        return _read(Path(named).expanduser() if named else None, environ, home)
    except (OSError, RuntimeError) as error:
        raise UsageError(
            f"the CLI configuration of Terraform cannot be read: {error}",
            remedy="correct the permissions or the content of that file, or point "
            "TF_CLI_CONFIG_FILE to another one",
        ) from error


def _read(named: Path | None, environ: Mapping[str, str], home: Path) -> UserConfig:
    files = [named] if named else []
    if not named or not named.is_file():
        appdata = environ.get("APPDATA")
        files = [Path(appdata) / "terraform.rc"] if appdata else []
        files += [home / ".terraformrc", home / ".tofurc"]
    path = next((file for file in files if file.is_file()), None)
    if path is None:
        return NO_USER_CONFIG
    try:
        return UserConfig(path, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise OSError(f"{path}: {error}") from error
