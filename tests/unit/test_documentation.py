"""README, CONTRIBUTING and docs/: their paths, links, commands and imports exist."""

import ast
import configparser
import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")} - {ROOT / "docs/rules.md"})
README = (ROOT / "README.md").read_text()

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@every_page
def test_its_paths_exist(page: Path) -> None:
    """Placeholders (``<service>``, ``{suffix}``) are no paths."""
    paths = re.findall(r"`((?:\.ci|\.github|docs|harness|stack|tests)/[\w./-]*)`", page.read_text())

    assert [path for path in paths if not (ROOT / path).exists()] == []


@every_page
def test_its_links_lead_to_files_and_headings(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text())
    missing = [path for path, _ in links if not (page.parent / path).exists()]
    headings = {
        re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")
        for text in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    }

    assert missing == []
    assert {anchor for path, anchor in links if anchor and not path} <= headings


@every_page
def test_its_environments_of_tox_exist(page: Path) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    named = re.findall(r"\btox -e ([\w,]+)", page.read_text())
    environments = {f"testenv:{name}" for names in named for name in names.split(",")}
    each_python = {"testenv:py311", "testenv:py312", "testenv:py313"}

    assert "testenv:py3{11,12,13}" in tox
    assert environments <= {*tox.sections(), *each_python}


def test_the_examples_of_the_readme_import_from_one_level_at_most() -> None:
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    imports = [
        node
        for example in examples
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.ImportFrom)
    ]

    assert imports
    for node in imports:
        module = node.module or ""
        assert module.count(".") <= 1, module
        assert {name.name for name in node.names} <= set(dir(importlib.import_module(module)))


def test_changelog_fragments_have_a_type() -> None:
    """Towncrier passes over a file whose name it does not recognize."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["towncrier"]
    names = [path.name for path in (ROOT / settings["directory"]).iterdir()]
    pattern = r"(\d+|\+[\w-]+)\.(feature|bugfix|doc|removal|misc)(\.\d+)?\.md"

    assert [name for name in names if not re.fullmatch(pattern, name)] == [".gitignore"]
