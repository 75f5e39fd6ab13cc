"""Keeps secrets out of everything that the harness prints, logs or writes."""

import re
import threading

__all__ = ["MASK", "redact", "register_secret"]

MASK = "********"
_SHORTEST_SECRET = 4
_PATTERNS = (
    re.compile(
        r"(?i)(\"?(?:password|secret_string|secretstring|auth_token)\"?\s*[:=]\s*\"?)"
        r"([^\s\",;}{]+)"
    ),
    re.compile(r"(?i)(postgres(?:ql)?://[^:/@\s]+:)([^@\s]+)(?=@)"),
)
_secrets: set[str] = set()
_lock = threading.Lock()


def register_secret(value: str) -> str:
    """Remember a secret of this process so that ``redact`` masks it; returns it unchanged."""
    if len(value) >= _SHORTEST_SECRET:
        with _lock:
            _secrets.add(value)
    return value


def redact(text: str) -> str:
    """Mask registered secrets, and what looks like a password assignment or URL, in a text."""
    with _lock:
        known = sorted(_secrets, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text
