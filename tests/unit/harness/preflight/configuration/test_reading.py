import json
from pathlib import Path
from typing import Any

import pytest

from harness.preflight.configuration import (
    PreflightInputError,
    configuration_of,
    read_configurations,
)
from harness.preflight.configuration.reading import MAX_BYTES
from harness.preflight.engine import preflight

BUCKET = {"resource": {"aws_s3_bucket": {"logs": {"bucket": "logs", "force_destroy": True}}}}


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_one_file_is_one_configuration(tmp_path: Path) -> None:
    (found,) = read_configurations(write(tmp_path / "main.tf.json", BUCKET))
    (bucket,) = found.resources()
    assert bucket.source == str(tmp_path / "main.tf.json")
    assert found.incomplete == ""


def test_a_folder_is_one_module_with_overrides_on_top(tmp_path: Path) -> None:
    write(tmp_path / "main.tf.json", {**BUCKET, "terraform": {"backend": {"local": {}}}})
    write(tmp_path / "vpc.tf.json", {"resource": {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}})
    write(
        tmp_path / "x_override.tf.json",
        {
            "resource": {"aws_s3_bucket": {"logs": {"force_destroy": False}}},
            "terraform": {"backend": {"s3": {"bucket": "state"}}},
            "provider": {"aws": {"region": "eu-north-1"}},
        },
    )
    (found,) = read_configurations(tmp_path)
    bucket, _ = found.resources()
    backend = found.backend()
    assert bucket.boolean("force_destroy") is False
    assert bucket.text("bucket") == "logs"
    assert backend is not None
    assert backend[0] == "s3"


STATIC: dict[str, Any] = {"a": [{"x": 1}]}
DYNAMIC: dict[str, Any] = {"dynamic": {"a": {"for_each": [1], "content": {"x": 2}}}}


@pytest.mark.parametrize(("first", "second"), [(STATIC, DYNAMIC), (DYNAMIC, STATIC)])
def test_blocks_of_an_override_replace_all_of_their_type(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any]
) -> None:
    write(tmp_path / "main.tf.json", {"resource": {"aws_x": {"r": {**first, "b": [{}]}}}})
    write(tmp_path / "override.tf.json", {"resource": {"aws_x": {"r": second}}})
    (found,) = read_configurations(tmp_path)
    (resource,) = found.resources()
    values = [block.value("x") for block in resource.blocks("a")]
    assert values == [1 if second is STATIC else 2]
    assert len(resource.blocks("b")) == 1


def test_dynamic_blocks_of_other_types_than_those_of_an_override_stay(tmp_path: Path) -> None:
    both = {name: {"for_each": [1, 2], "content": {}} for name in ("a", "c")}
    for name, labels in (("main", both), ("override", {"a": {"for_each": [], "content": {}}})):
        body: dict[str, Any] = {"dynamic": labels}
        write(tmp_path / f"{name}.tf.json", {"resource": {"aws_x": {"r": body}}})
    (found,) = read_configurations(tmp_path)
    (resource,) = found.resources()
    assert [len(resource.blocks(name)) for name in ("a", "c")] == [0, 2]


def test_the_lifecycle_of_an_override_is_merged_argument_by_argument(tmp_path: Path) -> None:
    for name, arguments in (("main", {"ignore_changes": ["x"]}), ("override", {"y": True})):
        body = {"lifecycle": [arguments]}
        write(tmp_path / f"{name}.tf.json", {"resource": {"aws_x": {"r": body}}})
    (found,) = read_configurations(tmp_path)
    (block,) = found.resources()[0].blocks("lifecycle")
    assert dict(block.raw) == {"ignore_changes": ["x"], "y": True}


def test_an_override_of_a_provider_is_merged_argument_by_argument(tmp_path: Path) -> None:
    write(tmp_path / "main.tf.json", {"provider": {"aws": [{"region": "eu-north-1"}]}})
    write(tmp_path / "override.tf.json", {"provider": {"aws": [{"access_key": "test"}]}})
    (found,) = read_configurations(tmp_path)
    assert found.region() == "eu-north-1"


def test_a_folder_of_modules_is_several_configurations(tmp_path: Path) -> None:
    write(tmp_path / "cdktf.out/stacks/one/cdk.tf.json", BUCKET)
    write(tmp_path / "cdktf.out/stacks/two/cdk.tf.json", {})
    write(tmp_path / "cdktf.out/stacks/two/.terraform/modules/x.tf.json", "broken")
    write(tmp_path / "cdktf.out/manifest.json", "{}")
    found = read_configurations(tmp_path)
    assert [Path(one.label).name for one in found] == ["one", "two"]


def test_other_files_of_the_folder_are_reported_as_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "main.tf.json", BUCKET)
    write(tmp_path / "more.tf", 'resource "aws_vpc" "v" {}')
    assert "more.tf" in read_configurations(path)[0].incomplete


