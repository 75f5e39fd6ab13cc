"""The bundle of a failed run: complete, redacted, and never in the way of the teardown."""

import json
import zipfile
from functools import partial
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.core.errors import HarnessError, UsageError
from harness.core.redaction import MASK, register_secret
from harness.deploy import deploy
from harness.pipeline.bundle import save_bundle
from harness.pipeline.lifetime import deployed
from harness.pipeline.outcome import RunOutcome
from harness.pipeline.service_state import Source
from harness.run.ledger import RunStatus
from harness.run.run import Run
from tests.unit.harness.fake_run import FakeRun
from tests.unit.harness.terraform.fake_terraform import error, lines

PLANTED = "tr0ub4dor&3"


@pytest.fixture(autouse=True)
def files(fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> dict[str, Source]:
    """The files of the services, in place of a cloud's; attaching finds the fake target."""
    texts = {"ecs-catalog.json": f'{{"stoppedReason": "bad {PLANTED}"}}', "tasks.log": "ready\n"}
    monkeypatch.setattr("harness.pipeline.bundle.attach_target", fake_run.target.attached)
    files: dict[str, Source] = {name: partial(str, text) for name, text in texts.items()}
    monkeypatch.setattr("harness.pipeline.bundle.service_state", lambda *_: files)
    return files


@pytest.fixture
def cloud(fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = fake_run.folder / "cloud"
    folder.mkdir()
    for name in ("cloud.log", "container.log"):
        (folder / name).write_text(f"{name}: password={PLANTED}\n")
    names = (folder / "cloud.log", folder / "container.log")
    monkeypatch.setattr(
        "harness.targets.embedded.EmbeddedTarget.log_files", classmethod(lambda *_: names)
    )
    return folder


def fail(run: Run, failure: BaseException) -> None:
    with pytest.raises(type(failure)), deployed(run):
        raise failure


def bundle_of(run: Run) -> dict[str, str]:
    with zipfile.ZipFile(run.settings.report_dir / run.teardown.bundle) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if not name.endswith("/")
        }


class TestContents:
    def test_it_has_what_explains_the_failure(self, fake_run: FakeRun, cloud: Path) -> None:
        run = fake_run.run()

        fail(run, HarnessError("test"))

        files = bundle_of(run)
        assert set(files) == {
            *("settings.json", "versions.json", "timeline.json", "configuration.tf.json"),
            *("terraform-events.jsonl", "plan.jsonl", "ecs-catalog.json", "tasks.log"),
            *("cloud/cloud.log", "cloud/container.log"),
        }
        assert "apply_complete" in files["terraform-events.jsonl"]
        assert json.loads(files["settings.json"])["record"]["environment_suffix"] == "pr1"
        assert "1.11.4" in files["versions.json"]

    def test_the_folder_has_the_same_files(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        fail(run, HarnessError("test"))

        folder = run.settings.report_dir / run.teardown.bundle.removesuffix(".zip")
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert names == set(bundle_of(run))

    def test_no_secret_is_in_it(self, fake_run: FakeRun, cloud: Path) -> None:
        register_secret(PLANTED)
        fake_run.fail("apply", lines(error(f"bad password: {PLANTED}")))
        run = fake_run.run()

        with pytest.raises(HarnessError), deployed(run):
            pass

        files = bundle_of(run)
        assert MASK in files["terraform-events.jsonl"]
        assert MASK in files["cloud/cloud.log"]
        assert not [name for name, text in files.items() if "tr0ub4dor" in text]

    def test_the_access_to_the_target_is_not_in_it(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        fail(run, HarnessError("test"))

        assert "attachment" not in bundle_of(run)["settings.json"]

    def test_it_is_linked_from_the_report(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        fail(run, HarnessError("test"))

        report = RunOutcome().report(run)

        assert report is not None
        assert report.bundle == run.teardown.bundle
        assert report.bundle.startswith("bundle-pr1-")


class TestUnreadable:
    def test_the_log_of_a_cloud_that_died_is_in_it_without_those_of_its_containers(
        self, fake_run: FakeRun, cloud: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dead(*_: object) -> dict[str, str]:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

        monkeypatch.setattr("harness.pipeline.bundle.service_state", dead)
        run = fake_run.run()

        fail(run, HarnessError("test"))

        files = bundle_of(run)
        assert "not available: Could not connect" in files["services.error.txt"]
        assert "cloud/cloud.log" in files
        assert "cloud/container.log" not in files  # no secret of it could be registered

    @pytest.mark.parametrize(
        "trouble",
        [
            ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeServices"),
            ConnectionResetError("reset"),
            KeyError("services"),
        ],
    )
    def test_an_error_takes_the_place_of_one_file(
        self, fake_run: FakeRun, files: dict[str, Source], trouble: Exception
    ) -> None:
        def fail_to_read() -> str:
            raise trouble

        files["ecs-catalog.json"] = fail_to_read
        run = fake_run.run()

        fail(run, HarnessError("test"))

        bundle = bundle_of(run)
        assert bundle["ecs-catalog.json"].startswith("not available: ")
        assert bundle["tasks.log"] == "ready\n"

    def test_what_does_not_exist_yet_is_said_in_its_place(self, fake_run: FakeRun) -> None:
        fake_run.synthesized = HarnessError("no synth")
        run = fake_run.run()

        with pytest.raises(HarnessError), deployed(run):
            pass

        assert bundle_of(run)["terraform-events.jsonl"].startswith("not available: ")

    def test_a_folder_that_cannot_be_written_does_not_prevent_the_teardown(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = fake_run.run()
        reports = run.settings.report_dir
        monkeypatch.setattr(deploy, "start_watchdog", lambda _: reports.write_text("a file"))

        fail(run, HarnessError("test"))

        assert run.teardown.bundle == ""
        assert "no bundle of the failure" in run.timeline.notes[-1]
        assert fake_run.status is RunStatus.DESTROYED

    def test_even_a_bug_in_it_does_not_prevent_the_teardown(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("harness.pipeline.lifetime.save_bundle", lambda *_: 1 / 0)

        with pytest.raises(ZeroDivisionError), deployed(fake_run.run()):
            raise HarnessError("test")

        assert fake_run.status is RunStatus.DESTROYED


class TestWhen:
    @pytest.mark.parametrize("failure", [KeyboardInterrupt(), UsageError("no")])
    def test_an_interrupt_and_a_usage_error_leave_none(
        self, fake_run: FakeRun, failure: BaseException
    ) -> None:
        run = fake_run.run()
        fail(run, failure)

        assert run.teardown.bundle == ""
        assert not run.settings.report_dir.exists()

    def test_a_run_that_passed_leaves_none(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        with deployed(run):
            pass

        assert not run.settings.report_dir.exists()

    def test_a_failed_teardown_leaves_one_from_before_its_target_stopped(
        self, fake_run: FakeRun
    ) -> None:
        fake_run.fail("destroy", lines(error("no")))
        run = fake_run.run()

        with pytest.raises(HarnessError), deployed(run):
            pass

        assert bundle_of(run)["tasks.log"] == "ready\n"

    def test_a_run_that_is_not_on_record_leaves_none(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        save_bundle(run, HarnessError("test"))

        assert run.teardown.bundle == ""
