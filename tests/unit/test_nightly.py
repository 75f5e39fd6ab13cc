"""The nightly workflow: what must hold after every edit; see ``test_workflows`` for all of them."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.deploy.guards.credentials import TEARDOWN_MINUTES
from harness.settings.options import OPTIONS
from harness.settings.settings import load_settings

ROOT = Path(__file__).parents[2]
# YAML 1.1 reads the key "on" as True.
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/nightly.yml").read_text())
JOBS: dict[str, Any] = WORKFLOW["jobs"]
WITH_ROLE = {"aws", "sweep"}
MAX_DURATION = float(WORKFLOW["env"]["CATALOG_HARNESS_MAX_DURATION"])


def commands(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def steps(action: str) -> list[dict[str, Any]]:
    return [
        step
        for job in JOBS.values()
        for step in job["steps"]
        if step.get("uses", "").partition("@")[0] == action
    ]


def test_it_runs_every_night_and_on_demand() -> None:
    assert WORKFLOW[True]["schedule"][0]["cron"]
    assert "workflow_dispatch" in WORKFLOW[True]


def test_it_logs_in_by_oidc_and_holds_no_secret() -> None:
    logins = steps("aws-actions/configure-aws-credentials")
    assert len(logins) == len(WITH_ROLE)
    assert all("role-to-assume" in step["with"] for step in logins)
    assert "secrets." not in (ROOT / ".github/workflows/nightly.yml").read_text()


def test_only_jobs_that_log_in_may_request_a_token_of_oidc() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    for name, job in JOBS.items():
        assert ("id-token" in job.get("permissions", {})) == (name in WITH_ROLE)


def test_a_night_that_fails_is_an_issue() -> None:
    notice = JOBS["notice"]

    assert notice["if"] == "failure()"
    assert set(notice["needs"]) == set(JOBS) - {"notice"}
    assert notice["permissions"] == {"issues": "write"}
    [step] = notice["steps"]
    assert "gh issue create" in step["run"]
    assert "${{" not in step["run"], "values come as variables, never as a part of the script"


@pytest.mark.parametrize("job", ["aws", "sweep"])
def test_packages_have_the_versions_of_the_lock(job: str) -> None:
    texts = commands(job)
    locking = next(index for index, text in enumerate(texts) if "uv export" in text)

    assert "PIP_CONSTRAINT=" in texts[locking]
    assert "UV_CONSTRAINT=" in texts[locking]
    assert texts.index("python -m pip install .") > locking


def test_one_run_at_a_time_and_none_is_cancelled() -> None:
    assert WORKFLOW["concurrency"] == {"group": "nightly-aws", "cancel-in-progress": False}


def test_it_runs_the_suite_of_tox() -> None:
    assert "tox -e aws" in commands("aws")
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    environment = tox["testenv:aws"]
    assert "--catalog-target aws" in environment["commands"]
    assert {"AWS_*", "TERRAFORM_STATE_*"} <= set(environment["pass_env"].split())


def test_the_report_is_kept_also_after_a_failure() -> None:
    (upload,) = steps("actions/upload-artifact")

    assert upload["if"] == "always()"
    assert upload["with"]["path"] == "reports/"


def test_leftovers_are_swept_also_after_a_failure() -> None:
    assert JOBS["sweep"]["needs"] == "aws"
    assert JOBS["sweep"]["if"] == "always()"
    sweeps = [text for text in commands("sweep") if "catalog-harness sweep" in text]
    assert any("--expired --yes" in text for text in sweeps)
    assert any('--environment-suffix "$CATALOG_HARNESS_ENV' in text for text in sweeps)
    assert all("--account-id" in text and "--target aws" in text for text in sweeps)


def test_the_image_is_deleted_also_after_a_failure() -> None:
    (delete,) = [step for step in JOBS["aws"]["steps"] if "image delete" in step.get("run", "")]

    assert delete["if"] == "always()"


def test_job_and_credentials_outlast_the_run_and_its_teardown() -> None:
    (login,) = [
        step for step in JOBS["aws"]["steps"] if "configure-aws-credentials" in step.get("uses", "")
    ]

    assert JOBS["aws"]["timeout-minutes"] >= MAX_DURATION + TEARDOWN_MINUTES
    assert login["with"]["role-duration-seconds"] / 60 >= JOBS["aws"]["timeout-minutes"]


@pytest.mark.parametrize("job", sorted(WITH_ROLE))
def test_actions_are_pinned(job: str) -> None:
    used = [step["uses"] for step in JOBS[job]["steps"] if "uses" in step]

    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in used)


def test_every_variable_is_one_that_the_harness_reads() -> None:
    known = {name for option in OPTIONS for name in (option.variable, option.standard)}
    given = {k: str(v) for k, v in WORKFLOW["env"].items() if "{{" not in str(v)}

    assert set(WORKFLOW["env"]) <= known
    load_settings({option.field: None for option in OPTIONS}, environ=given)


def test_the_suffix_fits() -> None:
    suffix: str = WORKFLOW["env"]["CATALOG_HARNESS_ENVIRONMENT_SUFFIX"]
    longest = suffix.replace("${{ github.run_number }}", "99999")
    longest = longest.replace("${{ github.run_attempt }}", "99")

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", longest)
    assert len(longest) <= 20
