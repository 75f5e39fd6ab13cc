import json
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import UsageError
from harness.preflight.configuration import PreflightInputError, Unknown, read_configurations
from harness.preflight.configuration.variables import VariableSources

BLOCK = {"resource": {"aws_vpc": {"v": {"x": "${var.x}"}}}}


def value(folder: Path, *options: str | Path, variable: Any = None, **environment: str) -> Any:
    """Return the value of a variable named x."""
    document = {**BLOCK, "variable": {"x": variable or {}}}
    (folder / "main.tf.json").write_text(json.dumps(document))
    sources = VariableSources(options, environment)
    (found,) = read_configurations(folder, variables=sources)
    (resource,) = found.resources()
    return resource.value("x")


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_without_a_value_it_is_unknown(tmp_path: Path) -> None:
    assert isinstance(value(tmp_path), Unknown)


def test_the_sources_in_their_order_of_precedence(tmp_path: Path) -> None:
    default = {"default": "default"}
    assert value(tmp_path, variable=default) == "default"
    assert value(tmp_path, variable=default, TF_VAR_x="environment") == "environment"
    write(tmp_path, "terraform.tfvars", 'x = "tfvars"')
    assert value(tmp_path, variable=default, TF_VAR_x="environment") == "tfvars"
    write(tmp_path, "terraform.tfvars.json", '{"x": "tfvars.json"}')
    assert value(tmp_path) == "tfvars.json"
    write(tmp_path, "a.auto.tfvars", 'x = "a"')
    write(tmp_path, "b.auto.tfvars.json", '{"x": "b"}')
    assert value(tmp_path) == "b"
    file = write(tmp_path, "other.tfvars", 'x = "file"')
    assert value(tmp_path, file) == "file"
    assert value(tmp_path, file, "x=option") == "option"
    assert value(tmp_path, "x=option", file) == "file"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("string", "[1]"), ("", "[1]"), ("list(number)", [1]), ("${list(number)}", [1])],
)
def test_the_text_of_an_option_depends_on_the_type(
    tmp_path: Path, kind: str, expected: object
) -> None:
    variable = {"type": kind} if kind else {}
    assert value(tmp_path, "x=[1]", variable=variable) == expected


def test_null_is_the_default_of_a_variable_that_is_not_nullable(tmp_path: Path) -> None:
    write(tmp_path, "terraform.tfvars.json", '{"x": null}')
    assert value(tmp_path, variable={"default": "d", "nullable": False}) == "d"
    assert value(tmp_path, variable={"default": "d"}) is None


def test_an_optional_attribute_that_is_missing_is_unknown(tmp_path: Path) -> None:
    variable = {"type": "${object({a = string, b = optional(string, 1)})}", "default": {"a": "1"}}
    document = {
        "variable": {"x": variable},
        "resource": {"aws_vpc": {"v": {"a": "${var.x.a}", "b": '${try(var.x.b, "none")}'}}},
    }
    (tmp_path / "main.tf.json").write_text(json.dumps(document))
    (resource,) = read_configurations(tmp_path)[0].resources()
    assert resource.value("a") == "1"
    assert isinstance(resource.value("b"), Unknown)


def test_a_file_of_values_that_cannot_be_read_makes_the_variables_unknown(tmp_path: Path) -> None:
    write(tmp_path, "terraform.tfvars.json", "{")
    assert isinstance(value(tmp_path, variable={"default": "d"}), Unknown)
    (found,) = read_configurations(tmp_path)
    assert "terraform.tfvars.json" in found.incomplete


def test_an_option_of_another_form_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--var x: expected NAME=VALUE"):
        value(tmp_path, "x")
    with pytest.raises(PreflightInputError, match="missing"):
        value(tmp_path, tmp_path / "missing.tfvars")
