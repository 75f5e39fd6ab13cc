"""Loads the harness's part of a pytest session when a test needs it, and not before."""

import os
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from harness.plugin import fixtures
from harness.plugin.session_folder import SessionFolder

if TYPE_CHECKING:
    from harness.plugin.session import HarnessSession

_WORKER_INPUT = "catalog_harness"
_STACK_FIXTURES = ("catalog_deployment", "catalog_target")


class SessionLoader:
    """Decides whether a process of a pytest session needs the harness.

    It does if a collected test uses a fixture of the stack or has the marker ``catalog_requires``.
    The controlling process of pytest-xdist collects no tests: there a worker decides.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._given: dict[str, str] = getattr(config, "workerinput", {}).get(_WORKER_INPUT, {})
        self._folder = SessionFolder(self._given.get("folder"))
        self._loaded: HarnessSession | None = None

    def load(self) -> "HarnessSession":
        """Return the harness's part of the session, loaded on the first call."""
        if self._loaded is None:
            from harness.plugin.session import HarnessSession  # noqa: PLC0415 -- on first use

            self._folder.create()
            owner = int(self._given.get("owner_pid", os.getpid()))
            self._loaded = HarnessSession(self._config, self._folder, owner)
            self._config.pluginmanager.register(self._loaded, "catalog-harness-session")
        return self._loaded

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Load the harness if a collected test needs it, before pytest-xdist reports the tests."""
        if session.config.option.collectonly:
            return
        needing = [
            item
            for item in session.items
            if uses_stack(item) or item.get_closest_marker("catalog_requires") is not None
        ]
        if needing:
            self.load().begin(needing)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker of pytest-xdist the values that all processes share."""
        node.workerinput[_WORKER_INPUT] = {
            "folder": str(self._folder.path),
            "owner_pid": str(os.getpid()),
        }

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Load the harness in the controlling process once a worker needs it."""
        if self._loaded is None and self._folder.exists:
            self.load().begin([])

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Tear the stack down after the last worker, whatever another plugin raises.

        The innermost wrapper: pytest's terminal reporter, another wrapper, writes its summary
        afterwards.
        """
        try:
            return (yield)
        finally:
            self._finish(session)

    def _finish(self, session: pytest.Session | None) -> None:
        if hasattr(self._config, "workerinput"):
            return
        if self._folder.exists or self._loaded is not None:
            self.load().finish(session)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Tear the stack down if pytest never finished the session; end the harness's part."""
        try:
            self._finish(None)
        finally:
            if self._loaded is not None:
                self._loaded.close()
            if not self._given:
                self._folder.remove()


def uses_stack(item: pytest.Item) -> bool:
    """Whether a test uses a fixture of the stack."""
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return any(_reaches_own(name, definitions.get(name, ())) for name in _STACK_FIXTURES)


def _reaches_own(name: str, definitions: Sequence[Any]) -> bool:
    """Whether the harness's fixture is in use: a fixture that overrides it may request it."""
    for definition in reversed(definitions):
        if definition.func.__module__ == fixtures.__name__:
            return True
        if name not in definition.argnames:
            return False
    return False
