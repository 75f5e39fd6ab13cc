"""Whole pytest sessions with the plugin, on a target without a cloud."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from harness.aws.capability import Capability
from harness.core.errors import EmulatorError, TargetError
from harness.run.ledger import RunStatus
from harness.terraform.drift import AllowedDrift
from tests.component.harness.plugin.conftest import Session
from tests.unit.harness.core.test_max_duration import Clock
from tests.unit.harness.fake_run import SUFFIX, FakeRun, refuse_as_guard
from tests.unit.harness.pipeline.test_prove import CHANGED
from tests.unit.harness.teardown.test_destroy import LEFT
from tests.unit.harness.terraform.fake_terraform import error, lines, state

pytest_plugins = ["pytester"]

USES_STACK = "def test_stack(catalog_outputs): assert catalog_outputs.region == 'eu-north-1'"
TWO_USERS = """
def test_outputs(catalog_outputs):
    assert catalog_outputs.log_bucket_name == "catalog-logs-pr1"

def test_config(catalog_stack_config, catalog_target, catalog_deployment):
    assert catalog_stack_config.environment_suffix == "pr1"
    assert catalog_target is catalog_deployment.target
"""
IN_SUBPROCESS = """
import pytest
from pathlib import Path
from tests.unit.harness.fake_run import FakeRun
fake_run = FakeRun(Path({folder!r}), pytest.MonkeyPatch())
fake_run.target.running = True
"""
RECORDS = """
from harness.run.evidence import CheckResult, Plane, Status

def test_check(catalog_check_context):
    catalog_check_context.record(CheckResult(
        check="alb/health", claim="healthy", plane=Plane.DATA, target="embedded",
        status=Status.PASSED, observed="2 of 2", seconds=0.1,
    ))
