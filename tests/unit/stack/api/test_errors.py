import psycopg
import pytest

from stack.api.errors import public_reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('FATAL:  password authentication failed for user "x"', "rejects the credentials"),
        ("SSL error: certificate verify failed", "certificate cannot be verified"),
        ('server certificate for "a" does not match host name "b"', "another host name"),
        ("server does not support SSL, but SSL was required", "cannot be encrypted"),
        ('connection to server at "10.0.0.7", port 5432 failed: Connection refused', "refuses"),
        ('FATAL:  database "x" does not exist', "the user or the database does not exist"),
        ("FATAL:  the database system is starting up", "is starting"),
        ("FATAL:  the database system is shutting down", "is shutting down"),
        ("failed to resolve host 'db.internal': Name or service not known", "be resolved"),
        ("connection timeout expired", "does not respond in time"),
        ("couldn't get a connection after 2.00 sec", "within the deadline"),
        ("whatever at 10.0.0.7", "OperationalError"),
    ],
)
def test_the_public_reason_of_a_driver_error_has_no_names_or_addresses(
    text: str, reason: str
) -> None:
    reason_given = public_reason(psycopg.OperationalError(text))
    assert reason in reason_given
    assert "10.0.0.7" not in reason_given
    assert "internal" not in reason_given
