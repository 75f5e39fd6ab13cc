import re

import pytest

from tests.unit.stack.conftest import SUFFIX, Synth
from tests.unit.stack.template import Template

PASSWORD = "ephemeral.aws_secretsmanager_random_password.database.random_password"
FOUNDATIONS = frozenset({"network", "storage", "secret"})


def credentials(template: Template) -> dict[str, str]:
    """Return the pairs of the secret's JSON, as Terraform expressions."""
    version = template.resource("aws_secretsmanager_secret_version")
    body = re.fullmatch(r"\$\{jsonencode\(\{(.*)\}\)\}", version["secret_string_wo"])
    assert body is not None
    return dict(re.findall(r'"(\w+)" = ("[^"]*"|[^,]+)', body[1]))


def test_the_password_is_ephemeral(template: Template) -> None:
    kinds = template.content["ephemeral"]["aws_secretsmanager_random_password"]
    assert kinds["database"]["password_length"] == 32
    assert kinds["database"]["require_each_included_type"] is True


@pytest.mark.parametrize("character", ["/", "@", '"', " "])
def test_the_password_has_no_character_that_rds_rejects(template: Template, character: str) -> None:
    kinds = template.content["ephemeral"]["aws_secretsmanager_random_password"]
    assert character in kinds["database"]["exclude_characters"]


def test_the_password_goes_into_write_only_arguments_and_nowhere_else(template: Template) -> None:
    arguments = re.findall(r'"(\w+)": "[^"\n]*(?:\\.[^"\n]*)*random_password', template.text)
    assert sorted(arguments) == ["master_password_wo", "secret_string_wo"]
    assert template.text.count(PASSWORD) == 2


def test_terraform_must_support_write_only_arguments(template: Template) -> None:
    assert template.content["terraform"]["required_version"] == ">= 1.11.0"


def test_the_secret_has_all_that_a_client_needs(template: Template) -> None:
    assert credentials(template) == {
        "username": '"catalogadmin"',
        "password": PASSWORD,
        "host": template.resource("aws_rds_cluster").ref("endpoint")[2:-1],
        "port": "5432",
        "dbname": '"catalog"',
        "engine": '"postgres"',
    }


def test_a_secret_without_a_database_has_no_host(synth: Synth) -> None:
    template = synth(tiers=FOUNDATIONS)
    assert credentials(template)["host"] == '""'
    assert credentials(template)["password"] == PASSWORD


def test_the_version_belongs_to_the_secret(template: Template) -> None:
    secret = template.resource("aws_secretsmanager_secret", name=f"catalog/{SUFFIX}/database")
    version = template.resource("aws_secretsmanager_secret_version")
    assert version["secret_id"] == secret.ref("id")


def test_a_new_password_reaches_the_secret_and_the_database_together(varied: Template) -> None:
    version = varied.resource("aws_secretsmanager_secret_version")
    assert version["secret_string_wo_version"] == 2
    assert varied.resource("aws_rds_cluster")["master_password_wo_version"] == 2
