import json
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn

from harness.aws.capability import Capability
from harness.checks.aurora import Aurora
from harness.checks.registry import run_checks
from harness.core.errors import CheckFailedError
from harness.core.redaction import MASK, redact
from harness.run.evidence import Status
from harness.targets.base import DatabaseRoute
from tests.unit.harness.checks.fake_deployment import ENDPOINT, GONE, PASSWORD, FakeDeployment
from tests.unit.harness.checks.fake_http import replace_body

CLUSTER = ("rds.DescribeDBClusters", "DBClusters", 0)
INSTANCE = ("rds.DescribeDBInstances", "DBInstances", 0)


@pytest.mark.parametrize(
    ("place", "value", "check", "observed"),
    [
        ((*CLUSTER, "Status"), "creating", "cluster", "creating"),
        ((*CLUSTER, "Engine"), "aurora-mysql", "cluster", "aurora-mysql"),
        ((*CLUSTER, "EngineVersion"), "15.9", "cluster", "15.9"),
        ((*CLUSTER, "StorageEncrypted"), False, "cluster", "StorageEncrypted"),
        ((*CLUSTER, "HttpEndpointEnabled"), GONE, "cluster", "HttpEndpointEnabled"),
        ((*CLUSTER, "ServerlessV2ScalingConfiguration"), GONE, "cluster", "Capacity"),
        ((*CLUSTER, "VpcSecurityGroups"), [], "cluster", "VpcSecurityGroups"),
        ((*CLUSTER, "DBClusterMembers"), [], "instances", "IsClusterWriter"),
        (("rds.DescribeDBInstances", "DBInstances"), [], "instances", "is missing"),
        ((*CLUSTER, "DeletionProtection"), True, "cluster", "DeletionProtection"),
        ((*CLUSTER, "BackupRetentionPeriod"), 7, "cluster", "BackupRetentionPeriod"),
        ((*INSTANCE, "DBInstanceStatus"), "rebooting", "instances", "rebooting"),
        ((*INSTANCE, "DBInstanceClass"), "db.r6g.large", "instances", "db.r6g.large"),
        ((*INSTANCE, "PubliclyAccessible"), True, "instances", "PubliclyAccessible"),
        ((*CLUSTER, "DBClusterParameterGroup"), "default", "cluster", "default"),
        (
            (
                "rds.DescribeDBClusterParameters",
                "Parameters",
                {"ParameterName": "rds.force_ssl"},
                "ParameterValue",
            ),
            "0",
            "parameter-group",
            "'0'",
        ),
        (
            ("rds.DescribeDBClusterParameters", "Parameters"),
            [],
            "parameter-group",
            "ParameterValue",
        ),
        ((*CLUSTER, "DBSubnetGroup"), "default", "cluster", "default"),
        (
            ("rds.DescribeDBSubnetGroups", "DBSubnetGroups", 0, "Subnets"),
            [{"SubnetIdentifier": "subnet-pub-a"}],
            "private-subnets",
            "subnet-pub-a",
        ),
    ],
)
def test_a_wrong_cluster_fails_its_check_alone(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, check: str, observed: str
) -> None:
    fake_deployment.change(*place, to=value)

    failures = fake_deployment.failures("aurora/*")

    assert list(failures) == [f"aurora/{check}"]
    assert observed in failures[f"aurora/{check}"]


def _secret(fake_deployment: FakeDeployment, **changes: Any) -> None:
    answer: Any = fake_deployment.answers["secretsmanager.GetSecretValue"]
    values = {**json.loads(answer["SecretString"]), **changes}
    kept = {key: value for key, value in values.items() if value is not GONE}
    fake_deployment.answers["secretsmanager.GetSecretValue"] = {"SecretString": json.dumps(kept)}


@pytest.mark.parametrize(
    ("changes", "observed"),
    [
        ({"dbname": "postgres"}, "postgres"),
        ({"username": "another-user"}, "another-user"),
        ({"engine": "mysql"}, "mysql"),
        ({"port": "5432"}, "'5432'"),
        ({"sslmode": "disable"}, "sslmode"),
        ({"host": GONE}, "missing: host"),
        ({"password": ""}, "missing: password"),
        ({"port": "five"}, "a number as port"),
    ],
)
def test_a_secret_that_does_not_match_fails(
    fake_deployment: FakeDeployment, changes: dict[str, Any], observed: str
) -> None:
    _secret(fake_deployment, **changes)

    failures = fake_deployment.failures("aurora/secret-matches-cluster")

    assert observed in failures["aurora/secret-matches-cluster"]


