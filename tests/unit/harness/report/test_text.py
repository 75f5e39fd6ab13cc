import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.redaction import MASK
from harness.report.text import duration, one_line, redacted, shortened, visible


@given(st.text())
def test_nothing_that_a_terminal_would_obey_stays_in_a_text(text: str) -> None:
    assert all(character == "\n" or character.isprintable() for character in visible(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("caf\u00e9 \u2713", "caf\u00e9 \u2713"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[2Jgone\x07", "\\x1b[2Jgone\\x07"),
        ("left \u202eright", "left \\u202eright"),
        ("lone \ud800", "lone \\ud800"),
        ("one\r\ntwo", "one\ntwo"),
        ("a\tb", "a   b"),
    ],
)
def test_a_text_shows_its_control_characters(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_a_secret_cannot_hide_behind_colours(secret: str) -> None:
    assert visible(f"it is {secret[:4]}\x1b[0m{secret[4:]}") == f"it is {MASK}"


def test_one_line_has_no_line_breaks() -> None:
    assert one_line(" a\n  b\tc ") == "a b c"


def test_a_long_text_ends_with_the_number_of_characters_left_out() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 4) == "abcd ... (3 more characters)"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (59.4, "59.4 s"), (59.6, "1 min 00 s"), (185.2, "3 min 05 s")],
)
def test_durations_read_as_seconds_then_minutes(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_redaction_reaches_every_text_of_a_value_and_changes_nothing_else(secret: str) -> None:
    value = (secret, {secret: ([f"saw {secret}"], 3, None)})

    assert redacted(value) == [MASK, {MASK: [[f"saw {MASK}"], 3, None]}]