"""


def report_in(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


class TestLifetime:
    def test_the_stack_is_deployed_once_on_first_use_and_destroyed_at_the_end(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        result = session(TWO_USERS)

        result.assert_outcomes(passed=2)
        assert result.ret == 0
        assert fake_run.verbs.count("apply") == fake_run.verbs.count("destroy") == 1
        assert fake_run.target.steps[-2:] == ["prove", "stop"]
        assert fake_run.status is RunStatus.DESTROYED

    def test_tests_that_do_not_need_it_start_nothing(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        result = session("def test_nothing(): pass")

        result.assert_outcomes(passed=1)
        assert "start" not in fake_run.target.steps
        assert fake_run.ledger.records() == ()
        result.stdout.no_fnmatch_line("*catalog stack*")

    def test_a_failing_test_ends_destroyed_too(self, session: Session, fake_run: FakeRun) -> None:
        result = session("def test_wrong(catalog_deployment): assert 0")

        result.assert_outcomes(failed=1)
        assert result.ret == 1
        assert fake_run.status is RunStatus.DESTROYED

    def test_ctrl_c_in_a_test_ends_destroyed(self, session: Session, fake_run: FakeRun) -> None:
        result = session("def test_long(catalog_deployment): raise KeyboardInterrupt")

        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert fake_run.status is RunStatus.DESTROYED

    def test_sigterm_in_a_test_ends_destroyed_and_leaves_the_handler(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        before = signal.getsignal(signal.SIGTERM)

        result = session(
            "import signal\ndef test_long(catalog_deployment): signal.raise_signal(signal.SIGTERM)"
        )

        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert fake_run.status is RunStatus.DESTROYED
        assert signal.getsignal(signal.SIGTERM) is before

    @pytest.mark.parametrize("more", [(), ("--catalog-keep-stack",)])
    def test_a_session_beyond_its_maximum_duration_ends_destroyed_with_an_error(
        self,
        session: Session,
        fake_run: FakeRun,
        monkeypatch: pytest.MonkeyPatch,
        more: tuple[str, ...],
    ) -> None:
        clock = Clock()
        monkeypatch.setattr("harness.core.max_duration.threading.Timer", clock)
        # The test itself lets the deadline expire.
        monkeypatch.setattr("harness.core.max_duration.go_off", clock.go_off, raising=False)

        result = session(
            "import harness.core.max_duration as limit\n"
            "def test_long(catalog_deployment): limit.go_off()",
            *more,
        )

        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert fake_run.status is RunStatus.DESTROYED
        result.stdout.fnmatch_lines(["*the run exceeded its maximum duration of 120 minutes*"])
        assert not clock.running

    def test_a_long_session_that_uses_no_stack_is_left_alone(
        self, session: Session, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clock()
        monkeypatch.setattr("harness.core.max_duration.threading.Timer", clock)
        monkeypatch.setattr("harness.core.max_duration.go_off", clock.go_off, raising=False)

        result = session(
            "import harness.core.max_duration\n"
            "def test_long(request):\n"
            "    loader = request.config.pluginmanager.get_plugin('catalog-harness-loader')\n"
            "    assert loader.load().stack\n"
            "    harness.core.max_duration.go_off()"
        )

        assert result.ret == 0
        assert clock.seconds == 120 * 60

    def test_a_reused_stack_has_no_deadline_of_the_session(
        self, session: Session, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert session(USES_STACK, "--catalog-keep-stack").ret == 0
        clock = Clock()
        monkeypatch.setattr("harness.core.max_duration.threading.Timer", clock)

        assert session(USES_STACK, "--catalog-reuse-stack").ret == 0
        assert clock.seconds == 0.0


class TestFailure:
    def test_a_failed_deployment_fails_every_test_with_its_error_and_is_not_tried_again(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        fake_run.fail("apply", lines(error("no such version")))

        result = session(TWO_USERS)

        assert result.ret == 1
        result.assert_outcomes(errors=2)
        assert str(result.stdout).count("terraform apply failed: no such version") >= 2
        assert "Traceback" not in str(result.stdout)
        assert fake_run.verbs.count("apply") == 1
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_target_that_does_not_start_fails_the_test(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        fake_run.target.start_error = EmulatorError("no port is free")

        result = session("def test_stack(catalog_target): pass")

        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["*no port is free*"])

    def test_a_target_that_cannot_be_used_ends_the_session_with_one_message(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        fake_run.target.start_error = TargetError("no LocalStack there", remedy="start one")

        result = session(f"{TWO_USERS}\ndef test_other(): pass")

        assert result.ret == 1
        result.stdout.fnmatch_lines(["*Exit: no LocalStack there", "*What to do: start one*"])
        result.assert_outcomes()
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_requested_tier_that_is_not_offered_ends_it_before_anything_is_deployed(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        fake_run.target.lacking = {Capability.S3: "no buckets here"}

        result = session(TWO_USERS)

        assert result.ret == 2
        result.stdout.fnmatch_lines(["*storage (no s3)*"])
        assert "apply" not in fake_run.verbs
        assert fake_run.target.steps[-2:] == ["prove", "stop"]

    def test_a_failed_start_is_not_repeated(self, session: Session, fake_run: FakeRun) -> None:
        fake_run.target.start_error = EmulatorError("no port is free")

        result = session(f"{TWO_USERS}\n{TestRequires.SOURCE}")

        assert fake_run.target.steps.count("start") == 1
        assert str(result.stdout).count("no port is free") >= 2

    def test_known_drift_is_a_note_of_the_report(
        self, session: Session, fake_run: FakeRun, reports: Path
    ) -> None:
        fake_run.target.allowed_drift = [
            AllowedDrift("aws_lb.*", frozenset({"idle_timeout"}), "forgetful")
        ]
        fake_run.terraform.answer("plan", status=2)
        fake_run.terraform.answer("show", json.dumps(CHANGED))

        result = session(USES_STACK)

        assert result.ret == 0
        (note,) = report_in(reports)["notes"]
        assert note.startswith("known drift: aws_lb.alb: update (idle_timeout: 60 -> 90)")
        assert note.endswith(": forgetful")

    def test_drift_fails_the_session(self, session: Session, fake_run: FakeRun) -> None:
        fake_run.terraform.answer("plan", status=2)
        fake_run.terraform.answer("show", json.dumps(CHANGED))

        result = session(USES_STACK)

        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(["*aws_lb.alb: update (idle_timeout: 60 -> 90)*"])
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_leftover_fails_the_session_although_all_tests_passed(
        self, session: Session, fake_run: FakeRun, reports: Path
    ) -> None:
        fake_run.proof = LEFT

        result = session(USES_STACK)

        result.assert_outcomes(passed=1)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert "catalog-logs-pr1" in report_in(reports)["errors"][0]
        assert "catalog-logs-pr1" in report_in(reports)["leftovers"][0]

    def test_a_stack_without_readable_outputs_is_torn_down_all_the_same(
        self, session: Session, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        result = session(
            "def test_stack(catalog_deployment):\n"
            "    import pathlib\n"
            f"    answer = pathlib.Path({str(fake_run.terraform.folder)!r}, 'state pull.1')\n"
            f"    answer.write_text({json.dumps({'stdout': state('terraform_data.item')})!r})\n"
        )

        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert fake_run.verbs[-1] == "destroy"
        assert fake_run.status is RunStatus.DESTROYED


class TestOtherPlugins:
    """Whatever another plugin does, the stack is torn down and the report is written."""

    @pytest.mark.parametrize(
        ("hook", "verdict"),
        [
            ("def pytest_sessionfinish(): raise ValueError('foreign')", "passed"),
            ("def pytest_sessionfinish(): raise KeyboardInterrupt", "passed"),
            (
                "@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
                "def pytest_sessionfinish():\n    raise ValueError('foreign')\n    yield",
                "failed",
            ),
            ("def pytest_runtest_logreport(): raise ValueError('foreign')", "failed"),
            ("def pytest_runtest_teardown(): raise ValueError('foreign')", "failed"),
            ("def pytest_runtest_logfinish(): raise ValueError('foreign')", "failed"),
            ("def pytest_unconfigure(): raise ValueError('foreign')", "passed"),
            ("def pytest_runtest_teardown(item): item.session.shouldstop = 'why'", "interrupted"),
            ("def pytest_runtest_teardown(item): pytest.exit('why')", "interrupted"),
        ],
    )
    def test_the_stack_is_torn_down_and_the_report_written(
        self, with_plugin: Session, fake_run: FakeRun, reports: Path, hook: str, verdict: str
    ) -> None:
        result = with_plugin(hook)

        assert fake_run.status is RunStatus.DESTROYED
        assert fake_run.verbs.count("apply") == fake_run.verbs.count("destroy") == 1
        assert report_in(reports)["verdict"] == verdict
        assert "catalog stack" in str(result.stdout)
        assert result.ret != 0

    @pytest.mark.parametrize(("method", "used"), [("thread", "signal"), ("signal", "signal")])
    def test_pytest_timeout_fails_the_test_and_does_not_end_the_process(
        self, session: Session, pytester: pytest.Pytester, method: str, used: str
    ) -> None:
        pytester.makeconftest("""
            import pytest

            class Specification:
                @staticmethod
                @pytest.hookspec(firstresult=True)
                def pytest_timeout_set_timer(item, settings): pass

            class Timeout:
                @staticmethod
                def pytest_timeout_set_timer(item, settings): return settings.method

            def pytest_configure(config):
                if config.pluginmanager.has_plugin("timeout"):
                    config.pluginmanager.unregister(name="timeout")
                else:
                    config.pluginmanager.add_hookspecs(Specification)
                config.pluginmanager.register(Timeout, "timeout")
            """)
        result = session(
            "from collections import namedtuple\n"
            "Settings = namedtuple('Settings', 'method')\n"
            "def test_stack(catalog_deployment, request):\n"
            "    set_timer = request.config.hook.pytest_timeout_set_timer\n"
            f"    used = set_timer(item=request.node, settings=Settings({method!r}))\n"
            f"    assert used == {used!r}\n"
        )

        result.assert_outcomes(passed=1)

    @pytest.mark.parametrize("option", ["--maxfail=1", "-x"])
    def test_a_session_that_stops_at_a_failure_has_failed(
        self, session: Session, fake_run: FakeRun, reports: Path, option: str
    ) -> None:
        session("def test_wrong(catalog_deployment): assert 0\ndef test_other(): pass", option)

        assert fake_run.status is RunStatus.DESTROYED
        assert report_in(reports)["verdict"] == "failed"

    def test_a_crashed_worker_skips_no_teardown(
        self, with_plugin: Session, fake_run: FakeRun, reports: Path
    ) -> None:
        crash = "def pytest_runtest_teardown():\n    import os\n    os._exit(9)"
        with_plugin(crash, "-n", "1", "--max-worker-restart=0")

        assert fake_run.status is RunStatus.DESTROYED
        assert report_in(reports)["verdict"] == "failed"

    @pytest.fixture
    def with_plugin(
        self, pytester: pytest.Pytester, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> Session:
        """Run a test of the stack in a process of its own, with a hook in its conftest."""
        monkeypatch.setenv("CATALOG_HARNESS_HOME", str(fake_run.home))
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))

        def run(hook: str, *options: str) -> pytest.RunResult:
            pytester.makeconftest(f"{IN_SUBPROCESS.format(folder=str(fake_run.folder))}{hook}\n")
            pytester.makepyfile(USES_STACK)
            return pytester.runpytest_subprocess(
                "-p", "no:cacheprovider", *options, *fake_run.pytest_options()
            )

        return run


class TestVerdict:
    @pytest.mark.parametrize(
        "ending", ["raise KeyboardInterrupt", "signal.raise_signal(signal.SIGTERM)"]
    )
    def test_an_interrupted_session_has_a_verdict_of_its_own(
        self, session: Session, reports: Path, ending: str
    ) -> None:
        session(f"import signal\ndef test_long(catalog_deployment): {ending}")

        report = report_in(reports)
        assert (report["verdict"], report["passed"]) == ("interrupted", False)
        assert report["errors"]
        assert report["torn_down"]

    def test_a_passed_test_of_the_stack_proves_something_without_a_check(
        self, session: Session, reports: Path
    ) -> None:
        assert session(USES_STACK).ret == 0
        assert report_in(reports)["verdict"] == "passed"

    def test_a_session_that_proved_nothing_has_not_passed(
        self, session: Session, reports: Path
    ) -> None:
        result = session(
            "import pytest\n"
            "from harness import NotProvableError\n"
            "def test_check(catalog_deployment): raise NotProvableError('no TLS here')\n"
        )

        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert report_in(reports)["verdict"] == "nothing proved"
        result.stdout.fnmatch_lines(["NOTHING PROVED*"])

    def test_the_error_of_the_deployment_comes_before_the_tests_that_failed_by_it(
        self, session: Session, fake_run: FakeRun, reports: Path
    ) -> None:
        fake_run.fail("apply", lines(error("no such version")))

        session(USES_STACK)

        report = report_in(reports)
        (first,) = report["errors"]
        assert "no such version" in first
        assert [each["status"] for each in report["tests"]] == ["failed"]


class TestKeeping:
    def test_a_kept_stack_is_attached_to_and_left_up_again(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        kept = session(USES_STACK, "--catalog-keep-stack")
        reused = session(USES_STACK, "--catalog-reuse-stack", options=())

        assert kept.ret == reused.ret == 0
        assert fake_run.verbs.count("apply") == 1
        assert "destroy" not in fake_run.verbs
        assert fake_run.status is RunStatus.DEPLOYED
        for result in (kept, reused):
            assert "catalog-harness destroy --environment-suffix pr1" in " ".join(
                str(result.stdout).split()
            )

    def test_a_reusing_session_reports_no_phase_of_the_session_that_deployed(
        self, session: Session, tmp_path: Path
    ) -> None:
        session(USES_STACK, "--catalog-keep-stack", "--catalog-report-dir", str(tmp_path / "1"))
        options = ("--catalog-reuse-stack", "--catalog-report-dir", str(tmp_path / "2"))
        session(USES_STACK, *options, options=())

        kept, reused = (report_in(tmp_path / name)["phases"] for name in "12")
        assert "apply" in [phase["name"] for phase in kept]
        assert "apply" not in [phase["name"] for phase in reused]

    def test_without_a_kept_stack_there_is_nothing_to_reuse(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        result = session(USES_STACK, "--catalog-reuse-stack", options=())

        assert result.ret != 0
        assert "no deployed stack is on record" in str(result.stdout) + str(result.stderr)

    @pytest.mark.parametrize("status", RunStatus)
    def test_a_stack_in_use_is_left_alone(
        self, session: Session, fake_run: FakeRun, tmp_path: Path, status: RunStatus
    ) -> None:
        session(USES_STACK, "--catalog-keep-stack")
        before = fake_run.ledger.update(SUFFIX, status=status), fake_run.verbs
        options = (
            *("--catalog-reuse-stack", f"--catalog-environment-suffix={SUFFIX}"),
            f"--catalog-report-dir={tmp_path / 'of-the-refused'}",
        )

        with fake_run.run().owned("catalog-harness run"):
            result = session(USES_STACK, *options, options=())

        assert result.ret == 2
        assert f"the run {SUFFIX} is in use by process" in str(result.stdout) + str(result.stderr)
        assert before == (fake_run.ledger.get(SUFFIX), fake_run.verbs)
        assert not (tmp_path / "of-the-refused").exists(), "no bundle of the other run"

    @pytest.mark.parametrize("status", sorted(set(RunStatus) - {RunStatus.DEPLOYED}))
    def test_a_stack_that_is_not_deployed_is_neither_reused_nor_destroyed(
        self, session: Session, fake_run: FakeRun, status: RunStatus
    ) -> None:
        session(USES_STACK, "--catalog-keep-stack")
        before = fake_run.ledger.update(SUFFIX, status=status, error="no answer"), fake_run.verbs
        options = ("--catalog-reuse-stack", f"--catalog-environment-suffix={SUFFIX}")

        result = session(USES_STACK, *options, options=())

        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert f"its run is on record as {status}" in str(result.stdout) + str(result.stderr)
        assert before == (fake_run.ledger.get(SUFFIX), fake_run.verbs)

    @pytest.mark.parametrize("fixture", ["catalog_outputs", "catalog_target"])
    def test_a_reused_stack_that_cannot_be_attached_to_is_left_as_it_is(
        self, session: Session, fake_run: FakeRun, fixture: str
    ) -> None:
        session(USES_STACK, "--catalog-keep-stack")
        before = fake_run.ledger.get(SUFFIX), fake_run.verbs
        fake_run.target.running = False

        result = session(f"def test({fixture}): pass", "--catalog-reuse-stack", options=())

        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert "no embedded cloud runs in" in str(result.stdout)
        assert "is still deployed" not in str(result.stdout)
        assert before == (fake_run.ledger.get(SUFFIX), fake_run.verbs)

    def test_a_session_owns_its_run_until_its_end(
        self, session: Session, fake_run: FakeRun, pytester: pytest.Pytester
    ) -> None:
        session(
            "from pathlib import Path\n"
            "from harness.run.owner import living_owner\n"
            "def test_stack(catalog_deployment):\n"
            "    Path('owner').write_text(str(living_owner(catalog_deployment.run.directory)))\n"
        )

        assert "(pytest) since" in (pytester.path / "owner").read_text()
        assert fake_run.ledger.owner(SUFFIX) is None

    def test_a_session_without_a_stack_leaves_no_folder(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        session("def test_nothing(stack_config=None): pass")

        assert not fake_run.ledger.directory(SUFFIX).exists()

    def test_a_suffix_in_use_is_refused_and_its_stack_left_alone(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        session(USES_STACK, "--catalog-keep-stack")
        before = fake_run.ledger.get(SUFFIX)

        result = session(USES_STACK)

        assert result.ret == 2
        result.stdout.fnmatch_lines(["*is on record as deployed*"])
        assert fake_run.ledger.get(SUFFIX) == before
        assert "destroy" not in fake_run.verbs

    def test_what_a_guard_refuses_has_a_report_though_it_is_not_on_record(
        self,
        session: Session,
        fake_run: FakeRun,
        reports: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("harness.deploy.deploy.require_permission", refuse_as_guard)

        result = session(USES_STACK)

        assert result.ret == 2
        report = report_in(reports)
        assert report["verdict"] == "refused"
        assert report["errors"] == ["the root user\n  What to do: use a role"]
        assert fake_run.ledger.records() == ()

    def test_a_suffix_whose_run_was_destroyed_is_free_again(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        session(USES_STACK).assert_outcomes(passed=1)
        session(USES_STACK).assert_outcomes(passed=1)

        assert fake_run.verbs.count("apply") == fake_run.verbs.count("destroy") == 2


class TestRequires:
    SOURCE = """
