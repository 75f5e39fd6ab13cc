"""Workflow commands of a job of GitHub Actions.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""


def annotation(level: str, text: str, **properties: object) -> str:
    """Return the line for an annotation; ``level`` is error, warning or notice."""
    named = (f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {','.join(named)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
