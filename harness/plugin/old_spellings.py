"""The spellings without the prefix "catalog", for one version, each with a warning.

Only those that no other plugin and no conftest of the session has taken: their meaning comes
first. The option ``--target`` is ``--catalog-target``, ini ``harness_target`` is
``catalog_target``, the marker ``requires`` is ``catalog_requires``, the fixture ``alb`` is
``catalog_alb``.
"""

from collections.abc import Generator
from types import ModuleType

import pytest

from harness.plugin.fixtures import SHORT_NAMES
from harness.plugin.loader import uses_stack
from harness.plugin.short_names import short_fixture
from harness.settings.options import OPTIONS

_FLAGS = {f"--{option.name}": f"--{option.pytest_name}" for option in OPTIONS}
_MARKERS = ("requires", "exclusive")
_ours = pytest.StashKey[list[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    """Replace old options and ini values, once plugins and conftests have declared theirs."""
    yield
    if any(_flag(argument) in _FLAGS for argument in args):
        _, unknown = parser.parse_known_and_unknown_args(args)
        for index, argument in enumerate(args):
            if argument in unknown and (flag := _flag(argument)) in _FLAGS:
                args[index] = argument.replace(flag, _FLAGS[flag], 1)
                _warn(early_config, f"option {flag}", _FLAGS[flag])
    file = early_config.inipath.read_text(encoding="utf-8") if early_config.inipath else ""
    for option in OPTIONS:
        if f"harness_{option.field}" in " ".join((file, *args)):
            _replace_ini_value(early_config, parser, f"harness_{option.field}", option.ini)


def _flag(argument: str) -> str:
    return argument.partition("=")[0]


def _replace_ini_value(config: pytest.Config, parser: pytest.Parser, old: str, new: str) -> None:
    try:
        config.getini(old)
    except ValueError:  # no other plugin has declared it
        parser.addini(old, f"deprecated: use {new}", default="")
        if value := config.getini(old):
            parser.addini(new, f"replaces {old}", default=value)
            _warn(config, f"ini value {old}", new)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Declare the old markers that no other plugin and no conftest has declared."""
    lines = config.getini("markers")
    declared = {line.partition(":")[0].partition("(")[0].strip() for line in lines}
    config.stash[_ours] = [name for name in _MARKERS if name not in declared]
    for name in config.stash[_ours]:
        config.addinivalue_line("markers", f"{name}: deprecated: use catalog_{name}")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Register the short names of fixtures that no other plugin and no conftest has taken."""
    plugin = ModuleType("catalog-harness-old-names")
    for name in SHORT_NAMES:
        if not session._fixturemanager.getfixturedefs(name, session):
            warning = _message(f"fixture {name}", f"catalog_{name}")
            setattr(plugin, name, short_fixture(name, warning=warning))
    session.config.pluginmanager.register(plugin, plugin.__name__)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the new markers to tests of the stack that have the old ones."""
    for name in config.stash[_ours]:
        marked = [item for item in items if uses_stack(item) and item.get_closest_marker(name)]
        for item in marked:
            arguments = [argument for mark in item.iter_markers(name) for argument in mark.args]
            item.add_marker(getattr(pytest.mark, f"catalog_{name}")(*arguments))
        if marked:
            _warn(config, f"marker {name}", f"catalog_{name}")


def _message(old: str, new: str) -> str:
    return f"catalog-harness: {old} is deprecated and will be removed: use {new}"


def _warn(config: pytest.Config, old: str, new: str) -> None:
    warning = pytest.PytestDeprecationWarning(_message(old, new))
    config.issue_config_time_warning(warning, stacklevel=2)
