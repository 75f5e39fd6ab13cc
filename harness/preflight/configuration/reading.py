"""Find and read configurations: a file, the folder of a root module, or several root modules."""

import json
import os
from pathlib import Path
from typing import Any

from harness.preflight.configuration.block import PreflightInputError, type_name
from harness.preflight.configuration.configuration import Configuration
from harness.preflight.configuration.documents import parse_json
from harness.preflight.configuration.module import build_module
from harness.preflight.configuration.plan import build_plan, is_plan

MAX_BYTES = 32 * 1024 * 1024
"""Maximum size of a file; a synthesized stack has about 50 KB."""

_REMEDY = "a *.tf.json file, a folder of them, or the output of `terraform show -json PLAN`"


def read_configurations(path: Path) -> list[Configuration]:
    """Read the configurations at a path.

    Args:
        path: A Terraform JSON file; a plan as printed by ``terraform show -json``; the folder
            of a root module; or a folder with root modules below it (``cdktf.out``), each of
            which becomes a configuration.

    Raises:
        PreflightInputError: The path contains no readable Terraform JSON.
    """
    if not path.is_dir():
        return [_read_file(path)]
    folders = _root_modules(path)
    if not folders:
        raise PreflightInputError(f"{path}: no *.tf.json file in this folder", remedy=_REMEDY)
    return [_read_folder(folder) for folder in folders]


def configuration_of(document: Any, *, label: str = "configuration") -> Configuration:
    """Return the configuration of parsed Terraform JSON, or of a parsed plan.

    Raises:
        PreflightInputError: The document is neither.
    """
    if isinstance(document, list):
        return build_module({label: document}, label=label)
    if not isinstance(document, dict):
        found = type_name(document)
        raise PreflightInputError(f"{label}: expected an object, found {found}", remedy=_REMEDY)
    if is_plan(document):
        return build_plan(document, label=label)
    return build_module({label: document}, label=label)


def _read_file(path: Path) -> Configuration:
    configuration = configuration_of(_load(path), label=str(path))
    others = [other for other in _terraform_files(path.parent) if other.name != path.name]
    if path.name.endswith(".tf.json"):
        configuration.unread_files = tuple(other.name for other in others)
    return configuration


def _read_folder(folder: Path) -> Configuration:
    files = _terraform_files(folder)
    documents = {str(f): _load(f) for f in files if f.name.endswith(".tf.json")}
    configuration = build_module(documents, label=str(folder))
    configuration.unread_files = tuple(file.name for file in files if file.suffix == ".tf")
    return configuration


def _root_modules(path: Path) -> list[Path]:
    found = []
    for folder, names, files in os.walk(path):
        names[:] = sorted(n for n in names if n not in (".terraform", ".git", "node_modules"))
        if any(file.endswith(".tf.json") for file in files):
            found.append(Path(folder))
            names.clear()
    return found


def _terraform_files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.name.endswith((".tf.json", ".tf")))


def _load(path: Path) -> Any:
    try:
        text = _text(path)
        return parse_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise PreflightInputError(f"{path}: cannot be read: {error}", remedy=_REMEDY) from error
    except ValueError as error:
        raise PreflightInputError(f"{path}: not JSON: {error}", remedy=_REMEDY) from error


def _text(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise PreflightInputError(f"{path}: neither a file nor a folder", remedy=_REMEDY)
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // (1024 * 1024)
        raise PreflightInputError(f"{path}: larger than {limit} MiB, not read", remedy=_REMEDY)
    if not content.strip():
        raise PreflightInputError(f"{path}: the file is empty", remedy=_REMEDY)
    # PowerShell's `terraform show -json PLAN > plan.json` writes UTF-16.
    return content.decode(json.detect_encoding(content))
