"""Read HCL (``*.tf``, ``*.tfvars``) with python-hcl2, into the shape of Terraform JSON.

python-hcl2 takes half a second to start, so it is imported when the first HCL file is read.
"""

import re
from typing import Any

from harness.preflight.configuration.nodes import Traversal
from harness.preflight.configuration.parser import parse_template
from harness.preflight.configuration.strings import unquoted

MISSING = "the extra `hcl` is not installed (pip install 'catalog-harness[hcl]')"
"""Why HCL is not read without python-hcl2."""
_REFERENCE_ARGUMENTS = {"depends_on", "ignore_changes", "replace_triggered_by", "provider"}
_TRAILING_SPACE = re.compile(r"(<<-?(\w+)\n(?:.*?\n)?[ \t]*\2)[ \t]+(?=\n)", re.DOTALL)
_LABELS = {"resource": 2, "data": 2, "ephemeral": 2}


class HclUnavailableError(Exception):
    """python-hcl2 is not installed."""


def parse_hcl(text: str) -> dict[str, Any]:
    """Parse HCL.

    Raises:
        HclUnavailableError: python-hcl2 is not installed.
        ValueError: The text is not HCL, or python-hcl2 does not support it.
    """
    try:
        import hcl2  # noqa: PLC0415 - optional, and slow to import
        from lark.exceptions import LarkError  # noqa: PLC0415
    except ImportError:
        raise HclUnavailableError(MISSING) from None
    options = hcl2.SerializationOptions(
        with_comments=False, explicit_blocks=False, strip_string_quotes=True
    )
    try:
        parsed = hcl2.loads(_normalized(text), serialization_options=options)
    except (LarkError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())[:120] or "not HCL") from error
    return {key: _block(value, _LABELS.get(key, 0)) for key, value in parsed.items()}


def _normalized(text: str) -> str:
    """Return the text with what Terraform accepts and python-hcl2 does not replaced."""
    text = text.replace("\r\n", "\n") + "\n"
    return _TRAILING_SPACE.sub(r"\1", text)


def _block(value: Any, labels: int) -> Any:
    """Return a value in the shape of JSON, references of meta-arguments as plain names."""
    if isinstance(value, list):
        return [_block(item, labels) for item in value]
    if isinstance(value, dict) and labels:
        return {key: _block(item, labels - 1) for key, item in value.items()}
    if isinstance(value, dict):
        return {
            key: _names(item) if key in _REFERENCE_ARGUMENTS else _block(item, 0)
            for key, item in value.items()
        }
    return unquoted(value) if isinstance(value, str) else value


def _names(value: Any) -> Any:
    if isinstance(value, list):
        return [_names(item) for item in value]
    node = parse_template(value) if isinstance(value, str) else None
    return node.text if isinstance(node, Traversal) else value
