from typing import Any

import pytest

from stack.api.settings import Settings, SettingsError

ENVIRONMENT = {
    "DB_USERNAME": "catalog_admin",
    "DB_PASSWORD": "s3cr3t",
    "DB_HOST": "db.example",
    "DB_PORT": "5432",
    "DB_NAME": "catalog",
}


def test_the_five_values_of_the_secret_are_sufficient() -> None:
    assert Settings.from_environment(ENVIRONMENT) == Settings(
        db_username="catalog_admin",
        db_password="s3cr3t",
        db_host="db.example",
        db_port=5432,
        db_name="catalog",
        sslmode="require",
        host="0.0.0.0",  # noqa: S104
        port=8080,
        log_level="INFO",
    )


def test_every_setting_can_be_changed() -> None:
    changed = {"PGSSLMODE": "verify-full", "HOST": "127.0.0.9", "PORT": "0", "LOG_LEVEL": "debug"}
    settings = Settings.from_environment(ENVIRONMENT | changed)
    assert (settings.sslmode, settings.host) == ("verify-full", "127.0.0.9")
    assert (settings.port, settings.log_level) == (0, "DEBUG")


@pytest.mark.parametrize("variable", ENVIRONMENT)
@pytest.mark.parametrize("change", ["unset", "empty"])
def test_a_missing_variable_is_named(variable: str, change: str) -> None:
    environment = dict(ENVIRONMENT)
    if change == "unset":
        del environment[variable]
    else:
        environment[variable] = ""
    with pytest.raises(SettingsError, match=rf"^{variable} not set"):
        Settings.from_environment(environment)


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(SettingsError, match="DB_USERNAME, DB_PASSWORD, DB_HOST, DB_PORT, DB_NAME"):
        Settings.from_environment({})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DB_PORT", "0"),
        ("DB_PORT", "65536"),
        ("DB_PORT", "five"),
        ("PORT", "-1"),
        ("PORT", "٣"),
        ("PGSSLMODE", "on"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_an_invalid_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{variable} is "):
        Settings.from_environment(ENVIRONMENT | {variable: value})


@pytest.mark.parametrize("broken", [{"DB_PORT": "x"}, {"DB_HOST": ""}, {"PGSSLMODE": "x"}])
def test_no_error_has_the_password(broken: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(ENVIRONMENT | broken)
    assert "s3cr3t" not in str(caught.value)


def test_the_repr_has_no_password() -> None:
    assert "s3cr3t" not in repr(Settings.from_environment(ENVIRONMENT))