@pytest.mark.parametrize("text", ["not JSON", "[1]"])
def test_a_secret_of_another_shape_fails_without_being_shown(
    fake_deployment: FakeDeployment, text: str
) -> None:
    fake_deployment.answers["secretsmanager.GetSecretValue"] = {"SecretString": text}

    observed = fake_deployment.failures("aurora/secret-matches-cluster")[
        "aurora/secret-matches-cluster"
    ]

    assert "expected JSON in the secret" in observed or "expected a JSON object" in observed
    assert text not in observed


def test_a_changed_password_fails_exactly_what_uses_it(fake_deployment: FakeDeployment) -> None:
    def refuse(parameters: dict[str, Any]) -> dict[str, Any]:
        from tests.unit.harness.checks.fake_aws import RefusalError  # noqa: PLC0415

        raise RefusalError("BadRequestException", "password authentication failed")

    _secret(fake_deployment, password="another-password")
    fake_deployment.answers["rds-data.ExecuteStatement"] = refuse

    failures = fake_deployment.failures()

    assert set(failures) == {
        "aurora/connects-with-secret",
        "aurora/data-api-answers",
        "aurora/rows-agree-with-direct-sql",
        "aurora/rows-agree-with-data-api",
    }
    assert "password authentication failed" in failures["aurora/connects-with-secret"]


def test_the_password_is_in_no_result(fake_deployment: FakeDeployment) -> None:
    fake_deployment.postgres.version = f"16.8 {PASSWORD}"

    results = run_checks(fake_deployment.context(), only=["aurora/*"])

    assert PASSWORD not in repr(results)
    assert MASK in repr(results)
    assert redact(PASSWORD) == MASK


def test_a_connection_without_tls_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.postgres.tls = None

    failures = fake_deployment.failures("aurora/*")

    assert list(failures) == ["aurora/connects-with-secret"]


def test_a_server_that_accepts_any_password_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.postgres.accepts_any_password = True

    failures = fake_deployment.failures("aurora/*")

    assert list(failures) == ["aurora/wrong-password-refused"]
    assert "made-up password" in failures["aurora/wrong-password-refused"]


def test_a_server_that_accepts_plain_text_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.postgres.accepts_plain_text = True

    assert list(fake_deployment.failures("aurora/*")) == ["aurora/plain-text-refused"]


def test_an_unreachable_server_refuses_nothing(fake_deployment: FakeDeployment) -> None:
    fake_deployment.postgres.reachable = False

    failures = fake_deployment.failures("aurora/*")

    assert set(failures) == {
        "aurora/connects-with-secret",
        "aurora/wrong-password-refused",
        "aurora/plain-text-refused",
        "aurora/rows-agree-with-direct-sql",
    }
    assert "did not respond" in failures["aurora/wrong-password-refused"]


@pytest.mark.parametrize("code", ["BadRequestException", "HttpEndpointNotEnabledException"])
def test_a_data_api_that_refuses_fails(fake_deployment: FakeDeployment, code: str) -> None:
    fake_deployment.refuse("rds-data.ExecuteStatement", code)

    failures = fake_deployment.failures("aurora/*")

    assert set(failures) == {"aurora/data-api-answers", "aurora/rows-agree-with-data-api"}
    assert code in failures["aurora/data-api-answers"]


