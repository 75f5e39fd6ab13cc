import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.emulator.container_engine.catalog_image import CatalogApiImage
from harness.emulator.container_engine.image import LaunchContext, image_digest

HOST = "catalog.cluster-1.eu-north-1.rds.amazonaws.com"


@pytest.fixture
def context(tmp_path: Path) -> LaunchContext:
    return LaunchContext(
        address="127.77.0.5",
        host_name="0123456789ab",
        environment={"DB_HOST": HOST},
        command=(),
        root=tmp_path,
        mounts={},
        shared_folder=tmp_path,
        account=None,
        resolve={HOST: "127.77.0.2"}.get,
        ca_file=tmp_path / "ca.pem",
        note=lambda _: None,
    )


def environment(context: LaunchContext, **changes: Any) -> Mapping[str, str]:
    return CatalogApiImage().launch(replace(context, **changes)).environment


def test_it_runs_the_api_of_this_installation_on_its_own_address(context: LaunchContext) -> None:
    launch = CatalogApiImage().launch(context)
    assert launch.command == (sys.executable, "-m", "stack.api")
    assert launch.environment["HOST"] == "127.77.0.5"
    assert launch.environment["PORT"] == "8080"
    assert launch.environment["HOSTNAME"] == "0123456789ab"
    assert launch.directory == context.root


def test_it_finds_the_database_and_verifies_its_certificate(context: LaunchContext) -> None:
    found = environment(context)
    assert found["PGHOSTADDR"] == "127.77.0.2"
    assert found["PGSSLMODE"] == "verify-full"
    assert found["PGSSLROOTCERT"] == str(context.ca_file)
    assert found["DB_HOST"] == HOST


def test_without_an_authority_the_certificate_is_not_verified(context: LaunchContext) -> None:
    found = environment(context, ca_file=None)
    assert found["PGHOSTADDR"] == "127.77.0.2"
    assert "PGSSLMODE" not in found


@pytest.mark.parametrize("settings", [{}, {"DB_HOST": "elsewhere.example"}])
def test_an_external_database_is_resolved_by_the_system(
    context: LaunchContext, settings: Mapping[str, str]
) -> None:
    assert "PGHOSTADDR" not in environment(context, environment=settings)


def test_variables_of_the_task_definition_take_precedence(context: LaunchContext) -> None:
    settings = {"DB_HOST": HOST, "PGSSLMODE": "require"}
    assert environment(context, environment=settings)["PGSSLMODE"] == "require"


def test_the_environment_of_the_user_is_not_inherited(
    context: LaunchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the user")
    monkeypatch.setenv("PATH", "/usr/bin")
    found = environment(context)
    assert "AWS_SECRET_ACCESS_KEY" not in found
    assert found["PATH"] == "/usr/bin"
    assert found["HOME"] == str(context.root)


@pytest.mark.parametrize(("text", "port"), [("9000", 9000), ("", 8080), ("nonsense", 8080)])
def test_the_port_is_that_of_the_task_definition(text: str, port: int) -> None:
    assert CatalogApiImage().port({"PORT": text}) == port


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("latest", True), ("1.2.3", True), ("v2", True), ("1.0-rc1", True), ("no-such-tag", False)],
)
def test_it_has_version_tags(tag: str, expected: bool) -> None:
    assert CatalogApiImage().has_tag(tag) is expected


def test_it_is_always_present_and_always_the_same() -> None:
    image = CatalogApiImage()
    image.pull()
    assert image.present()
    assert image.digest == CatalogApiImage().digest
    assert image.digest != image_digest(image.repository, "another version")
    assert image.default_command == ("python", "-m", "stack.api")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("python", "-m", "other"), (sys.executable, "-m", "other")),
        (("/usr/local/bin/python3", "-V"), (sys.executable, "-V")),
        (("sleep", "60"), ("sleep", "60")),
    ],
)
def test_the_command_of_the_client_replaces_that_of_the_image(
    context: LaunchContext, given: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert CatalogApiImage().launch(replace(context, command=given)).command == expected