import pytest

@pytest.mark.catalog_requires("cloudfront-data-plane", "ecs")
def test_edge(): pass

@pytest.mark.catalog_requires("ecs")
def test_ecs(): pass
"""

    def test_what_the_target_lacks_is_skipped_with_the_reason(
        self, session: Session, fake_run: FakeRun, reports: Path
    ) -> None:
        fake_run.target.lacking = {Capability.CLOUDFRONT_DATA_PLANE: "no edge here"}

        result = session(self.SOURCE, "-rs")

        result.assert_outcomes(passed=1, skipped=1)
        result.stdout.fnmatch_lines(["*not provable on embedded: no edge here*"])
        edge, ecs = report_in(reports)["tests"]
        assert (edge["status"], ecs["status"]) == ("not provable", "passed")
        assert "no edge here" in edge["output"]

    def test_the_target_is_started_to_find_out_and_ended_again(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        session(self.SOURCE)

        assert fake_run.target.steps[1:] == ["start", "prove", "stop"]
        assert "apply" not in fake_run.verbs

    def test_a_target_that_does_not_start_fails_the_test(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        fake_run.target.start_error = EmulatorError("no port is free")

        result = session(self.SOURCE)

        assert result.ret == 1
        result.stdout.fnmatch_lines(["*no port is free*"])

    def test_a_check_that_cannot_be_made_skips_its_test(self, session: Session) -> None:
        result = session(
            "from harness.core.errors import NotProvableError\n"
            "def test_check(): raise NotProvableError('no TLS here')",
            "-rs",
        )

        result.assert_outcomes(skipped=1)
        result.stdout.fnmatch_lines(["*not provable: no TLS here*"])


class TestReport:
    def test_evidence_is_in_summary_report_and_junit(
        self, session: Session, reports: Path, tmp_path: Path
    ) -> None:
        junit = tmp_path / "junit.xml"

        result = session(RECORDS, f"--junit-xml={junit}")

        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*catalog stack*"])
        report = report_in(reports)
        assert [each["check"] for each in report["results"]] == ["alb/health"]
        assert report["torn_down"]
        assert report["outputs"]["log_bucket_name"] == "catalog-logs-pr1"
        assert 'name="alb/health" value="passed' in junit.read_text()

    def test_failed_tests_are_listed_in_it(self, session: Session, reports: Path) -> None:
        session("def test_wrong(catalog_deployment):\n    print('seen')\n    assert 1 == 2")

        report = report_in(reports)
        (test,) = report["tests"]
        assert (report["verdict"], report["errors"]) == ("failed", [])
        assert test["name"].endswith("::test_wrong")
        assert (test["status"], test["attempts"]) == ("failed", 1)
        assert "assert 1 == 2" in test["output"]
        assert "seen" in test["output"]

    def test_another_failed_test_is_an_error_of_the_session(
        self, session: Session, reports: Path
    ) -> None:
        session(f"{USES_STACK}\ndef test_wrong(): assert 0")

        assert "::test_wrong" in report_in(reports)["errors"][0]

    def test_attempts_at_a_test_count_once(
        self, session: Session, reports: Path, pytester: pytest.Pytester
    ) -> None:
        """As pytest-rerunfailures does it: it counts on the item, and reports "rerun"."""
        pytester.makeconftest(
            "import pytest\n"
            "from _pytest.runner import runtestprotocol\n"
            "def pytest_runtest_protocol(item, nextitem):\n"
            "    for item.execution_count in (1, 2):\n"
            "        item._initrequest()\n"
            "        reports = runtestprotocol(item, nextitem=nextitem, log=False)\n"
            "        for report in reports:\n"
            "            if report.failed and item.execution_count == 1:\n"
            "                report.outcome = 'rerun'\n"
            "            item.ihook.pytest_runtest_logreport(report=report)\n"
            "    return True\n"
        )
        session(
            "from harness.run.evidence import CheckResult, Plane, Status\n"
            "tries = []\n"
            "def test_flaky(catalog_check_context):\n"
            "    tries.append(1)\n"
            "    status = Status.PASSED if len(tries) > 1 else Status.FAILED\n"
            "    catalog_check_context.record_result(CheckResult(\n"
            "        'alb/a', 'a', Plane.DATA, 'embedded', status, 'seen', 0.1))\n"
            "    assert len(tries) > 1\n",
        )

        report = report_in(reports)
        assert [each["status"] for each in report["results"]] == ["passed"]
        assert [(each["status"], each["attempts"]) for each in report["tests"]] == [("passed", 2)]
        assert report["verdict"] == "passed"

    def test_a_folder_that_cannot_be_written_ends_the_session_before_anything_exists(
        self, session: Session, fake_run: FakeRun, reports: Path
    ) -> None:
        reports.write_text("a file")

        result = session(USES_STACK)

        assert result.ret == 2
        result.stdout.fnmatch_lines(["*to *reports*"])
        assert "start" not in fake_run.target.steps

    def test_a_folder_that_cannot_be_written_any_more_is_an_error_in_the_summary(
        self, session: Session, reports: Path
    ) -> None:
        result = session(
            "from pathlib import Path\n"
            "def test_that_leaves_no_place(catalog_deployment):\n"
            f"    Path({str(reports)!r}).write_text('a file')\n"
        )

        result.stdout.fnmatch_lines(["*cannot write the report*"])

    def test_progress_is_shown_unless_quiet(self, session: Session) -> None:
        assert "apply: finished" in str(session(USES_STACK).stdout)
        assert "apply: finished" not in str(session(USES_STACK, "-q").stdout)


class TestExclusive:
    def test_a_test_that_changes_the_stack_waits_for_the_second_plan(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        result = session(
            "import pathlib, pytest\n"
            "@pytest.mark.catalog_exclusive\n"
            "def test_change(catalog_deployment):\n"
            f"    calls = pathlib.Path({str(fake_run.terraform.folder)!r}, 'calls')\n"
            "    assert 'plan' in calls.read_text().splitlines()\n"
        )

        result.assert_outcomes(passed=1)

    def test_on_a_reused_stack_there_is_no_second_plan_to_wait_for(self, session: Session) -> None:
        source = "import pytest\n@pytest.mark.catalog_exclusive\ndef test(catalog_outputs): pass"
        session(source, "--catalog-keep-stack").assert_outcomes(passed=1)

        session(source, "--catalog-reuse-stack", options=()).assert_outcomes(passed=1)


class TestSettings:
    def test_an_ini_value_is_a_setting(
        self, session: Session, pytester: pytest.Pytester, fake_run: FakeRun
    ) -> None:
        pytester.makeini(f"[pytest]\ncatalog_environment_suffix = {SUFFIX}\n")

        session(USES_STACK, options=fake_run.pytest_options()[1:]).assert_outcomes(passed=1)

        assert fake_run.ledger.get(SUFFIX).status is RunStatus.DESTROYED

    def test_one_that_cannot_be_used_is_a_usage_error(
        self, session: Session, fake_run: FakeRun
    ) -> None:
        result = session(USES_STACK, "--catalog-target", "moon", options=())

        assert result.ret != 0
        assert "'moon' is not a target" in str(result.stdout) + str(result.stderr)
        assert "start" not in fake_run.target.steps

    def test_the_options_are_in_pytests_help(self, pytester: pytest.Pytester) -> None:
        output = str(pytester.runpytest_inprocess("--help").stdout)

        assert "deploying the catalog stack" in output
        assert "--catalog-reuse-stack" in output
        assert "CATALOG_HARNESS_REUSE_STACK" in output

    def test_the_markers_are_declared(self, pytester: pytest.Pytester) -> None:
        output = str(pytester.runpytest_inprocess("--markers").stdout)

        assert "@pytest.mark.catalog_requires(*capabilities)" in output
        assert "@pytest.mark.catalog_exclusive" in output


def test_workers_share_one_deployment(
    pytester: pytest.Pytester, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATALOG_HARNESS_HOME", str(fake_run.home))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))
    pytester.makeconftest(IN_SUBPROCESS.format(folder=str(fake_run.folder)))
    pytester.makepyfile(
        "import pytest\n"
        "@pytest.mark.parametrize('n', range(4))\n"
        "def test_stack(catalog_outputs, n): assert catalog_outputs.region == 'eu-north-1'\n"
    )

    result = pytester.runpytest_subprocess(
        "-n", "2", "-p", "no:cacheprovider", *fake_run.pytest_options()
    )

    result.assert_outcomes(passed=4)
    assert result.ret == 0
    assert fake_run.verbs.count("apply") == fake_run.verbs.count("destroy") == 1
    assert fake_run.status is RunStatus.DESTROYED
    result.stdout.fnmatch_lines(["*apply: finished*", "*catalog stack*"])


@pytest.mark.parametrize("capture", ["fd", "sys"])
def test_the_progress_of_a_deployment_is_shown_while_pytest_captures_the_output(
    pytester: pytest.Pytester, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch, capture: str
) -> None:
    monkeypatch.setenv("CATALOG_HARNESS_HOME", str(fake_run.home))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))
    pytester.makeconftest(IN_SUBPROCESS.format(folder=str(fake_run.folder)))
    pytester.makepyfile(USES_STACK)

    result = pytester.runpytest_subprocess(
        f"--capture={capture}", "-p", "no:cacheprovider", *fake_run.pytest_options()
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["test_*", "[[]*apply: finished*", "*100%*", "[[]*destroy: started", "*catalog stack*"]
    )
    # A line of the second plan may come between.
    assert re.search(r"^\.\s+(\[ .* s\n\s+)*\[100%\]", str(result.stdout), re.MULTILINE)