def test_a_request_to_a_resuming_data_api_is_repeated(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("rds-data.ExecuteStatement", "DatabaseResumingException")

    assert (
        "resuming"
        in fake_deployment.failures("aurora/data-api-answers")["aurora/data-api-answers"].lower()
    )


def test_an_outage_of_the_data_api_is_no_observation(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("rds-data.ExecuteStatement", "AccessDeniedException")

    with pytest.raises(Exception, match="AccessDenied"):
        Aurora(fake_deployment.context()).data_api_answers()


def test_another_user_behind_the_data_api_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["rds-data.ExecuteStatement"] = {
        "records": [[{"stringValue": "another-user"}, {"stringValue": "16.8"}]]
    }

    assert (
        "another-user"
        in fake_deployment.failures("aurora/data-api-answers")["aurora/data-api-answers"]
    )


def _not_ready(_: Any, response: Any) -> None:
    if "/readyz" in response.url:
        response.status_code = 503


def _one_without_tls(_: Any, response: Any) -> None:
    if "/readyz" in response.url and response.headers["X-Task-Id"] == "task-a":
        replace_body(response, {"database": {"tls": False, "server_version": "16.8"}})


@pytest.mark.parametrize("change", [_not_ready, _one_without_tls])
def test_a_task_that_is_not_ready_fails(fake_deployment: FakeDeployment, change: Any) -> None:
    fake_deployment.catalog.changes.append(change)

    assert list(fake_deployment.failures("aurora/*")) == ["aurora/service-ready"]


def test_a_task_that_becomes_ready_is_waited_for(fake_deployment: FakeDeployment) -> None:
    refusals = iter(range(3))

    def ready_after_a_while(request: Any, response: Any) -> None:
        if "/readyz" in response.url and next(refusals, None) is not None:
            response.status_code = 503

    fake_deployment.catalog.changes.append(ready_after_a_while)

    assert fake_deployment.failures("aurora/service-ready", patience=60.0) == {}


def test_an_api_with_another_database_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.postgres.products = {}

    failures = fake_deployment.failures("aurora/*")

    assert set(failures) == {
        "aurora/rows-agree-with-direct-sql",
        "aurora/rows-agree-with-data-api",
    }


def test_rows_are_removed_even_when_the_api_does_not_see_them(
    fake_deployment: FakeDeployment,
) -> None:
    def blind(request: Any, response: Any) -> None:
        if request.method == "GET" and "/products?" in response.url:
            replace_body(response, {"items": []})

    fake_deployment.catalog.changes.append(blind)

    assert "one product, seen: 0" in str(fake_deployment.failures("aurora/rows-*"))
    assert fake_deployment.catalog.products == {}


def test_a_secret_with_another_host_is_a_failure(fake_deployment: FakeDeployment) -> None:
    """No route to the host in the secret is an error of the stack, never "not provable"."""
    fake_deployment.has_route = False

    failures = fake_deployment.failures("aurora/*")

    assert set(failures) == {
        "aurora/connects-with-secret",
        "aurora/plain-text-refused",
        "aurora/rows-agree-with-direct-sql",
        "aurora/wrong-password-refused",
    }
    assert f"a database at {ENDPOINT}:5432" in failures["aurora/connects-with-secret"]


def test_where_the_route_has_an_authority_the_certificate_is_verified(
    fake_deployment: FakeDeployment,
) -> None:
    authority = Path("ca.pem")
    fake_deployment.database_route = lambda host, port: DatabaseRoute("127.0.0.2", 5432, authority)  # type: ignore[method-assign]

    Aurora(fake_deployment.context()).connects_with_secret()

    [used] = fake_deployment.postgres.connections
    assert used["sslmode"] == "verify-full"
    assert used["sslrootcert"] == "ca.pem"
    assert (used["host"], used["hostaddr"]) == (ENDPOINT, "127.0.0.2")


def test_variables_of_the_user_do_not_change_the_connection(
    fake_deployment: FakeDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "PGOPTIONS": "-c search_path=elsewhere",
        "PGGSSENCMODE": "require",
        "PGTARGETSESSIONATTRS": "standby",
        "PGSSLMODE": "disable",
        "PGUSER": "somebody",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    Aurora(fake_deployment.context()).connects_with_secret()

    [used] = fake_deployment.postgres.connections
    connection = PGconn.connect_start(make_conninfo(**used).encode())
    of_libpq = {each.keyword.decode(): (each.val or b"").decode() for each in connection.info}

    assert of_libpq["options"] == ""
    assert of_libpq["gssencmode"] != "require"
    assert of_libpq["target_session_attrs"] == "any"
    assert of_libpq["sslmode"] == "require"
    assert of_libpq["user"] == used["user"]


def test_without_tls_of_the_target_it_is_not_required(fake_deployment: FakeDeployment) -> None:
    fake_deployment.lacking = {Capability.DATABASE_TLS: "this PostgreSQL has no TLS"}

    results = {r.check: r.status for r in run_checks(fake_deployment.context(), only=["aurora/*"])}

    not_provable = {check for check, status in results.items() if status is Status.NOT_PROVABLE}
    assert not_provable == {"aurora/connects-with-secret", "aurora/plain-text-refused"}
    assert results["aurora/rows-agree-with-direct-sql"] is Status.PASSED
    assert {used["sslmode"] for used in fake_deployment.postgres.connections} == {"prefer"}


def test_sql_that_the_server_refuses_fails(
    fake_deployment: FakeDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg  # noqa: PLC0415

    def refuse(*_: Any) -> Any:
        raise psycopg.errors.UndefinedTable('relation "products" does not exist')

    monkeypatch.setattr(fake_deployment.postgres, "run", refuse)

    with pytest.raises(CheckFailedError, match="the database rejected SQL"):
        Aurora(fake_deployment.context()).rows_agree_with_direct_sql()
