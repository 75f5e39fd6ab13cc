import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import UsageError
from harness.emulator.container_engine.image import LaunchContext, image_digest
from harness.emulator.container_engine.image_references import ImageRegistry
from harness.emulator.container_engine.process_image import (
    ProcessImage,
    catalog_api,
    process_images,
)

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
    return catalog_api().launch(replace(context, **changes)).environment


def test_it_runs_the_api_of_this_installation_on_its_own_address(context: LaunchContext) -> None:
    launch = catalog_api().launch(context)
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
    assert catalog_api().port_of({"PORT": text}) == port


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("latest", True), ("1.2.3", True), ("v2", True), ("1.0-rc1", True), ("no-such-tag", False)],
)
def test_it_has_version_tags(tag: str, expected: bool) -> None:
    assert catalog_api().has_tag(tag) is expected


def test_it_is_always_present_and_always_the_same() -> None:
    image = catalog_api()
    image.pull()
    assert image.present()
    assert image.digest == catalog_api().digest
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
    assert catalog_api().launch(replace(context, command=given)).command == expected


def image(**fields: Any) -> ProcessImage:
    return ProcessImage("team/app", **{"command": "run --bind {host}:{port}", **fields})


class TestOther:
    def test_address_and_port_are_in_its_command_and_variables(
        self, context: LaunchContext
    ) -> None:
        launch = image(port=9000).launch(context)

        assert launch.command == ("run", "--bind", "127.77.0.5:9000")
        assert (launch.environment["HOST"], launch.environment["PORT"]) == ("127.77.0.5", "9000")

    def test_the_port_of_the_container_takes_precedence(self, context: LaunchContext) -> None:
        launch = image(port=9000).launch(replace(context, environment={"PORT": "80"}))

        assert launch.command == ("run", "--bind", "127.77.0.5:80")

    def test_one_without_a_port_has_no_variable_for_it(self, context: LaunchContext) -> None:
        assert "PORT" not in image(command="run {host}").launch(context).environment

    def test_a_command_with_a_port_that_is_not_known_is_an_error(
        self, context: LaunchContext
    ) -> None:
        with pytest.raises(UsageError, match=r"team/app: its command has \{port\}") as raised:
            image().launch(context)

        assert "table in pyproject.toml" in raised.value.remedy

    @pytest.mark.parametrize(
        ("given", "host"),
        [("0.0.0.0", "127.77.0.5"), ("::", "127.77.0.5"), ("db", "db")],  # noqa: S104
    )
    def test_only_an_address_to_listen_on_is_replaced(
        self, context: LaunchContext, given: str, host: str
    ) -> None:
        launch = image(port=1).launch(replace(context, environment={"HOST": given}))

        assert launch.environment["HOST"] == host

    def test_it_has_its_directory_and_variables_but_those_of_the_task_take_precedence(
        self, context: LaunchContext, tmp_path: Path
    ) -> None:
        own = image(
            port=1, directory=str(tmp_path / "app"), environment={"LEVEL": "info", "MODE": "dev"}
        )
        launch = own.launch(replace(context, environment={"MODE": "test"}))

        assert launch.directory == tmp_path / "app"
        assert (launch.environment["LEVEL"], launch.environment["MODE"]) == ("info", "test")

    def test_its_python_is_that_on_path(self, context: LaunchContext) -> None:
        assert image(command="python -m app").launch(context).command == ("python", "-m", "app")

    @pytest.mark.parametrize(
        "text", [HOST, f"postgresql://u:p@{HOST}:5432/db", f'{{"host":"{HOST}"}}']
    )
    def test_it_finds_the_database_by_a_name_in_any_variable(
        self, context: LaunchContext, text: str
    ) -> None:
        launch = image(port=1).launch(replace(context, environment={"CONFIGURATION": text}))

        assert launch.environment["PGHOSTADDR"] == "127.77.0.2"

    def test_with_two_databases_no_address_is_set(self, context: LaunchContext) -> None:
        found = {HOST: "127.77.0.2", "other.example": "127.77.0.3"}
        both = replace(context, environment={"A": HOST, "B": "other.example"}, resolve=found.get)

        assert "PGHOSTADDR" not in image(port=1).launch(both).environment


