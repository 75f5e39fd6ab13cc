"""Creation of targets from settings and records."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import UsageError
from harness.emulator import cloud
from harness.emulator.cloud_info import CloudInfo
from harness.settings.options import OPTIONS
from harness.settings.settings import HarnessSettings
from harness.targets import embedded
from harness.targets.factory import TARGETS, attach_target, create_target, target_type
from harness.targets.real_aws import AwsTarget
from tests.unit.harness.emulator.sample_cloud_info import sample_cloud_info


def test_a_new_target_is_created_from_the_settings(
    engine_socket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: dict[str, object] = {}

    def start(**options: object) -> CloudInfo:
        started.update(options)
        return sample_cloud_info(tmp_path, 1)

    monkeypatch.setattr(embedded, "start_cloud", start)

    settings = HarnessSettings(region="us-east-1", container_engine=engine_socket, allow_code=True)
    target = create_target(settings, owner_pid=7)
    target.start()

    assert target.name == "embedded"
    assert started == {
        "region": "us-east-1",
        "docker_host": engine_socket,
        "owner_pid": 7,
        "allow_code": True,
        "aws_delays": False,
        "process_images": [],
    }


def test_an_unknown_target_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="unknown target 'gcp'"):
        create_target(HarnessSettings(target="gcp"), owner_pid=None)
    with pytest.raises(UsageError, match="unknown target 'gcp'"):
        attach_target("gcp", "eu-north-1", {})


def test_creating_a_target_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "start_cloud", None)

    create_target(HarnessSettings(), owner_pid=None)


def test_a_real_account_is_a_target_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []
    monkeypatch.setattr(AwsTarget, "__init__", lambda _, **given: made.append(given))

    create_target(HarnessSettings(target="aws", region="eu-west-1"), owner_pid=None)
    attach_target("aws", "eu-west-1", {"account": "123456789012"})

    assert made == [
        {"region": "eu-west-1"},
        {"region": "eu-west-1", "attachment": {"account": "123456789012"}},
    ]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("changes", [{"region": "xx-yy-9"}, {"state_bucket_region": "xx-yy-9"}])
def test_a_region_that_does_not_exist_is_refused(target: str, changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="'xx-yy-9' is not an AWS region"):
        create_target(replace(HarnessSettings(target=target), **changes), owner_pid=None)


def test_the_option_offers_every_target() -> None:
    (option,) = (option for option in OPTIONS if option.name == "target")

    assert option.choices == tuple(TARGETS)


def test_a_localstack_has_no_local_files() -> None:
    target_type("localstack").remove_ended({"endpoint": "http://127.0.0.1:9"})
    assert target_type("localstack").log_files({"endpoint": "http://127.0.0.1:9"}) == ()


def test_an_embedded_cloud_has_its_log_and_those_of_its_containers(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    for name in ("cloud.log", "engine/b.log", "engine/a.log", "engine/state.json"):
        (tmp_path / name).touch()

    files = target_type("embedded").log_files({"cloud": str(tmp_path)})

    assert [path.name for path in files] == ["cloud.log", "a.log", "b.log"]
