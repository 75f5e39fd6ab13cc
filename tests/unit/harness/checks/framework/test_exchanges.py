"""The requests of a check, recorded with their answers."""

import pytest

from harness.checks.framework.exchanges import ExchangeLog
from harness.core.redaction import MASK
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError


@pytest.fixture
def log() -> ExchangeLog:
    log = ExchangeLog()
    log.begin()
    return log


def test_a_call_of_a_client_is_recorded_with_its_answer(log: ExchangeLog) -> None:
    session = FakeAws()
    session.answers = {
        "ecs.ListTasks": {"taskArns": ["t/1"]},
        "secretsmanager.GetSecretValue": {"SecretString": "tr0ub4dor"},
    }
    log.observe(session)

    session.client("ecs").list_tasks(cluster="main")
    session.client("secretsmanager").get_secret_value(SecretId="database")

    tasks, secret = log.last
    assert tasks.call == "ecs ListTasks"
    assert '"cluster": "main"' in tasks.request
    assert "t/1" in tasks.answer
    assert "ResponseMetadata" not in tasks.answer
    assert secret.answer == MASK


def test_a_refused_call_is_recorded_with_its_error(log: ExchangeLog) -> None:
    def refuse(_: object) -> dict[str, object]:
        raise RefusalError("AccessDenied")

    session = FakeAws()
    session.answers = {"ecs.ListTasks": refuse}
    log.observe(session)

    with pytest.raises(Exception, match="AccessDenied"):
        session.client("ecs").list_tasks()

    (exchange,) = log.last
    assert "AccessDenied" in exchange.answer


def test_a_poll_is_one_exchange_with_its_last_answer(log: ExchangeLog) -> None:
    for answer in ("initial", "unhealthy"):
        log.add("GET /", "", answer)

    assert [exchange.answer for exchange in log.last] == ["unhealthy"]


def test_only_the_last_ones_are_kept_and_those_of_the_check_before_are_not(
    log: ExchangeLog,
) -> None:
    for number in range(20):
        log.add(f"call {number}", "", "")
    assert [exchange.call for exchange in log.last][-1] == "call 19"
    assert len(log.last) < 20

    log.begin()

    assert log.last == ()


def test_outside_of_a_check_nothing_is_recorded() -> None:
    log = ExchangeLog()

    log.add("call", "", "")

    assert log.last == ()


def test_a_long_answer_is_cut(log: ExchangeLog) -> None:
    log.add("call", "", "x" * 100_000)

    assert len(log.last[0].answer) < 5000
