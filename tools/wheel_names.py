"""The names of modules in a wheel: ``catalog_harness.x`` for ``harness.x``."""

import ast
import re
from collections.abc import Iterator, Set

NAME = "catalog_harness"
PACKAGES = {"harness": NAME, "stack": f"{NAME}.stack"}
_FROM = re.compile(r"^( *)from (harness|stack)(?=[. ])", re.MULTILINE)
_IMPORT = re.compile(r"^ *import (?:harness|stack)\b.*$", re.MULTILINE)
_STRING = re.compile(r'(?<=")(harness|stack)((?:\.\w+)+)(?=["`])')
# The first two parts of a name, wherever it is in a string.
_PART = re.compile(r"(?<![\w.-])(?:harness|stack)\.\w+")


def renamed_source(text: str, modules: Set[str]) -> str:
    """Return the source of a module of ``harness`` with the names of a wheel.

    Import statements are changed, and strings that are exactly the name of a module.

    Args:
        modules: The names of all modules and packages of the repository.

    Raises:
        ValueError: ``import harness.x`` would bind a name that the wheel does not have, or a
            longer string, which stays as it is, has the name of a module.
    """
    if found := _IMPORT.search(text):
        raise ValueError(f"{found[0].strip()!r}: use `from ... import ...`")
    text = _FROM.sub(lambda found: f"{found[1]}from {PACKAGES[found[2]]}", text)
    text = _STRING.sub(
        lambda found: f"{PACKAGES[found[1]]}{found[2]}" if found[0] in modules else found[0], text
    )
    for string in _strings(ast.parse(text)):
        if names := modules & set(_PART.findall(string)):
            raise ValueError(f"{string!r}: {min(names)!r} would have no module; use __package__")
    return text


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield the strings of a module, those of an f-string in parts, without docstrings."""
    nodes = list(ast.walk(tree))
    statements = {id(each.value) for each in nodes if isinstance(each, ast.Expr)}
    for each in nodes:
        if not isinstance(each, ast.Constant) or id(each) in statements:
            continue
        if isinstance(each.value, str):
            yield each.value
