"""Masks secrets in everything that the harness prints, logs or writes."""

import json
import logging
import re
import threading
from urllib.parse import quote, quote_plus

MASK = "********"
_SHORTEST_SECRET = 4
# A name, an assignment, and the value: quoted, possibly within a quoted text, or one bare word.
_ASSIGNMENT = re.compile(
    r"""(?ix)
    (
        (?: password | passwd | secret_?string | auth_?token | secret_?(?:access_?)?key
          | session_?token | security-token )
        (?:_wo)? (?: \\* ["'] )? \s* [:=] \s*
    )
    (?:
        (?P<open> \\* ["'] ) .*? (?: (?<!\\) (?P=open) | $ )
      | [^\s"',;}{\\]+
    )
    """,
    re.MULTILINE,
)
# Texts without any of these, nearly all, need no search with the expression, which is slow.
_IN_ASSIGNMENTS = ("passw", "secret", "token")
_URL = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^:/@\s]*:)[^@\s/]+(?=@)")

_secrets: tuple[str, ...] = ()
_lock = threading.Lock()


def register_secret(value: str) -> str:
    """Register a secret of this process for ``redact``, and return it unchanged.

    Its encodings in JSON and in URLs are masked as well. Values of fewer than four characters
    are not registered: they occur in any text.
    """
    global _secrets  # noqa: PLW0603 - one set for the whole process is the point
    if len(value) >= _SHORTEST_SECRET:
        with _lock:
            known = {*_secrets, *_forms(value)}
            _secrets = tuple(sorted(known, key=lambda secret: (-len(secret), secret)))
    return value


def redact(text: str) -> str:
    """Mask the registered secrets, assignments to password-like names and passwords in URLs."""
    for secret in _secrets:
        text = text.replace(secret, MASK)
    lower = text.lower()
    if any(part in lower for part in _IN_ASSIGNMENTS):
        text = _ASSIGNMENT.sub(_masked, text)
    return _URL.sub(rf"\1{MASK}", text) if "://" in text else text


def _masked(found: re.Match[str]) -> str:
    mark = found["open"] or ""
    return f"{found[1]}{mark}{MASK}{mark}"


def _forms(value: str) -> set[str]:
    plain = json.dumps(value, ensure_ascii=False)[1:-1]
    ascii_only = json.dumps(value)[1:-1]
    # Go's encoder, which Terraform uses, escapes these three as well.
    go = plain
    for character in "<>&":
        go = go.replace(character, f"\\u{ord(character):04x}")
    twice = json.dumps(plain)[1:-1]
    return {value, plain, ascii_only, go, twice, quote(value, safe=""), quote_plus(value)}


class RedactingFormatter(logging.Formatter):
    """Formats log records, tracebacks included, and redacts them."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        return redact(super().format(record))


def log_to_standard_error(level: int | str) -> None:
    """Log from a level on to standard error, redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
