"""The spellings without prefix still work, with a warning, unless another plugin uses the name."""

import pytest

from harness.aws.capability import Capability
from harness.run.ledger import RunStatus
from tests.component.harness.plugin.conftest import Session
from tests.unit.harness.fake_run import SUFFIX, FakeRun

pytest_plugins = ["pytester"]

OLD_NAMES = """
import pytest

@pytest.mark.exclusive
def test_old(outputs, deployment, request):
    assert outputs.region == 'eu-north-1'
    assert 'catalog_lock' in request.fixturenames
    assert request.node.get_closest_marker('catalog_exclusive')

@pytest.mark.requires('cloudfront-data-plane')
def test_missing(target): pass
"""
FOREIGN_CONFTEST = """
import pytest

def pytest_addoption(parser):
    parser.addoption("--target", default="nowhere")
    parser.addoption("--region", action="store_true")
    parser.addini("harness_target", "theirs", default="theirs")

def pytest_configure(config):
    config.addinivalue_line("markers", "requires(*packages): theirs")
"""


def test_options_and_ini_values_work_with_a_warning(
    session: Session, pytester: pytest.Pytester, fake_run: FakeRun
) -> None:
    pytester.makeini(f"[pytest]\naddopts = --strict-config\nharness_environment_suffix = {SUFFIX}")
    old = fake_run.options()[1:]

    result = session("def test_stack(catalog_deployment): pass", options=old)

    result.assert_outcomes(passed=1, warnings=len(old) + 1)
    output = str(result.stdout)
    assert "harness_environment_suffix is deprecated and will be removed: use catalog_env" in output
    assert "option --report-dir is deprecated and will be removed: use --catalog-report" in output
    assert fake_run.ledger.get(SUFFIX).status is RunStatus.DESTROYED


def test_fixtures_and_markers_work_with_a_warning(session: Session, fake_run: FakeRun) -> None:
    fake_run.target.lacking = {Capability.CLOUDFRONT_DATA_PLANE: "no edge here"}

    result = session(OLD_NAMES, "--strict-markers")

    result.assert_outcomes(passed=1, skipped=1)
    output = str(result.stdout)
    assert "fixture outputs is deprecated and will be removed: use catalog_outputs" in output
    assert "marker requires is deprecated and will be removed: use catalog_requires" in output
    assert "marker exclusive is deprecated and will be removed: use catalog_exclusive" in output


def test_the_new_spellings_give_no_warning(session: Session, fake_run: FakeRun) -> None:
    result = session("def test_stack(catalog_deployment): pass", "-W", "error")

    result.assert_outcomes(passed=1)


def test_the_names_of_other_plugins_keep_their_meaning(
    pytester: pytest.Pytester, session: Session, fake_run: FakeRun
) -> None:
    pytester.makeconftest(FOREIGN_CONFTEST)
    pytester.makeini("[pytest]\nharness_target = custom")

    result = session(
        "import pytest\n"
        "@pytest.mark.requires('pandas')\n"
        "def test_own(request):\n"
        "    assert request.config.getoption('--target') == 'moon'\n"
        "    assert request.config.getoption('--region') is True\n"
        "    assert request.config.getini('harness_target') == 'custom'\n"
        "    assert request.config.getini('catalog_target') == ''\n",
        "--target=moon",
        "--region",
        "--strict-markers",
        "-W",
        "error",
        options=(),
    )

    result.assert_outcomes(passed=1)
    assert fake_run.target.steps == []


def test_an_unregistered_marker_of_other_people_means_nothing(
    session: Session, fake_run: FakeRun
) -> None:
    result = session(
        "import pytest\n@pytest.mark.requires('pandas')\ndef test_own(): pass", "-W", "error"
    )

    result.assert_outcomes(passed=1)
    assert fake_run.target.steps == []


@pytest.mark.parametrize("conftest", [True, False])
def test_a_fixture_of_other_people_comes_first(
    pytester: pytest.Pytester, session: Session, *, conftest: bool
) -> None:
    theirs = "import pytest\n@pytest.fixture\ndef network(): return 'theirs'\n"
    if conftest:
        pytester.makeconftest(theirs)
    else:
        pytester.makepyfile(their_plugin=theirs)
    options = () if conftest else ("-p", "their_plugin")
    pytester.syspathinsert()

    result = session("def test_own(network): assert network == 'theirs'", *options, "-W", "error")

    result.assert_outcomes(passed=1)


def test_short_names_are_one_line_in_a_conftest_and_give_no_warning(
    pytester: pytest.Pytester, session: Session, fake_run: FakeRun
) -> None:
    (pytester.mkdir("below") / "conftest.py").write_text(
        "from harness.plugin.short_names import *\n"
    )
    (pytester.path / "below" / "test_short.py").write_text(
        "def test_short(outputs, deployment, catalog_deployment):\n"
        "    assert outputs is deployment.outputs\n"
        "    assert deployment is catalog_deployment\n"
    )

    result = session("def test_other(): pass", "-W", "error")

    result.assert_outcomes(passed=2)


def test_a_capability_that_does_not_exist_is_named_with_a_suggestion(session: Session) -> None:
    result = session(
        "import pytest\n@pytest.mark.catalog_requires('rds-dat')\ndef test_own(): pass"
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*catalog_requires: 'rds-dat' is not a capability. Did you mean 'rds-data'?*"]
    )


def test_a_failing_check_shows_the_test_and_the_claim_and_nothing_of_the_harness(
    session: Session, fake_run: FakeRun
) -> None:
    source = (
        "def test_check(catalog_check_context):\n"
        "    from harness import ServiceChecks, check, expect\n"
        "    class Api(ServiceChecks):\n"
        "        service, requires = 'api', ('network',)\n"
        "        @check('every task answers')\n"
        "        def answers(self):\n"
        "            try: {}['x']\n"
        "            except KeyError as error:\n"
        "                expect(False, 'status 200', 503)\n"
        "    Api(catalog_check_context).answers()\n"
    )

    result = session(source)

    result.assert_outcomes(failed=1)
    output = str(result.stdout)
    assert "CheckFailedError: expected status 200, seen: 503" in output
    assert "claim: every task answers (api/answers)" in output
    assert "> " in output
    assert "harness/checks" not in output
    assert "During handling" not in output
