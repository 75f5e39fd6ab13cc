"""Find and read configurations: a file, the folder of a root module, or several root modules."""

import json
import os
from pathlib import Path
from typing import Any

from harness.preflight.configuration.assembly import Loaded, build_configuration
from harness.preflight.configuration.block import PreflightInputError, type_name
from harness.preflight.configuration.configuration import Configuration, NotRead
from harness.preflight.configuration.documents import parse_json
from harness.preflight.configuration.hcl import HclUnavailableError, parse_hcl
from harness.preflight.configuration.plan import build_plan, is_plan
from harness.preflight.configuration.variables import RootValues, VariableSources, read_values

MAX_BYTES = 32 * 1024 * 1024
"""Maximum size of a file; a synthesized stack has about 50 KB."""

_REMEDY = (
    "a folder with *.tf or *.tf.json files, one of these, or the output of "
    "`terraform show -json PLAN`"
)
_SHOW_PLAN = "print the plan as JSON: terraform show -json PLAN > plan.json"
_EXTENSIONS = (".tf", ".tf.json")
_OPENTOFU_EXTENSIONS = (".tofu", ".tofu.json")
_SKIPPED_FOLDERS = (".terraform", ".git", "node_modules")
_ZIP = b"PK\x03\x04"


def read_configurations(
    path: Path, *, variables: VariableSources | None = None, product: str = "terraform"
) -> list[Configuration]:
    """Read the configurations at a path.

    Args:
        path: A file of a configuration; a plan as printed by ``terraform show -json``; the
            folder of a root module; or a folder with root modules below it (``cdktf.out``), each
            of which becomes a configuration.
        variables: Values of variables, besides files in the folder of the root module.
        product: ``opentofu`` also reads ``*.tofu`` files, which take precedence.

    Raises:
        PreflightInputError: The path contains no readable configuration.
    """
    reader = _Reader(variables or VariableSources(), product)
    if not path.is_dir():
        return [reader.file(path)]
    folders = reader.root_modules(path)
    if not folders:
        raise PreflightInputError(
            f"{path}: no *.tf or *.tf.json file in this folder", remedy=_REMEDY
        )
    found = {folder: reader.folder(folder) for folder in folders}
    roots = [one for folder, one in found.items() if folder.resolve() not in reader.called]
    return roots or list(found.values())


def configuration_of(
    document: Any, *, label: str = "configuration", values: RootValues | None = None
) -> Configuration:
    """Return the configuration of parsed Terraform JSON, or of a parsed plan.

    Raises:
        PreflightInputError: The document is neither.
    """
    if isinstance(document, dict):
        if is_plan(document):
            return build_plan(document, label=label)
        if "serial" in document or {"format_version", "values"} <= set(document):
            raise PreflightInputError(f"{label}: a state, not a plan", remedy=_SHOW_PLAN)
    elif not isinstance(document, list):
        found = type_name(document)
        raise PreflightInputError(f"{label}: expected an object, found {found}", remedy=_REMEDY)
    return build_configuration(Loaded({label: document}), label=label, values=values)


