"""The structure of harness/ and stack/ that no single module can break.

The order of the layers is a contract of import-linter in pyproject.toml (`tox -e lint`).
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from harness.targets.factory import TARGETS

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "harness"
FOLDERS = {path.parent.name for path in HARNESS.glob("*/__init__.py")}
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for top in ("harness", "stack")
    for path in (ROOT / top).rglob("*.py")
)
TARGET_CLASSES = {kind.__name__ for kind in TARGETS.values()}
MOST_LAYERS, MOST_LOOSE_MODULES, MOST_LINES = 10, 3, 320

Graph = dict[str, set[str]]


@pytest.fixture(scope="module")
def imports() -> Graph:
    """Every import between modules, also those of functions and for type checking alone."""
    graph = grimp.build_graph("harness", "stack", cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def test_no_import_cycle(imports: Graph) -> None:
    TopologicalSorter(imports).prepare()


def test_few_layers_of_folders(imports: Graph) -> None:
    depths: dict[str, int] = {}
    folders = _between_folders(imports)
    for folder in TopologicalSorter(folders).static_order():
        depths[folder] = 1 + max((depths[below] for below in folders[folder]), default=0)

    assert max(depths.values()) <= MOST_LAYERS, depths


def test_few_modules_outside_a_folder() -> None:
    assert len(list(HARNESS.glob("*.py"))) <= MOST_LOOSE_MODULES


@pytest.mark.parametrize("layers", ["mermaid", "table"])
def test_the_architecture_page_shows_the_layers_of_the_contract(layers: str) -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    picture, _, sentences = page.partition("```mermaid")[2].partition("```")
    shown = {
        "mermaid": re.findall(r"^ +(\w+)\[", picture, re.MULTILINE),
        "table": re.findall(r"^\| `(\w+)/` \|", sentences, re.MULTILINE),
    }

    assert shown[layers] == [*_contract_layers(), "stack"]
    assert set(shown[layers]) == FOLDERS | {"stack"}


def test_modules_are_short() -> None:
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in MODULES}

    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_only_targets_depends_on_which_target_it_is() -> None:
    elsewhere = [path for path in MODULES if not path.startswith("harness/targets/")]

    assert [
        f"{path}:{line}"
        for path in elsewhere
        for line in _switches_on_the_target((ROOT / path).read_text())
    ] == []


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(target, AwsTarget)",
        "isinstance(target, (base.EmbeddedTarget, LocalStackTarget))",
        "type(target) is AwsTarget",
        "'aws' == target.name",
        "target.name in ('aws', 'localstack')",
        "target.name == AwsTarget.name",
        "match target.name:\n    case 'aws' | 'embedded': pass",
        "match target:\n    case AwsTarget(): pass",
    ],
)
def test_a_switch_on_the_target_is_found(code: str) -> None:
    assert list(_switches_on_the_target(code))


@pytest.mark.parametrize(
    "code", ["isinstance(group, Target)", "x = 'aws'", "tag == 'aws:x'", "x: AwsTarget"]
)
def test_what_is_no_switch_on_the_target_is_not_found(code: str) -> None:
    assert not list(_switches_on_the_target(code))


def _between_folders(imports: Graph) -> Graph:
    folders: Graph = {}
    for importer, imported in imports.items():
        folder = _folder(importer)
        folders.setdefault(folder, set()).update({_folder(name) for name in imported} - {folder})
    return folders


def _folder(module: str) -> str:
    return ".".join(module.split(".")[: 2 if module.startswith("harness.") else 1])


def _contract_layers() -> list[str]:
    """Return the folders of harness/ in the order of the contract, from the top."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = (
        each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers"
    )
    names = [name for layer in contract["layers"] for name in layer.split(" | ")]
    return [name for name in names if name != "__main__"]


def _switches_on_the_target(code: str) -> Iterator[int]:
    """Yield the line of each comparison with a target's name or class."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            operands: list[ast.AST] = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            operands = list(node.args[1:])
        elif isinstance(node, ast.MatchValue):
            operands = [node.value]
        elif isinstance(node, ast.MatchClass):
            operands = [node.cls]
        else:
            continue
        if any(_names_a_target(each) for operand in operands for each in ast.walk(operand)):
            yield operands[0].lineno  # type: ignore[attr-defined]


def _names_a_target(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return text in TARGETS
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in TARGET_CLASSES
        case _:
            return False
