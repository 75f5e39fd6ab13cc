import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.image import Launch, LaunchContext
from harness.emulator.container_engine.postgres_image import PostgresImage
from harness.emulator.container_engine.postgres_install import (
    PostgresInstallation,
)

ACCESS = {"POSTGRES_USER": "admin", "POSTGRES_PASSWORD": "s3cret-word", "POSTGRES_DB": 'cata"log'}
TLS = ("-c", "ssl=on", "-c", "ssl_key_file=/tls/server.key")


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def context(tmp_path: Path, notes: list[str]) -> LaunchContext:
    volume = tmp_path / "volume"
    volume.mkdir()
    (tmp_path / "root").mkdir()
    return LaunchContext(
        address="127.77.0.2",
        host_name="0123456789ab",
        environment=ACCESS,
        command=("docker-entrypoint.sh", "postgres", *TLS),
        root=tmp_path / "root",
        mounts={"/var/lib/postgresql/data": volume},
        shared_folder=tmp_path,
        account=None,
        resolve=lambda _: None,
        ca_file=None,
        note=notes.append,
    )


@pytest.fixture
def installation() -> PostgresInstallation:
    return PostgresInstallation(Path("/opt/bin"), "16.15", True, "test")


@pytest.fixture
def image(installation: PostgresInstallation) -> PostgresImage:
    return PostgresImage(16, find=lambda _: installation, find_local=lambda _: None)


def options(launch: Launch) -> dict[str, str]:
    words = launch.command
    pairs = [words[i + 1] for i, word in enumerate(words) if word == "-c"]
    return dict(pair.split("=", 1) for pair in pairs)


def test_a_user_id_without_an_account_has_no_server(
    image: PostgresImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 3_999_999_999)

    with pytest.raises(EmulatorError, match="user ID 3999999999, which has no account"):
        image.pull()


def test_the_server_listens_on_its_address_with_password_only(
    image: PostgresImage, context: LaunchContext
) -> None:
    launch = image.launch(context)
    assert launch.command[0] == "/opt/bin/postgres"
    assert options(launch)["listen_addresses"] == "127.77.0.2"
    assert options(launch)["unix_socket_directories"] == ""
    rules = Path(options(launch)["hba_file"]).read_text().splitlines()
    assert [rule.split()[-1] for rule in rules] == ["scram-sha-256"]


def test_copied_files_are_found(image: PostgresImage, context: LaunchContext) -> None:
    assert options(image.launch(context))["ssl_key_file"] == "/tls/server.key"
    key = context.root / "tls" / "server.key"
    key.parent.mkdir()
    key.touch()
    assert options(image.launch(context))["ssl_key_file"] == str(key)


def test_a_build_without_tls_omits_it_and_logs_that(
    installation: PostgresInstallation, context: LaunchContext, notes: list[str]
) -> None:
    image = PostgresImage(16, find=lambda _: replace(installation, tls=False))
    assert "ssl" not in options(image.launch(context))
    assert "built without TLS" in notes[0]


def test_address_and_port_of_the_client_are_ignored(
    image: PostgresImage, context: LaunchContext
) -> None:
    command = (
        "postgres",
        "-c",
        "listen_addresses=*",
        "--set",
        "port=1",
        "-c",
        "work_mem=8MB",
        "-d2",
    )
    launch = image.launch(replace(context, command=command))
    assert options(launch)["listen_addresses"] == "127.77.0.2"
    assert options(launch)["work_mem"] == "8MB"
    assert launch.command[-1] == "-d2"
    assert "port=1" not in launch.command


def test_an_empty_data_folder_is_initialised_first(
    image: PostgresImage, context: LaunchContext
) -> None:
    volume = context.mounts["/var/lib/postgresql/data"]
    initdb, remove, create = image.launch(context).before
    assert initdb.command[0] == "/opt/bin/initdb"
    assert initdb.command[initdb.command.index("--username") + 1] == "admin"
    password = Path(initdb.command[initdb.command.index("--pwfile") + 1])
    assert password.read_text() == "s3cret-word\n"
    assert password.stat().st_mode & 0o777 == 0o600
    assert remove.command == ("rm", str(password))
    assert create.stdin == b'CREATE DATABASE "cata""log"\n'
    assert volume.stat().st_mode & 0o777 == 0o700
    (volume / "PG_VERSION").touch()
    assert image.launch(context).before == ()


