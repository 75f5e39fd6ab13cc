from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.terraform.user_config import UserConfig, user_cli_config

_MIRROR = 'provider_installation {\n  filesystem_mirror { path = "/m" }\n}\n'


def test_without_a_file_there_is_no_configuration(tmp_path: Path) -> None:
    assert user_cli_config({}, tmp_path).path is None


def test_the_file_in_the_home_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(_MIRROR)

    assert user_cli_config({}, tmp_path) == UserConfig(tmp_path / ".terraformrc", _MIRROR)


def test_the_variable_precedes_the_home_directory(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(_MIRROR)
    named = tmp_path / "own.tfrc"
    named.write_text("")

    assert user_cli_config({"TF_CLI_CONFIG_FILE": str(named)}, tmp_path).path == named


def test_a_variable_without_a_file_is_ignored(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(_MIRROR)

    found = user_cli_config({"TF_CLI_CONFIG_FILE": str(tmp_path / "absent")}, tmp_path)

    assert found.path == tmp_path / ".terraformrc"


def test_on_windows_it_is_in_the_application_data(tmp_path: Path) -> None:
    (tmp_path / "terraform.rc").write_text(_MIRROR)

    found = user_cli_config({"APPDATA": str(tmp_path)}, tmp_path / "home")

    assert found.path == tmp_path / "terraform.rc"


def test_a_binary_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(UsageError, match=r"Terraform cannot be read: .*/\.terraformrc: "):
        user_cli_config({}, tmp_path)


def test_a_file_in_a_closed_folder_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed" / "terraform.rc"

    def stat(path: Path, **_: object) -> None:  # root may read any folder: refused here
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", stat)

    with pytest.raises(UsageError, match=r"Permission denied: '.*/closed/terraform\.rc'"):
        user_cli_config({"TF_CLI_CONFIG_FILE": str(closed)}, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        _MIRROR,
        f'# mine\nplugin_cache_dir = "/c"\n{_MIRROR}',
        '{"provider_installation": [{"direct": [{}]}]}',
    ],
)
def test_a_provider_installation_block_is_found(text: str) -> None:
    assert UserConfig(Path("f"), text).has("provider_installation")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# provider_installation {\n",
        "// provider_installation {\n",
        "/* provider_installation {\n} */",
        'credentials "app.terraform.io" {\n  token = "provider_installation"\n}',
    ],
)
def test_other_text_has_no_provider_installation(text: str) -> None:
    assert not UserConfig(Path("f"), text).has("provider_installation")


def test_a_plugin_cache_is_found() -> None:
    assert UserConfig(Path("f"), 'plugin_cache_dir = "/c"').has("plugin_cache_dir")
    assert not UserConfig(Path("f"), '# plugin_cache_dir = "/c"').has("plugin_cache_dir")


def test_blocks_can_be_appended_to_hcl_but_not_to_json() -> None:
    assert UserConfig(Path("f"), 'host "h" {}').hcl == 'host "h" {}'
    assert UserConfig(Path("f"), '{"host": {}}').hcl == ""
