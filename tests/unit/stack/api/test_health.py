import psycopg

from stack.api.app import create_app
from stack.api.database import Database, ServerStatus
from stack.api.settings import Settings
from tests.unit.stack.api.conftest import call


class FailingDatabase(Database):
    """A database whose query fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__({})
        self.error = error

    async def server_status(self, *, timeout: float) -> ServerStatus:
        raise self.error


def test_not_ready_without_a_database(unreachable: Settings) -> None:
    response = call(create_app(unreachable, task_id="t-1"), "GET", "/readyz")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.json() == {
        "status": "unavailable",
        "task_id": "t-1",
        "reason": "the database has not been reached yet",
    }


def test_the_reason_has_no_names_or_addresses(unreachable: Settings) -> None:
    error = psycopg.OperationalError('10.0.3.4: password authentication failed for user "catalog"')
    app = create_app(unreachable, task_id="t-1", database=FailingDatabase(error))
    response = call(app, "GET", "/readyz")
    assert response.status_code == 503
    assert response.json()["reason"] == "the database rejects the credentials"
    assert "10.0.3.4" not in response.text


def test_the_response_to_an_unexpected_error_has_the_task_id(unreachable: Settings) -> None:
    app = create_app(unreachable, task_id="t-1", database=FailingDatabase(LookupError("bug")))
    response = call(app, "GET", "/readyz", headers={"X-Request-Id": "r-1"})
    assert response.status_code == 500
    assert (response.headers["x-task-id"], response.headers["x-request-id"]) == ("t-1", "r-1")
    assert "bug" not in response.text
