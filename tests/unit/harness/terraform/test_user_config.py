from pathlib import Path

import pytest

from harness.terraform.user_config import UserConfig, user_cli_config

_MIRROR = 'provider_installation {\n  filesystem_mirror { path = "/m" }\n}\n'


def test_without_any_file_there_is_none(tmp_path: Path) -> None:
    assert user_cli_config({}, tmp_path).path is None


def test_the_file_at_home_is_read(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(_MIRROR)

    assert user_cli_config({}, tmp_path) == UserConfig(tmp_path / ".terraformrc", _MIRROR)


def test_the_variable_comes_before_the_file_at_home(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(_MIRROR)
    named = tmp_path / "own.tfrc"
    named.write_text("")

    assert user_cli_config({"TF_CLI_CONFIG_FILE": str(named)}, tmp_path).path == named


def test_a_variable_that_names_no_file_is_as_if_not_set(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(_MIRROR)

    found = user_cli_config({"TF_CLI_CONFIG_FILE": str(tmp_path / "absent")}, tmp_path)

    assert found.path == tmp_path / ".terraformrc"


def test_windows_keeps_it_among_the_application_data(tmp_path: Path) -> None:
    (tmp_path / "terraform.rc").write_text(_MIRROR)

    found = user_cli_config({"APPDATA": str(tmp_path)}, tmp_path / "home")

    assert found.path == tmp_path / "terraform.rc"


def test_a_file_that_is_no_text_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_bytes(b"\xff\xfe\x00")

    assert not user_cli_config({}, tmp_path).decides_installation


@pytest.mark.parametrize(
    "text",
    [
        _MIRROR,
        f'# mine\nplugin_cache_dir = "/c"\n{_MIRROR}',
        '{"provider_installation": [{"direct": [{}]}]}',
    ],
)
def test_a_provider_installation_block_decides(text: str) -> None:
    assert UserConfig(Path("f"), text).decides_installation


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
def test_without_that_block_it_does_not(text: str) -> None:
    assert not UserConfig(Path("f"), text).decides_installation


def test_a_plugin_cache_is_seen() -> None:
    assert UserConfig(Path("f"), 'plugin_cache_dir = "/c"').names_plugin_cache
    assert not UserConfig(Path("f"), '# plugin_cache_dir = "/c"').names_plugin_cache


def test_other_blocks_can_be_taken_over_but_not_those_of_json() -> None:
    assert UserConfig(Path("f"), 'host "h" {}').rest == 'host "h" {}'
    assert UserConfig(Path("f"), '{"host": {}}').rest == ""
