"""The target that a setting or a record names."""

from pathlib import Path

import pytest

from harness.core.errors import EmulatorError, TargetError, UsageError
from harness.emulator import cloud
from harness.emulator.cloud_info import CloudInfo
from harness.settings.options import OPTIONS
from harness.settings.settings import HarnessSettings
from harness.targets.embedded import target as embedded
from harness.targets.factory import TARGETS, attach_target, create_target, target_type
from harness.targets.real_aws import AwsTarget
from tests.unit.harness.emulator.clouds import ended_cloud, info_of, stand_in_cloud
from tests.unit.harness.targets.fake_localstack import FakeLocalStack


def test_a_new_target_is_made_of_the_settings(
    engine_socket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: dict[str, object] = {}

    def start(**options: object) -> CloudInfo:
        started.update(options)
        return info_of(tmp_path, 1)

    monkeypatch.setattr(embedded, "start_cloud", start)

    target = create_target(
        HarnessSettings(region="us-east-1", container_engine=engine_socket), owner_pid=7
    )
    target.start()

    assert target.name == "embedded"
    assert started == {"region": "us-east-1", "docker_host": engine_socket, "owner_pid": 7}


def test_a_target_on_record_is_attached_to_as_it_was_started(tmp_path: Path) -> None:
    with stand_in_cloud(tmp_path) as info:
        target = attach_target("embedded", "eu-west-1", {"cloud": info.directory})

        assert target.region == "eu-west-1"
        assert target.start() == {"cloud": info.directory}


class TestLocalStack:
    def test_it_is_made_of_the_settings_and_found_when_started(self) -> None:
        with FakeLocalStack().serving() as server:
            target = create_target(
                HarnessSettings(target="localstack", endpoint_url=server.endpoint), owner_pid=7
            )
            assert server.seen == []

            attachment = target.start()

            assert attach_target("localstack", "eu-west-1", attachment).region == "eu-west-1"
        assert (target.name, attachment["endpoint"]) == ("localstack", server.endpoint)

    def test_one_that_has_gone_cannot_be_attached_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with FakeLocalStack().serving() as server:
            settings = HarnessSettings(target="localstack", endpoint_url=server.endpoint)
            attachment = create_target(settings, owner_pid=None).start()
        monkeypatch.setattr("harness.targets.localstack.target._STILL_THERE_SECONDS", 0.1)

        with pytest.raises(TargetError, match="no LocalStack at"):
            attach_target("localstack", "eu-north-1", attachment)

    def test_nothing_of_it_is_on_this_machine(self) -> None:
        target_type("localstack").remove_ended({"endpoint": "http://127.0.0.1:9"})


def test_a_target_that_has_ended_cannot_be_attached_to(tmp_path: Path) -> None:
    ended_cloud(tmp_path)

    with pytest.raises(EmulatorError, match=r"no embedded cloud runs in .* any more"):
        attach_target("embedded", "eu-north-1", {"cloud": str(tmp_path)})


def test_a_target_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there is no target 'gcp'"):
        create_target(HarnessSettings(target="gcp"), owner_pid=None)
    with pytest.raises(UsageError, match="there is no target 'gcp'"):
        attach_target("gcp", "eu-north-1", {})


def test_nothing_is_started_by_making_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "start_cloud", None)

    create_target(HarnessSettings(), owner_pid=None)


def test_what_an_ended_target_left_is_removed(tmp_path: Path) -> None:
    ended_cloud(tmp_path / "cloud")

    target_type("embedded").remove_ended({"cloud": str(tmp_path / "cloud")})

    assert not (tmp_path / "cloud").exists()


def test_an_account_is_a_target_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []
    monkeypatch.setattr(AwsTarget, "__init__", lambda _, **given: made.append(given))

    create_target(HarnessSettings(target="aws", region="eu-west-1"), owner_pid=None)
    attach_target("aws", "eu-west-1", {"account": "123456789012"})

    assert made == [
        {"region": "eu-west-1"},
        {"region": "eu-west-1", "attachment": {"account": "123456789012"}},
    ]


def test_the_option_offers_every_target() -> None:
    (option,) = (option for option in OPTIONS if option.name == "target")

    assert option.choices == tuple(TARGETS)