class _Reader:
    """Reads modules; ``called`` are the folders of the local modules that were called."""

    def __init__(self, variables: VariableSources, product: str) -> None:
        self._variables = variables
        self._opentofu = product == "opentofu"
        self.called: set[Path] = set()
        self._loaded: dict[Path, Loaded] = {}

    def file(self, path: Path) -> Configuration:
        values = read_values(path.parent, self._variables, load)
        document = load(path)
        extensions = (*_EXTENSIONS, *_OPENTOFU_EXTENSIONS)
        if not path.name.endswith(extensions):
            return configuration_of(document, label=str(path), values=values)
        others = [NotRead(o.name, "only one file was passed") for o in self._files(path.parent)]
        own = [other for other in others if other.name != path.name]
        loaded = Loaded({str(path): document}, str(path.parent), own)
        return build_configuration(loaded, label=str(path), values=values, load=self._module)

    def folder(self, folder: Path) -> Configuration:
        loaded = self._load_folder(folder)
        values = read_values(folder, self._variables, load)
        return build_configuration(loaded, label=str(folder), values=values, load=self._module)

    def root_modules(self, path: Path) -> list[Path]:
        found = []
        for folder, names, _ in os.walk(path):
            names[:] = sorted(n for n in names if n not in _SKIPPED_FOLDERS)
            if self._files(Path(folder)):
                found.append(Path(folder))
                names.clear()
        return found

    def _module(self, source: str, folder: str, key: str) -> Loaded | str:
        """Read a called module; returns why it cannot be read."""
        if source.startswith(("./", "../", ".\\", "..\\")):
            path = Path(folder) / source
            self.called.add(path.resolve())
        else:
            installed = _installed(Path(folder), key)
            if installed is None:
                return f"{source} is not a local module, and not installed (terraform init)"
            path = installed
        if not folder or not path.is_dir() or not self._files(path):
            return f"no module in {source}"
        try:
            return self._load_folder(path)
        except PreflightInputError as error:
            return error.message

    def _load_folder(self, folder: Path) -> Loaded:
        key = folder.resolve()
        if key not in self._loaded:
            self._loaded[key] = self._read_folder(folder)
        return self._loaded[key]

    def _read_folder(self, folder: Path) -> Loaded:
        loaded = Loaded({}, str(folder))
        errors: list[PreflightInputError] = []
        documents: dict[str, Any] = {}
        for path in self._files(folder):
            try:
                documents[str(path)] = load(path)
            except PreflightInputError as error:
                errors.append(error)
        if errors and not documents:
            raise errors[0]
        loaded.documents = documents
        loaded.not_read += [NotRead(*error.message.partition(": ")[::2]) for error in errors]
        return loaded

    def _files(self, folder: Path) -> list[Path]:
        """Return the files of a module; a ``.tofu`` file replaces the ``.tf`` file of its name."""
        names = sorted(n for n in os.listdir(folder) if not n.startswith(".") and n[-1] not in "~#")
        extensions = _EXTENSIONS + (_OPENTOFU_EXTENSIONS if self._opentofu else ())
        kept = [n for n in names if n.endswith(extensions)]
        replaced = {n.replace(".tofu", ".tf") for n in kept if n.endswith(_OPENTOFU_EXTENSIONS)}
        return [folder / n for n in kept if n not in replaced and (folder / n).is_file()]


def _installed(folder: Path, key: str) -> Path | None:
    """Return the folder of a module that ``terraform init`` has installed."""
    for root in (folder, *folder.parents):
        manifest = root / ".terraform/modules/modules.json"
        if manifest.is_file():
            listed = load(manifest)
            entries = listed.get("Modules", []) if isinstance(listed, dict) else []
            paths = [root / str(e.get("Dir")) for e in entries if e.get("Key") == key]
            return paths[0] if paths else None
    return None


def load(path: Path) -> Any:
    """Parse a JSON or HCL file.

    Raises:
        PreflightInputError: It cannot be read or parsed.
    """
    hcl = path.suffix in (".tf", ".tofu", ".tfvars")
    try:
        text = read_text(path)
        return parse_hcl(text) if hcl else parse_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise PreflightInputError(f"{path}: cannot be read: {error}", remedy=_REMEDY) from error
    except HclUnavailableError as error:
        raise PreflightInputError(
            f"{path}: {error}", remedy=f"install the extra, or {_SHOW_PLAN}"
        ) from error
    except ValueError as error:
        kind = "HCL" if hcl else "JSON"
        raise PreflightInputError(f"{path}: not {kind}: {error}", remedy=_REMEDY) from error


def read_text(path: Path) -> str:
    """Return the text of a configuration or plan; raises ``PreflightInputError``."""
    if path.exists() and not path.is_file():
        raise PreflightInputError(f"{path}: neither a file nor a folder", remedy=_REMEDY)
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // (1024 * 1024)
        raise PreflightInputError(f"{path}: larger than {limit} MiB, not read", remedy=_REMEDY)
    if content.startswith(_ZIP):
        raise PreflightInputError(f"{path}: a binary plan", remedy=_SHOW_PLAN)
    if not content.strip() and path.suffix == ".json":
        raise PreflightInputError(f"{path}: the file is empty", remedy=_REMEDY)
    # PowerShell's `terraform show -json PLAN > plan.json` writes UTF-16.
    return content.decode(json.detect_encoding(content))
