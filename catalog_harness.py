"""The import name of a wheel, for a clone: ``catalog_harness.x`` is the module ``harness.x``.

An editable install has this module; a wheel has the package itself under this name
(docs/decisions/0017-one-import-name.md).
"""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import harness

if TYPE_CHECKING:
    from harness import *  # noqa: F403

_PREFIX = f"{__name__}."


class _Alias(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        """Return a specification for each module below this name."""
        return ModuleSpec(fullname, self) if fullname.startswith(_PREFIX) else None

    def exec_module(self, module: ModuleType) -> None:
        """Replace the module by the one of the clone."""
        name = module.__name__.removeprefix(_PREFIX)
        real = name if name.partition(".")[0] == "stack" else f"harness.{name}"
        sys.modules[module.__name__] = importlib.import_module(real)


sys.meta_path.insert(0, _Alias())
sys.modules[__name__] = harness