def test_no_password_appears_in_a_command_or_a_representation(
    image: PostgresImage, context: LaunchContext
) -> None:
    launch = image.launch(context)
    assert "s3cret-word" not in repr(launch)


def test_the_database_postgres_is_not_created(image: PostgresImage, context: LaunchContext) -> None:
    settings = {"POSTGRES_PASSWORD": "x"}
    initdb, _ = image.launch(replace(context, environment=settings)).before
    assert initdb.command[initdb.command.index("--username") + 1] == "postgres"


def test_an_empty_data_folder_without_password_is_an_error(
    image: PostgresImage, context: LaunchContext
) -> None:
    with pytest.raises(EmulatorError, match="superuser password is not specified") as raised:
        image.launch(replace(context, environment={}))
    assert "POSTGRES_PASSWORD" in raised.value.remedy


@pytest.mark.parametrize(
    ("major", "environment", "mounted", "inside"),
    [
        (17, {}, "/var/lib/postgresql/data", ""),
        (18, {}, "/var/lib/postgresql", "18/docker"),
        (17, {"PGDATA": "/var/lib/postgresql/data/pg"}, "/var/lib/postgresql/data", "pg"),
    ],
)
def test_the_data_folder_is_that_of_the_official_image(
    installation: PostgresInstallation,
    context: LaunchContext,
    *,
    major: int,
    environment: dict[str, str],
    mounted: str,
    inside: str,
) -> None:
    image = PostgresImage(major, find=lambda _: replace(installation, version=f"{major}.1"))
    volume = context.mounts["/var/lib/postgresql/data"]
    changed = replace(context, environment=ACCESS | environment, mounts={mounted: volume})
    launch = image.launch(changed)
    assert launch.command[launch.command.index("-D") + 1] == str(volume / inside)


def test_without_a_volume_the_data_is_in_the_container_folder(
    image: PostgresImage, context: LaunchContext
) -> None:
    launch = image.launch(replace(context, mounts={}))
    data = launch.command[launch.command.index("-D") + 1]
    assert data == str(context.root / "var/lib/postgresql/data")


def test_another_major_version_than_requested_is_logged(
    installation: PostgresInstallation, context: LaunchContext, notes: list[str]
) -> None:
    PostgresImage(17, find=lambda _: installation).launch(context)
    assert notes == ["PostgreSQL 17 was requested; test is PostgreSQL 16.15"]


def test_the_image_is_present_once_an_installation_is(
    image: PostgresImage, installation: PostgresInstallation
) -> None:
    assert not image.present()
    image.pull()
    assert image.present()
    assert PostgresImage(16, find_local=lambda _: installation).present()


@pytest.mark.parametrize(("tag", "expected"), [("16", True), ("16.8-alpine", True), ("17", False)])
def test_it_has_the_tags_of_its_major_version(tag: str, expected: bool) -> None:
    assert PostgresImage(16).has_tag(tag) is expected


def test_the_port_has_a_default(image: PostgresImage) -> None:
    assert image.port_of({}) == image.port_of({"PGPORT": "x"}) == 5432
    assert image.port_of({"PGPORT": "6000"}) == 6000


def test_majors_are_different_images() -> None:
    assert PostgresImage(16).digest != PostgresImage(17).digest
    assert PostgresImage(16).default_command[-1] == "postgres"
    assert PostgresImage(16).tag == "16"


def test_an_orphaned_server_shuts_itself_down(image: PostgresImage) -> None:
    assert image.orphan_signal == signal.SIGQUIT
    assert image.stop_signal == signal.SIGINT
