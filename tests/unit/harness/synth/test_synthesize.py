"""Synthesis of the stack: its app, and the cache of results."""

import importlib.metadata
import json
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import filelock
import pytest

from harness.catalog import CATALOG
from harness.core.errors import HarnessError, ProcessError, UsageError
from harness.core.folders import create_folder
from harness.synth.synthesize import SynthesizedStack, synthesize
from stack.config import StackConfig

_CONFIG = StackConfig(environment_suffix="pr1-aa")


class FakeApp:
    """Replaces the process of the stack's app."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.status = 0
        self.stderr = ""
        self.stacks = ["catalog"]
        self.constant: dict[str, Any] = {"//": {"metadata": {"stackName": "catalog"}}}

    def run(
        self, command: list[str], *, cwd: Path, env: Mapping[str, str], **more: Any
    ) -> CompletedProcess[str]:
        given = json.loads(Path(env["CATALOG_STACK_CONFIG"]).read_text())
        self.runs.append(
            {"command": command, "cwd": cwd, "env": dict(env), "config": given, **more}
        )
        for name in self.stacks:
            path = Path(env["CDKTF_OUTDIR"]) / "stacks" / name / "cdk.tf.json"
            path.parent.mkdir(parents=True)
            copied = {"suffix": given["environment_suffix"], "tags": given["tags"]}
            path.write_text(json.dumps({**self.constant, **copied}))
        return CompletedProcess(tuple(command), self.status, "", self.stderr)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FakeApp:
    app = FakeApp()
    monkeypatch.setattr("harness.synth.synthesize.process.run", app.run)
    return app


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def synthesized(config: StackConfig, cache: Path, **more: Any) -> SynthesizedStack:
    return synthesize(CATALOG.app, config, cache_directory=cache, **more)


def test_the_app_gets_the_whole_configuration(app: FakeApp, cache: Path) -> None:
    stack = synthesized(_CONFIG, cache)

    given = app.runs[0]["config"]
    placeholder = given["environment_suffix"]
    assert given == {**_CONFIG.to_mapping(), "environment_suffix": placeholder}
    assert len(placeholder) == len("pr1-aa")
    assert app.runs[0]["command"] == [sys.executable, "-P", "-m", "stack.app"]
    assert stack.json["suffix"] == "pr1-aa"
    assert json.loads(stack.path.read_text()) == stack.json


def test_an_equal_configuration_is_synthesized_once(app: FakeApp, cache: Path) -> None:
    first, second = synthesized(_CONFIG, cache), synthesized(_CONFIG, cache)

    assert len(app.runs) == 1
    assert second == first


def test_texts_that_the_app_copies_are_replaced_in_one_synth(app: FakeApp, cache: Path) -> None:
    tags = {"Owner": "me", "RunId": "pr1-aa-7", "Note": '"quoted"', "Team": "pr1-aa"}
    first = StackConfig(environment_suffix="pr1-aa", tags=tags)
    other = replace(first, environment_suffix="pr2-bb", tags={**tags, "RunId": "pr2-bb-7"})

    assert synthesized(first, cache).json == {**app.constant, "suffix": "pr1-aa", "tags": tags}
    assert synthesized(other, cache).json["tags"] == {**tags, "RunId": "pr2-bb-7"}
    assert synthesized(other, cache).json["suffix"] == "pr2-bb"
    assert len(app.runs) == 1


def test_a_text_that_looks_like_a_placeholder_is_a_text(app: FakeApp, cache: Path) -> None:
    synthesized(_CONFIG, cache)
    placeholder = app.runs[0]["config"]["environment_suffix"]
    tags = {"First": placeholder, "Second": placeholder.replace("q0", "q1")}
    config = StackConfig(environment_suffix=placeholder.replace("q0", "q2"), tags=tags)

    found = synthesized(config, cache).json

    assert found["suffix"] == config.environment_suffix
    assert found["tags"] == tags


@pytest.mark.parametrize(
    "other",
    [
        StackConfig(environment_suffix="pr1-longer"),
        StackConfig(environment_suffix="pr1"),
        StackConfig(environment_suffix="pr1-aa", desired_count=3),
    ],
    ids=["length of a text", "short text", "another field"],
)
def test_another_configuration_is_not_cached(app: FakeApp, cache: Path, other: StackConfig) -> None:
    synthesized(_CONFIG, cache)

    synthesized(other, cache)

    assert len(app.runs) == 2


def test_another_version_of_a_package_is_not_cached(
    app: FakeApp, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesized(_CONFIG, cache)
    monkeypatch.setattr("harness.emulator.packages.version", lambda name: "9.9.9")
    synthesized(_CONFIG, cache)

    assert len(app.runs) == 2


def test_a_package_may_be_absent(
    app: FakeApp, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("harness.emulator.packages.version", absent)

    assert synthesized(_CONFIG, cache).json["suffix"] == "pr1-aa"


@pytest.mark.parametrize(
    ("name", "anew"),
    [("network.py", True), ("runtime.cjs", True), ("api/main.py", False), ("__pycache__/x", False)],
)
def test_changed_sources_of_the_stack_are_not_cached(
    app: FakeApp, cache: Path, tmp_path: Path, name: str, anew: bool
) -> None:
    sources = tmp_path / "stack"
    stack = replace(CATALOG.app, package=sources)
    (sources / name).parent.mkdir(parents=True)
    (sources / name).write_text("one")
    synthesize(stack, _CONFIG, cache_directory=cache)
    (sources / name).write_text("two")
    synthesize(stack, _CONFIG, cache_directory=cache)

    assert len(app.runs) == 1 + anew


def test_a_damaged_cache_entry_is_replaced(app: FakeApp, cache: Path) -> None:
    synthesized(_CONFIG, cache)
    for entry in cache.glob("*.tf.json"):
        entry.write_text('{"half":')

    stack = synthesized(_CONFIG, cache)

    assert len(app.runs) == 2
    assert json.loads(stack.path.read_text()) == stack.json


def test_the_least_recently_used_entries_are_deleted(
    app: FakeApp, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.synth.cache._MAX_ENTRIES", 2)
    paths = []
    for age, suffix in enumerate(["aa", "bb"]):
        paths.append(synthesized(StackConfig(environment_suffix=suffix), cache).path)
        os.utime(paths[-1], (age, age))
    synthesized(StackConfig(environment_suffix="aa"), cache)

    last = synthesized(StackConfig(environment_suffix="cc"), cache).path

    assert [path.exists() for path in [*paths, last]] == [True, False, True]


def test_the_app_inherits_the_environment_without_its_inputs(app: FakeApp, cache: Path) -> None:
    environ = {
        "PATH": "/bin",
        "PYTHONPATH": "/mine",
        "ENVIRONMENT_SUFFIX": "other",
        "AWS_REGION": "us-east-1",
        "TERRAFORM_STATE_BUCKET": "b",
        "TERRAFORM_STATE_BUCKET_REGION": "r",
    }

    synthesized(_CONFIG, cache, environ=environ)

    environment = app.runs[0]["env"]
    assert environment["PATH"] == "/bin"
    assert environment["PYTHONPATH"].split(os.pathsep)[1:] == ["/mine"]
    assert set(environment) == {
        "PATH",
        "PYTHONPATH",
        "CATALOG_STACK_CONFIG",
        "CDKTF_OUTDIR",
        "TMPDIR",
    }


def test_the_folder_of_the_app_is_removed(app: FakeApp, cache: Path) -> None:
    stack = synthesized(_CONFIG, cache)

    assert not app.runs[0]["cwd"].exists()
    assert stack.path in cache.iterdir()
    assert not list(cache.glob("run-*"))


def test_folders_of_killed_runs_are_removed(app: FakeApp, cache: Path) -> None:
    left = create_folder(cache / "run-of-a-killed-process")
    (left / "jsii-kernel").mkdir()

    synthesized(_CONFIG, cache)

    assert not list(cache.glob("run-*"))


def test_a_folder_that_the_harness_did_not_create_stays(app: FakeApp, cache: Path) -> None:
    (cache / "run-of-somebody" / "work").mkdir(parents=True)

    synthesized(_CONFIG, cache)

    assert (cache / "run-of-somebody" / "work").is_dir()


def test_temporary_files_of_the_app_are_in_its_folder(app: FakeApp, cache: Path) -> None:
    synthesized(_CONFIG, cache)

    (run,) = app.runs
    assert run["env"]["TMPDIR"] == str(run["cwd"])
    assert run["guarded"], "it must not outlive a killed harness"


def test_a_configuration_that_the_app_rejects_is_a_usage_error(app: FakeApp, cache: Path) -> None:
    app.status, app.stderr = 2, "stack.app: vpc_cidr is '10': must be a network\n"

    with pytest.raises(UsageError, match="vpc_cidr is '10'") as raised:
        synthesized(_CONFIG, cache)

    assert raised.value.exit_code == 2


@pytest.mark.parametrize(("stacks", "names"), [([], "none"), (["a", "b"], "a, b")])
def test_the_app_must_synthesize_one_stack(
    app: FakeApp, cache: Path, stacks: list[str], names: str
) -> None:
    app.stacks = stacks

    with pytest.raises(HarnessError, match=f"one stack; synthesized: {names}"):
        synthesized(_CONFIG, cache)


def test_a_failed_synth_is_not_cached(app: FakeApp, cache: Path) -> None:
    app.stacks = []
    with pytest.raises(HarnessError):
        synthesized(_CONFIG, cache)
    app.stacks = ["catalog"]
    synthesized(_CONFIG, cache)

    assert len(app.runs) == 2


def test_concurrent_equal_synths_run_once(app: FakeApp, cache: Path) -> None:
    results: list[SynthesizedStack] = []
    threads = [
        threading.Thread(target=lambda: results.append(synthesized(_CONFIG, cache)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(app.runs) == 1
    assert results == [results[0]] * 4


def test_the_lock_has_a_timeout(app: FakeApp, cache: Path) -> None:
    cache.mkdir()

    with (
        filelock.FileLock(cache / "synth.lock"),
        pytest.raises(ProcessError, match="the synth under way"),
    ):
        synthesized(_CONFIG, cache, timeout=0)


def test_a_synth_that_waits_for_another_can_be_cancelled(app: FakeApp, cache: Path) -> None:
    cache.mkdir()
    cancel = threading.Event()
    cancel.set()

    with (
        filelock.FileLock(cache / "synth.lock"),
        pytest.raises(ProcessError, match="wait for the synth under way was cancelled"),
    ):
        synthesized(_CONFIG, cache, cancel=cancel)


def test_the_default_cache_is_that_of_the_user(
    app: FakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)

    assert synthesize(CATALOG.app, _CONFIG).path.parent == tmp_path / "catalog-harness" / "synth"


def test_a_result_of_other_copied_fields_is_not_used(app: FakeApp, cache: Path) -> None:
    synthesized(_CONFIG, cache)

    itself = replace(CATALOG.app, copied=frozenset())
    synthesize(itself, _CONFIG, cache_directory=cache)

    assert len(app.runs) == 2
