import psycopg
import pytest

from stack.api.errors import public_reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('FATAL:  password authentication failed for user "x"', "refuses the credentials"),
        ("SSL error: certificate verify failed", "certificate cannot be verified"),
        ('server certificate for "a" does not match host name "b"', "another host name"),
        ("server does not support SSL, but SSL was required", "cannot be encrypted"),
        ('connection to server at "10.0.0.7", port 5432 failed: Connection refused', "refuses"),
        ('FATAL:  database "x" does not exist', "does not know the user or the database"),
        ("FATAL:  the database system is starting up", "is starting"),
        ("FATAL:  the database system is shutting down", "is shutting down"),
        ("failed to resolve host 'db.internal': Name or service not known", "be resolved"),
        ("connection timeout expired", "does not answer in time"),
        ("couldn't get a connection after 2.00 sec", "within the deadline"),
        ("whatever at 10.0.0.7", "OperationalError"),
    ],
)
def test_a_driver_s_error_becomes_a_reason_fit_for_the_public(text: str, reason: str) -> None:
    told = public_reason(psycopg.OperationalError(text))
    assert reason in told
    assert "10.0.0.7" not in told
    assert "internal" not in told
