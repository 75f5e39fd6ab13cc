import json
import re
from pathlib import Path

from packaging.requirements import Requirement

from stack import api

FOLDER = Path(api.__file__).parent
DOCKERFILE = (FOLDER / "Dockerfile").read_text().replace("\\\n", " ")


def instruction(name: str) -> str:
    (found,) = re.findall(rf"^{name} +(.*)$", DOCKERFILE, re.MULTILINE)
    return str(found)


def requirements(name: str) -> list[Requirement]:
    lines = (FOLDER / name).read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.lstrip().startswith("#")]


def test_the_command_is_the_module_and_receives_the_signals_itself() -> None:
    assert json.loads(instruction("CMD")) == ["python", "-m", "stack.api"]


def test_the_health_check_is_the_module() -> None:
    command = instruction("HEALTHCHECK").partition("CMD ")[2]
    assert json.loads(command) == ["python", "-m", "stack.api.healthcheck"]


def test_the_user_is_not_root_and_the_port_is_that_of_the_task_definition() -> None:
    assert instruction("USER").partition(":")[0] not in ("root", "0")
    assert instruction("EXPOSE") == "8080"


def test_the_database_is_verified_against_the_bundle_that_was_added() -> None:
    source, target = instruction("ADD").split()[-2:]
    assert source == "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    settings = dict(pair.split("=", 1) for pair in instruction("ENV").split())
    assert (settings["PGSSLMODE"], settings["PGSSLROOTCERT"]) == ("verify-full", target)


def test_the_image_has_the_service_without_the_infrastructure() -> None:
    sources = {line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY")}
    assert sources == {"stack/__init__.py", "stack/api", "stack/api/requirements.txt"}
    assert all((FOLDER.parents[1] / source).exists() for source in sources)


def test_every_requirement_is_pinned() -> None:
    specifiers = {str(one.specifier) for one in requirements("requirements.txt")}
    assert all(re.fullmatch(r"==[\w.]+", specifier) for specifier in specifiers)


def test_all_imports_of_the_service_are_pinned() -> None:
    pinned = {one.name for one in requirements("requirements.txt")}
    assert {one.name for one in requirements("requirements.in")} <= pinned
