"""The user's own Terraform CLI configuration: where it is and whether it names providers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=\s))(?:#|//)[^\n]*", re.DOTALL | re.MULTILINE)
_INSTALLATION = re.compile(r"(?:^|[\s{,])\"?provider_installation\"?\s*[:={]")
_PLUGIN_CACHE = re.compile(r"(?:^|[\s{,])\"?plugin_cache_dir\"?\s*[:=]")


@dataclass(frozen=True)
class UserConfig:
    """What the user has configured.

    Attributes:
        path: The file that Terraform would read; None where there is none.
        text: Its content; empty where there is none or it cannot be read.
    """

    path: Path | None
    text: str = ""

    @property
    def decides_installation(self) -> bool:
        """Whether it has a ``provider_installation`` block."""
        return _INSTALLATION.search(_COMMENT.sub("", self.text)) is not None

    @property
    def names_plugin_cache(self) -> bool:
        """Whether it sets ``plugin_cache_dir``."""
        return _PLUGIN_CACHE.search(_COMMENT.sub("", self.text)) is not None

    @property
    def rest(self) -> str:
        """What can stand before further blocks: credentials, hosts; nothing of a JSON file."""
        return "" if self.text.lstrip().startswith("{") else self.text


NO_USER_CONFIG = UserConfig(None)


def user_cli_config(environ: Mapping[str, str], home: Path) -> UserConfig:
    """Find the CLI configuration as Terraform does: the variable, else the file at home.

    A variable that names no file is as if it were not set: Terraform only warns about it
    (https://developer.hashicorp.com/terraform/cli/config/config-file).
    """
    named = environ.get("TF_CLI_CONFIG_FILE") or environ.get("TERRAFORM_CONFIG")
    places = [Path(named).expanduser()] if named else []
    if not named or not places[0].is_file():
        appdata = environ.get("APPDATA")
        places = [Path(appdata) / "terraform.rc"] if appdata else []
        places += [home / ".terraformrc", home / ".tofurc"]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return NO_USER_CONFIG
    try:
        return UserConfig(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return UserConfig(path)
