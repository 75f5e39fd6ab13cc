"""Every command of README and docs/ succeeds as it stands, in the order of its page."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.terraform.cli_config import write_cli_config
from harness.terraform.provider_installation import find_provider_installation
from tests.documentation.pages import NOT_RUN, PAGES, ROOT, as_run, commands, reason_not_to_run

_SECONDS = 1200
_EXCLUDED = re.compile("AWS_|CATALOG_HARNESS_|CI$|GITHUB_|PYTEST_|TERRAFORM_STATE_|VIRTUAL_ENV")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the files under version control, as they are here."""
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / "clone" / name)
    _git(tmp_path / "clone", "init", "--quiet")
    _git(tmp_path / "clone", "add", "--all")
    _git(tmp_path / "clone", "commit", "--quiet", "--message", "a clone")
    return tmp_path / "clone"


@pytest.fixture
def environment(clone: Path) -> dict[str, str]:
    """Variables of a new user, for whom ``git clone`` leads to ``clone``."""
    installation = find_provider_installation()
    mirror = write_cli_config(
        installation,
        clone.parent / "terraform",
        registry="registry.terraform.io",
        cache=clone.parent / "plugins",
    )
    kept = {name: value for name, value in os.environ.items() if not _EXCLUDED.match(name)}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CATALOG_HARNESS_HOME": str(clone.parent / "home"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/OWNER/catalog-harness.git",
        "SKIP_LOCK": "--skip-provider-lock" if installation.mirror else "",
        "MIRROR": str(mirror or os.environ.get("TF_CLI_CONFIG_FILE", "")),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COMPILE": "1",
        "PIP_QUIET": "1",
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_runs(
    page: str, clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    lines = [each for each in commands(PAGES[page]) if reason_not_to_run(each) is None]
    if shutil.which("npx") is None:
        lines = [each for each in lines if "npx " not in each]
    script = "\n".join(f"echo '[command {n}]'\n{as_run(each)}" for n, each in enumerate(lines))
    output = tmp_path / "output.txt"

    with output.open("wb") as stream:
        done = subprocess.run(
            ("bash", "-eo", "pipefail", "-c", script),
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            timeout=_SECONDS,
            check=False,
        )

    text = output.read_text()
    last = lines[text.count("[command ") - 1]
    assert done.returncode == 0, f"{last}\n{text.rpartition('[command ')[2][-4000:]}"


@pytest.mark.parametrize("pattern", NOT_RUN)
def test_every_exception_is_needed(pattern: str) -> None:
    everything = [each for page in ROOT.glob("**/*.md") for each in commands(page)]

    assert any(re.search(pattern, each) for each in everything)


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a test", "-c", "user.email=test@example.com")
    subprocess.run(("git", *identity, *arguments), cwd=folder, check=True)
