from pathlib import Path

from harness.terraform.cli_config import write_cli_config
from harness.terraform.provider_installation import ProviderInstallation, _platform
from harness.terraform.user_config import UserConfig

_REGISTRY = "registry.terraform.io"


def written(source: ProviderInstallation, folder: Path, registry: str = _REGISTRY) -> str:
    path = write_cli_config(source, folder / "cli", registry=registry, cache=folder / "cache")
    assert path is not None
    return path.read_text()


def test_only_the_aws_provider_is_installed_from_a_mirror(tmp_path: Path) -> None:
    text = written(ProviderInstallation("found", Path("/mirror")), tmp_path)

    assert text.split() == [
        *("provider_installation", "{"),
        *("filesystem_mirror", "{"),
        *("path", "=", '"/mirror"'),
        *("include", "=", '["registry.terraform.io/hashicorp/aws"]', "}"),
        *("direct", "{"),
        *("exclude", "=", '["registry.terraform.io/hashicorp/aws"]', "}", "}"),
    ]


def test_providers_from_the_registry_are_cached(tmp_path: Path) -> None:
    text = written(ProviderInstallation("registry"), tmp_path)

    assert f'plugin_cache_dir = "{tmp_path / "cache"}"' in text
    assert "plugin_cache_may_break_dependency_lock_file = true" in text
    assert (tmp_path / "cache").is_dir()


def test_the_users_plugin_cache_is_kept(tmp_path: Path) -> None:
    own = UserConfig(Path("f"), 'plugin_cache_dir = "/mine"')

    text = written(ProviderInstallation("registry", user_config=own), tmp_path)

    assert text.strip() == 'plugin_cache_dir = "/mine"'


def test_the_users_configuration_is_kept(tmp_path: Path) -> None:
    own = UserConfig(Path("f"), 'host "h" {}')

    text = written(ProviderInstallation("found", Path("/mirror"), user_config=own), tmp_path)

    assert text.startswith('host "h" {}\nprovider_installation {')


def test_with_a_provider_installation_of_the_user_no_file_is_written(tmp_path: Path) -> None:
    source = ProviderInstallation("own", keep_user_config=True)

    path = write_cli_config(source, tmp_path / "cli", registry=_REGISTRY, cache=tmp_path)

    assert path is None
    assert not (tmp_path / "cli").exists()


def test_a_mirror_of_the_other_product_is_linked(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / _REGISTRY / "hashicorp").mkdir(parents=True)
    source = ProviderInstallation("found", mirror)

    texts = [written(source, tmp_path, "registry.opentofu.org") for _ in range(2)]

    linked = tmp_path / "cli" / "provider-mirror"
    assert f'"{linked}"' in texts[0]
    assert texts[0] == texts[1]
    assert (linked / "registry.opentofu.org" / "hashicorp").is_dir()


def test_an_unchanged_file_is_not_rewritten(tmp_path: Path) -> None:
    source = ProviderInstallation("found", Path("/mirror"))
    written(source, tmp_path)
    path = tmp_path / "cli" / "terraform.tfrc"
    path.chmod(0o400)
    before = path.stat().st_mtime_ns

    written(source, tmp_path)

    assert path.stat().st_mtime_ns == before


def test_another_source_is_written(tmp_path: Path) -> None:
    written(ProviderInstallation("found", Path("/mirror")), tmp_path)

    assert '"/other"' in written(ProviderInstallation("found", Path("/other")), tmp_path)


def with_launchers(folder: Path, *providers: str) -> str:
    for each in providers:
        provider = folder / "mirror" / _REGISTRY / "hashicorp" / "aws" / each.format(_platform())
        provider.parent.mkdir(parents=True, exist_ok=True)
        provider.touch()

    def launcher(path: Path, *, program: Path) -> None:
        path.parent.mkdir(parents=True)
        path.write_text(str(program))

    path = write_cli_config(
        ProviderInstallation("found", folder / "mirror"),
        folder / "cli",
        registry="registry.opentofu.org",
        cache=folder / "cache",
        launcher=launcher,
    )
    assert path is not None
    return path.read_text()


def test_a_launcher_takes_the_place_of_the_provider_in_a_mirror(tmp_path: Path) -> None:
    provider = "5.100.0/{}/terraform-provider-aws_v5.100.0_x5"

    text = with_launchers(tmp_path, provider)

    mirror = tmp_path / "cli" / "provider-launchers"
    assert f'"{mirror}"' in text
    [launcher] = mirror.glob("registry.opentofu.org/hashicorp/aws/5.100.0/*/*")
    assert launcher.read_text() == str(
        tmp_path / "mirror" / _REGISTRY / "hashicorp" / "aws" / provider.format(_platform())
    )
    assert with_launchers(tmp_path, provider) == text


def test_a_packed_provider_has_no_launcher_before_it_is_installed(tmp_path: Path) -> None:
    text = with_launchers(tmp_path, "terraform-provider-aws_5.100.0_{}.zip")

    assert f'"{tmp_path / "cli" / "provider-mirror"}"' in text


def test_a_mirror_without_a_provider_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mirror" / _REGISTRY).mkdir(parents=True)

    assert f'"{tmp_path / "cli" / "provider-mirror"}"' in with_launchers(tmp_path)