def test_the_syntax_allows_lists_of_bodies_and_repeated_names(tmp_path: Path) -> None:
    text = """[
      {"resource": {"aws_vpc": [{"a": [{"cidr_block": "10.0.0.0/16"}]}, {"b": {}}]}},
      {"resource": {"aws_vpc": {"c": {}}}, "resource": {"aws_eip": {"d": {}}}, "//": "comment"}
    ]"""
    (found,) = read_configurations(write(tmp_path / "main.tf.json", text))
    names = ["aws_eip.d", "aws_vpc.a", "aws_vpc.b", "aws_vpc.c"]
    assert sorted(r.address for r in found.resources()) == names


BROKEN = {
    "empty": "",
    "blank": " \n",
    "truncated": '{"resource": {"aws_s3_bucket": {"logs": {"bu',
    "not JSON": 'resource "aws_vpc" "v" {}',
    "two values": "{}{}",
    "a number": "5",
    "null": "null",
    "infinite": '{"locals": {"a": Infinity}}',
    "a huge number": '{"locals": {"a": ' + "9" * 5000 + "}}",
    "deep list": '{"locals": {"a": ' + "[" * 60 + "]" * 60 + "}}",
    "very deep": "[" * 100_000 + "]" * 100_000,
    "very deep object": '{"a":' * 100_000,
    "not Terraform": '{"Resources": {}}',
    "resource is a number": '{"resource": 5}',
    "type is a list of text": '{"resource": {"aws_vpc": ["v"]}}',
    "name is a list of numbers": '{"resource": {"aws_vpc": {"v": [1, 2]}}}',
    "body is text": '{"resource": {"aws_vpc": {"v": "10.0.0.0/16"}}}',
    "locals are a list": '{"locals": [1]}',
    "terraform is text": '{"terraform": "1.11"}',
    "backend is text": '{"terraform": {"backend": "s3"}}',
    "provider is text": '{"provider": {"aws": "eu-north-1"}}',
    "output is a number": '{"output": {"x": 1}}',
    "same name twice": '{"resource": {"aws_vpc": [{"v": {}}, {"v": {}}]}}',
    "plan of numbers": '{"format_version": "1.2", "planned_values": 5}',
    "plan with odd resources": '{"format_version": "1.2", "planned_values": {"root_module": [1]}}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_clear_error(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "main.tf.json", BROKEN[name])
    with pytest.raises(PreflightInputError) as raised:
        preflight(read_configurations(path)[0])
    assert raised.value.exit_code == 2
    assert len(raised.value.message) < 400


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "main.tf.json"
    with path.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    with pytest.raises(PreflightInputError, match=f"larger than {MAX_BYTES // 2**20} MiB"):
        read_configurations(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_a_file_may_be_in_any_encoding_of_json(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(json.dumps(BUCKET).encode(encoding))
    assert len(read_configurations(path)[0].resources()) == 1


def test_bytes_that_are_no_text_are_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "main.tf.json"
    path.write_bytes(b"{\xff}")
    with pytest.raises(PreflightInputError, match="cannot be read"):
        read_configurations(path)


@pytest.mark.parametrize("path", ["missing.tf.json", "/dev/null", "empty"])
def test_a_path_without_terraform_json_is_an_input_error(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PreflightInputError):
        read_configurations(tmp_path / path)


def test_a_parsed_document_must_be_an_object() -> None:
    with pytest.raises(PreflightInputError, match="expected an object"):
        configuration_of("text")


def test_opentofu_files_replace_those_of_terraform(tmp_path: Path) -> None:
    write(tmp_path / "main.tf.json", BUCKET)
    write(tmp_path / "main.tofu.json", {"resource": {"aws_vpc": {"v": {}}}})
    write(tmp_path / "more.tofu.json", {"resource": {"aws_eip": {"e": {}}}})
    (terraform,) = read_configurations(tmp_path)
    (opentofu,) = read_configurations(tmp_path, product="opentofu")
    assert [r.address for r in terraform.resources()] == ["aws_s3_bucket.logs"]
    assert [r.address for r in opentofu.resources()] == ["aws_vpc.v", "aws_eip.e"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"PK\x03\x04binary", "a binary plan"),
        (b'{"version": 4, "serial": 1, "lineage": "x", "resources": []}', "a state, not a plan"),
        (b'{"format_version": "1.0", "values": {}}', "a state, not a plan"),
    ],
)
def test_a_plan_or_state_of_another_form_names_the_command(
    tmp_path: Path, content: bytes, text: str
) -> None:
    path = tmp_path / "plan"
    path.write_bytes(content)
    with pytest.raises(PreflightInputError, match=text) as raised:
        read_configurations(path)
    assert "terraform show -json" in raised.value.remedy


def test_hidden_and_backup_files_are_not_part_of_the_module(tmp_path: Path) -> None:
    write(tmp_path / "main.tf.json", BUCKET)
    for name in (".main.tf", "main.tf~", "#main.tf#"):
        write(tmp_path / name, "broken {{{")
    assert read_configurations(tmp_path)[0].incomplete == ""


def test_a_file_that_cannot_be_parsed_is_listed_beside_the_others(tmp_path: Path) -> None:
    write(tmp_path / "main.tf.json", BUCKET)
    write(tmp_path / "broken.tf.json", "{")
    (found,) = read_configurations(tmp_path)
    assert "broken.tf.json" in found.incomplete
    assert len(found.resources()) == 1
