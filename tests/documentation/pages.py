"""The shell commands of README and docs/, and those that cannot run here."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Pattern of commands -> why they do not run here. Every entry has a command.
NOT_RUN = {
    r"^pip install tox tox-uv && tox p$": "the whole test suite: it is .ci/run",
    r"^export AWS_PROFILE=": "credentials of a real account",
    r"^aws ": "a real account",
    r"--target aws\b|^image=|\bimage (publish|delete)\b": (
        "a real account; tests/integration/test_aws_rehearsal.py makes such a run"
    ),
    r"^docker ": "Docker",
    r"--target localstack\b": "a LocalStack; tox -e localstack makes such a run",
}
# Pattern -> how it runs here: without a terminal, and where no registry has the provider.
CHANGED = {
    r"\bnpx ": r"env TF_CLI_CONFIG_FILE=$MIRROR npx --yes ",
    r" deploy --auto-approve$": r"\g<0> $SKIP_LOCK",
    r"^catalog-harness cloud$": r"timeout --preserve-status --signal INT 20 \g<0> || test $? = 130",
}


def commands(page: Path) -> list[str]:
    """Return the lines of a page's console blocks, in their order."""
    blocks = re.findall(r"^ *```console\n(.*?)```", page.read_text(), re.DOTALL | re.MULTILINE)
    return [
        line.strip().removeprefix("$ ")
        for block in blocks
        for line in block.splitlines()
        if line.lstrip().startswith("$ ")
    ]


def reason_not_to_run(command: str) -> str | None:
    """Return why a command does not run here; None for one that does."""
    return next((why for pattern, why in NOT_RUN.items() if re.search(pattern, command)), None)


def as_run(command: str) -> str:
    """Return a command as it runs here."""
    for pattern, change in CHANGED.items():
        command = re.sub(pattern, change, command)
    return command


PAGES = {
    str(page.relative_to(ROOT)): page
    for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
    if any(reason_not_to_run(command) is None for command in commands(page))
}
