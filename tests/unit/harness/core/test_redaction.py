import json
import logging
from urllib.parse import quote, quote_plus

import pytest

from harness.core.redaction import MASK, RedactingFormatter, redact, register_secret

_AWKWARD = 's3cr"et <&/\\ ø'


def test_a_registered_secret_is_masked_everywhere() -> None:
    assert register_secret("hunter2-redaction") == "hunter2-redaction"

    assert redact("xhunter2-redactiony") == f"x{MASK}y"


@pytest.mark.parametrize(
    "form",
    [
        _AWKWARD,
        json.dumps(_AWKWARD)[1:-1],
        json.dumps(_AWKWARD, ensure_ascii=False)[1:-1],
        json.dumps(_AWKWARD, ensure_ascii=False)[1:-1]
        .replace("<", "\\u003c")
        .replace("&", "\\u0026"),
        quote(_AWKWARD, safe=""),
        quote_plus(_AWKWARD),
    ],
)
def test_a_secret_is_masked_in_the_encodings_of_json_and_urls(form: str) -> None:
    register_secret(_AWKWARD)

    assert redact(f"<{form}>") == f"<{MASK}>"


def test_a_secret_that_contains_another_is_masked_whole() -> None:
    register_secret("longish")
    register_secret("longish-and-more")

    assert redact("longish-and-more") == MASK


def test_a_value_too_short_to_be_a_secret_is_not_masked() -> None:
    register_secret("abc")

    assert redact("abc") == "abc"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password=p4ss next", f"password={MASK} next"),
        ("PGPASSWORD: p4ss, next", f"PGPASSWORD: {MASK}, next"),
        ('{"password":"with, a {blank}","x":1}', f'{{"password":"{MASK}","x":1}}'),
        ("{'SecretString': 'p4ss'}", f"{{'SecretString': '{MASK}'}}"),
        (r'"{\"password\":\"p4\\\"ss\",\"x\":1}"', rf'"{{\"password\":\"{MASK}\",\"x\":1}}"'),
        ('password_wo = "p4ss"', f'password_wo = "{MASK}"'),
        ('"password": "cut off', f'"password": "{MASK}"'),
        ("AWS_SECRET_ACCESS_KEY=p4/ss+", f"AWS_SECRET_ACCESS_KEY={MASK}"),
        ('aws_session_token = "p4ss"', f'aws_session_token = "{MASK}"'),
        ("X-Amz-Security-Token: p4ss", f"X-Amz-Security-Token: {MASK}"),
        ("postgresql://user:p4%20ss@host/db", f"postgresql://user:{MASK}@host/db"),
        ("https://:p4ss@host", f"https://:{MASK}@host"),
    ],
)
def test_assignments_and_urls_with_passwords_are_masked(text: str, masked: str) -> None:
    assert redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "password authentication failed for user",
        "password_wo_version: 1",
        "http://127.0.0.1:4566/bucket@x",
        "secret catalog/pr1/database",
    ],
)
def test_other_text_is_unchanged(text: str) -> None:
    assert redact(text) == text


def test_redacting_long_text_is_fast() -> None:
    text = "a" * 100_000 + 'password="' * 10_000

    assert MASK in redact(text)


def test_the_formatter_redacts_log_records() -> None:
    formatter = RedactingFormatter("%(message)s")
    record = logging.makeLogRecord({"msg": "connect postgresql://u:hunter22@h/db"})

    assert formatter.format(record) == f"connect postgresql://u:{MASK}@h/db"
