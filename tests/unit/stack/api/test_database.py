import pytest

from stack.api.database import connection_parameters
from stack.api.settings import Settings


class TestConnectionParameters:
    def test_they_are_the_settings(self, unreachable: Settings) -> None:
        parameters = connection_parameters(unreachable, "t-1")
        expected = {"host": "127.0.0.1", "port": 1, "user": "catalog", "dbname": "catalog"}
        assert expected.items() <= parameters.items()
        assert parameters["sslmode"] == "require"
        assert parameters["application_name"] == "catalog-api t-1"

    def test_a_long_task_id_is_truncated_to_the_limit_of_postgresql(
        self, unreachable: Settings
    ) -> None:
        assert len(str(connection_parameters(unreachable, "t" * 99)["application_name"])) == 63

    def test_variables_of_libpq_are_not_overridden(
        self, unreachable: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert connection_parameters(unreachable, "t")["connect_timeout"] == 10
        monkeypatch.setenv("PGCONNECT_TIMEOUT", "3")
        parameters = connection_parameters(unreachable, "t")
        assert not {"connect_timeout", "hostaddr", "sslrootcert"} & parameters.keys()
