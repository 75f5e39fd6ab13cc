"""README, CONTRIBUTING and docs/: their paths, links, commands and imports exist."""

import ast
import configparser
import importlib
import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from harness.cli.main import commands

ROOT = Path(__file__).parents[2]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")} - {ROOT / "docs/rules.md"})
# Programs of others, whose options no test of this repository knows.
OTHER_PROGRAMS = {
    ".", "aws", "cd", "docker", "echo", "eval", "export", "git", "npx", "pip", "pre-commit",
    "python", "sed", "tox", "uv",
}  # fmt: skip

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


@every_page
def test_its_commands_exist_with_their_options(page: Path, pytestconfig: pytest.Config) -> None:
    """Each line of a console block, as its program would read it, without running it."""
    blocks = re.findall(r"^ *```console\n(.*?)```", page.read_text(), re.DOTALL | re.MULTILINE)
    lines = [
        line.strip()[2:] for block in blocks for line in block.splitlines() if "$ " in line[:6]
    ]
    for line in lines:
        for words in commands_of(line):
            check_command(words, pytestconfig)


@every_page
def test_its_recipes_for_ci_are_yaml_whose_commands_exist(
    page: Path, pytestconfig: pytest.Config
) -> None:
    for block in re.findall(r"^```yaml\n(.*?)```", page.read_text(), re.DOTALL | re.MULTILINE):
        assert yaml.safe_load(block)
        for line in re.findall(r"^(?:- |  )*(?:run: )?(catalog-harness .*|image=.*)$", block, re.M):
            for words in commands_of(line):
                check_command(words, pytestconfig)


@pytest.mark.parametrize("page", ["own-tests.md", "own-check.md"])
def test_its_examples_are_those_that_run(page: str) -> None:
    """``tox -e examples`` runs the same functions and classes."""
    definitions = [
        node
        for example in re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.S)
        for node in ast.parse(example).body
        if not isinstance(node, ast.ImportFrom | ast.Import)
    ]
    run = {
        ast.dump(node)
        for path in ROOT.glob("examples/*/*.py")
        for node in ast.parse(path.read_text()).body
    }

    assert definitions
    assert [ast.unparse(node) for node in definitions if ast.dump(node) not in run] == []


def test_its_messages_are_real() -> None:
    """Each part of a message between ``...`` is in a string of the harness."""
    of_others = {"CannotPullContainerError", "Could not retrieve the list of available versions"}
    strings = "".join(
        str(node.value)
        for path in ROOT.glob("harness/**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
    )
    page = (ROOT / "docs/troubleshooting.md").read_text()
    messages = set(re.findall(r"^\| `(.+?)` \|", page, re.MULTILINE)) - of_others

    assert len(messages) > 20
    inserted = r"\.\.\.|\b(?:apply|deployed)\b"  # verbs and states, from variables
    parts = {part.strip(" :") for message in messages for part in re.split(inserted, message)}
    assert [part for part in sorted(parts) if part not in strings] == []


def commands_of(line: str) -> Iterator[list[str]]:
    """Yield the commands of a shell line, without variables, redirections and a comment."""
    line = re.sub(r"\w+=\$\((.*?)\)", r"\1", line)  # image=$(...)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if re.fullmatch(r"[;&|]+", word):
            if words:
                yield words
            words = []
        elif words or not re.fullmatch(r"\w+=.*", word):
            words.append(word)


def check_command(words: list[str], pytestconfig: pytest.Config) -> None:
    program, arguments = words[0].rpartition("/")[2], words[1:]
    arguments = arguments[: arguments.index(">")] if ">" in arguments else arguments
    if program == "catalog-harness":
        check_command_line(arguments)
    elif program == "pytest":
        options = [each for each in arguments if each != "--help"]  # pytest 8 would show it
        _, unknown = pytestconfig._parser.parse_known_and_unknown_args(options)
        assert unknown == [], words
        paths = [each for each in arguments if "/" in each]
        assert all((ROOT / each).exists() for each in paths), words
    elif program.startswith("python") and arguments[:1] == ["-m"]:
        assert importlib.util.find_spec(arguments[1]) is not None, words
    else:
        assert program in OTHER_PROGRAMS, words


def check_command_line(arguments: list[str]) -> None:
    """Parse arguments as ``catalog-harness`` does; an unknown option or command raises."""
    context = click.Context(commands)
    given = [each for each in arguments if each != "-v"]
    if given == ["--help"]:
        return
    command = commands.get_command(context, given[0]) if given else None
    while isinstance(command, click.Group) and len(given) > 1 and given[1][:1] != "-":
        given = given[1:]
        command = command.get_command(context, given[0])
    assert command is not None, arguments
    if "--help" not in given:
        command.make_parser(click.Context(command)).parse_args(given[1:])


@pytest.mark.parametrize(
    "line",
    [
        "catalog-harness walk",
        "catalog-harness run --fast",
        "frobnicate",
        "python -m no_such_module",
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str, pytestconfig: pytest.Config) -> None:
    (words,) = commands_of(line)

    with pytest.raises((AssertionError, click.ClickException)):
        check_command(words, pytestconfig)


@every_page
def test_its_examples_import_from_one_level_at_most(page: Path) -> None:
    examples = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    imports = [
        node
        for example in examples
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.ImportFrom)
    ]

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


def test_the_pages_of_the_api_have_every_public_name() -> None:
    stub = ast.parse((ROOT / "harness/__init__.pyi").read_text())
    public = {name.name for node in stub.body for name in getattr(node, "names", ())}
    pages = (ROOT / "docs/api.md").read_text() + (ROOT / "docs/fixtures.md").read_text()
    shown = {name.rpartition(".")[2] for name in re.findall(r"^::: (\S+)$", pages, re.MULTILINE)}

    # StackConfig is shown as StackFields.
    assert public - shown == {"CATALOG", "StackConfig"}
