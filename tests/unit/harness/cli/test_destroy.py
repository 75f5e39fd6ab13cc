"""The command destroy."""

from harness.run.ledger import RunStatus
from tests.unit.harness.cli.conftest import LEFT, CommandLine, Options
from tests.unit.harness.fake_run import SUFFIX, FakeRun


class TestDestroy:
    def test_it_removes_the_newest_stack_and_prints_the_proof(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)

        completed = call("destroy")

        assert completed.status == 0, completed.err
        assert "2 services queried for pr1: nothing left" in completed.out
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_stack_whose_cloud_has_ended_needs_no_destroy(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        fake_run.target.running = False

        completed = call("destroy", "--environment-suffix", SUFFIX)

        assert completed.status == 0
        assert "pr1: nothing to destroy" in completed.out

    def test_a_leftover_is_a_failure(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        fake_run.proof = LEFT

        assert call("destroy").status == 1

    def test_all_runs_are_destroyed_although_one_fails(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        other = fake_run.run()
        other.ledger.begin(
            fake_run.ledger.get(SUFFIX).__class__(
                environment_suffix="pr0",
                target="embedded",
                region="eu-north-1",
                status=RunStatus.STARTING,
                started_at="2020-01-01T00:00:00",
            )
        )
        fake_run.proof = LEFT

        completed = call("destroy", "--all")

        assert completed.status == 1
        assert "Error: pr1: after destroy the target still holds" in completed.err
        assert "pr0: nothing to destroy" in completed.out

    def test_all_without_a_run_succeeds(self, call: CommandLine, fake_run: FakeRun) -> None:
        assert call("destroy", "--all").status == 0

    def test_a_suffix_and_all_is_a_usage_error(self, call: CommandLine, fake_run: FakeRun) -> None:
        completed = call("destroy", "--all", "--environment-suffix", SUFFIX)

        assert completed.status == 2
        assert "both given" in completed.err

    def test_no_run_to_destroy_is_a_usage_error(self, call: CommandLine, fake_run: FakeRun) -> None:
        assert call("destroy").status == 2


class TestForgedRecords:
    def test_a_folder_that_is_no_cloud_is_refused_by_name(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        decoy = fake_run.folder / "catalog-cloud-decoy"
        decoy.mkdir()
        (decoy / "precious").write_text("1")
        fake_run.ledger.update(SUFFIX, attachment={"cloud": str(decoy)})
        fake_run.attaches_really()

        completed = call("destroy", "--environment-suffix", SUFFIX)

        assert completed.status == 1
        assert f"the folder {decoy} is not deleted or used" in completed.err
        assert (decoy / "precious").exists()
        assert fake_run.status is not RunStatus.DESTROYED

    def test_a_workspace_that_the_harness_did_not_create_stays(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        workspace = fake_run.ledger.directory(SUFFIX) / "terraform"
        workspace.rename(workspace.with_name("moved"))
        workspace.mkdir()
        (workspace / "precious").write_text("1")

        completed = call("destroy")

        assert completed.status == 1
        assert f"the folder {workspace} is not deleted or used" in completed.err
        assert (workspace / "precious").exists()

    def test_an_attachment_of_another_target_is_one_error(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        fake_run.ledger.update(SUFFIX, attachment={"endpoint": "http://127.0.0.1:1"})
        fake_run.attaches_really()

        completed = call("destroy", "--environment-suffix", SUFFIX)

        assert completed.status == 1
        assert "the attachment ['endpoint'] on record is not that of target embedded" in (
            completed.err
        )

    def test_a_record_that_cannot_be_read_fails_destroy_all(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        bad = fake_run.ledger.directory("bad")
        bad.mkdir()
        (bad / "run.json").write_text("{")

        completed = call("destroy", "--all")

        assert completed.status == 1
        assert f"the record {bad / 'run.json'} cannot be read" in completed.err
        assert "What to do" in completed.err
        assert fake_run.status is RunStatus.DESTROYED, "the others are destroyed all the same"