def configured(folder: Path, *assignments: str, table: str = "") -> dict[str, ProcessImage]:
    if table:
        (folder / "pyproject.toml").write_text(f"[tool.catalog-harness.process-images]\n{table}")
    found = [ProcessImage(**fields) for fields in process_images(assignments, folder)]
    return {each.repository: each for each in found}


class TestConfigured:
    def test_an_option_is_a_name_and_a_command(self, tmp_path: Path) -> None:
        found = configured(tmp_path, "registry:5000/team/app=python -m app --name 'a = b'")

        image = found["registry:5000/team/app"]
        assert image.default_command == ("python", "-m", "app", "--name", "a = b")
        assert image.directory == str(tmp_path)

    def test_the_table_has_all_fields(self, tmp_path: Path) -> None:
        (tmp_path / "src").mkdir()
        table = (
            '"team/app" = { command = "run", directory = "src", port = 9000, ready = "/up", '
            'environment = { LEVEL = "info" } }'
        )

        image = configured(tmp_path, table=table)["team/app"]

        assert (image.directory, image.port, image.ready) == (str(tmp_path / "src"), 9000, "/up")
        assert image.environment == {"LEVEL": "info"}

    def test_the_table_of_a_parent_is_read_and_its_directory_is_relative_to_it(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "deeper").mkdir()
        configured(tmp_path, table='app = { command = "run" }')

        assert configured(tmp_path / "deeper")["app"].directory == str(tmp_path)

    def test_an_option_takes_precedence_over_the_table(self, tmp_path: Path) -> None:
        found = configured(tmp_path, "app=new", table='app = { command = "old", port = 1 }')

        assert (found["app"].command, found["app"].port) == ("new", 0)

    @pytest.mark.parametrize(
        ("name", "tag", "has"),
        [
            ("app", "anything", True),
            ("app", "sha256:12", True),
            ("app:1.2", "1.2", True),
            ("app:1.2", "1x2", False),
            ("app:1.2", "latest", False),
            ("app@sha256:12", "sha256:12", True),
            ("app@sha256:12", "sha256:13", False),
        ],
    )
    def test_it_has_every_tag_or_that_of_its_name(
        self, tmp_path: Path, name: str, tag: str, has: bool
    ) -> None:
        assert configured(tmp_path, f"{name}=run")["app"].has_tag(tag) is has

    @pytest.mark.parametrize(
        ("assignment", "message"),
        [
            ("app", "--process-image 'app': a name and a command"),
            ("app=", "--process-image 'app=': a name and a command"),
            ("=run", "--process-image '=run': a name and a command"),
            ("app=run 'x", "No closing quotation"),
        ],
    )
    def test_an_invalid_option_is_a_usage_error(
        self, tmp_path: Path, assignment: str, message: str
    ) -> None:
        with pytest.raises(UsageError, match=message) as raised:
            configured(tmp_path, assignment)

        assert "myorg/app='python -m app" in raised.value.remedy

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ("app = 1", "process image 'app'"),
            ("app = { port = 1 }", "missing fields: command"),
            ("app = { command = 'run', prot = 1 }", "unknown fields: prot"),
            ("app = { command = ['run'] }", "command is a list"),
            ("app = { command = 'run', port = '1' }", "port is a str"),
            ("app = { command = 'run', environment = { A = 1 } }", "environment is a dict"),
            ("app = { command = 'run', directory = 'none' }", "none does not exist"),
            ("app = {", "cannot be read"),
        ],
    )
    def test_an_invalid_table_is_a_usage_error_with_its_file(
        self, tmp_path: Path, table: str, message: str
    ) -> None:
        with pytest.raises(UsageError, match=rf"pyproject\.toml: .*{message}"):
            configured(tmp_path, table=table)

    def test_an_unknown_image_is_an_error_that_names_the_option(self) -> None:
        with pytest.raises(Exception, match="--process-image 'team/other=COMMAND'"):
            ImageRegistry((image(),)).remote("team/other:1")

    def test_a_digest_is_one_of_every_tag(self) -> None:
        registry = ImageRegistry((image(),))

        assert registry.remote("team/app@sha256:ab") is registry.images[0]
