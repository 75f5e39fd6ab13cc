"""Targets on record: attached to, or ended."""

from pathlib import Path

import pytest

from harness.core.errors import EmulatorError, TargetError
from harness.settings.settings import HarnessSettings
from harness.targets.factory import attach_target, create_target, target_type
from tests.component.harness.emulator.fake_cloud import ended_cloud, fake_cloud
from tests.component.harness.targets.fake_localstack import FakeLocalStack

pytestmark = pytest.mark.usefixtures("clouds_in_tmp_path")


def test_a_target_on_record_is_attached_to(tmp_path: Path) -> None:
    with fake_cloud(tmp_path / "catalog-cloud-1") as info:
        target = attach_target("embedded", "eu-west-1", {"cloud": info.directory})

        assert target.region == "eu-west-1"
        assert target.start() == {"cloud": info.directory}


class TestLocalStack:
    def test_it_is_created_from_the_settings_and_found_at_its_start(self) -> None:
        with FakeLocalStack().serving() as server:
            target = create_target(
                HarnessSettings(target="localstack", endpoint_url=server.endpoint), owner_pid=7
            )
            assert server.requests == []

            attachment = target.start()

            assert attach_target("localstack", "eu-west-1", attachment).region == "eu-west-1"
        assert (target.name, attachment["endpoint"]) == ("localstack", server.endpoint)

    def test_one_that_has_ended_cannot_be_attached_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FakeLocalStack().serving() as server:
            settings = HarnessSettings(target="localstack", endpoint_url=server.endpoint)
            attachment = create_target(settings, owner_pid=None).start()
        monkeypatch.setattr("harness.targets.localstack.target._ATTACH_SECONDS", 0.1)

        with pytest.raises(TargetError, match="no LocalStack at"):
            attach_target("localstack", "eu-north-1", attachment)


def test_a_target_that_has_ended_cannot_be_attached_to(tmp_path: Path) -> None:
    ended_cloud(tmp_path / "catalog-cloud-1")

    with pytest.raises(EmulatorError, match=r"no embedded cloud runs in .* any more"):
        attach_target("embedded", "eu-north-1", {"cloud": str(tmp_path / "catalog-cloud-1")})


def test_the_local_files_of_an_ended_target_are_removed(tmp_path: Path) -> None:
    ended_cloud(tmp_path / "catalog-cloud-1")

    target_type("embedded").remove_ended({"cloud": str(tmp_path / "catalog-cloud-1")})

    assert not (tmp_path / "catalog-cloud-1").exists()
