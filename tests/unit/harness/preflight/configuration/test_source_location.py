from pathlib import Path

import pytest

from harness.preflight.configuration.source_location import Location, location_of
from harness.preflight.finding import Family, Finding, Severity

TEXT = """{
  "resource": {
    "aws_vpc": {"a": {}},
    "aws_eip": {
      "b": {}}
  },
  "terraform": {"backend": {"s3": {
    "key": "x"}}}
}"""
PLAN = '{"planned_values": [\n{"address": "aws_eip.other"},\n{"address": "aws_eip.b[\\"k\\"]"}]}'


def finding(address: str, source: Path | str) -> Finding:
    return Finding("x/y", Severity.BLOCKER, Family.DEPLOY, address, "", "", "", "", str(source))


def lines(folder: Path, name: str, text: str, *addresses: str) -> list[int]:
    """Return the line of each address in a file with a text."""
    path = folder / name
    path.write_text(text)
    found = [location_of(finding(address, path)) for address in addresses]
    assert {each.path for each in found if each} == {path.as_posix()}
    return [each.line for each in found if each]


@pytest.mark.parametrize(
    ("address", "line"),
    [("aws_vpc.a", 3), ("aws_eip.b", 5), ("terraform.backend.s3.key", 8), ("aws_lb.none", 1)],
)
def test_the_line_of_a_resource(tmp_path: Path, address: str, line: int) -> None:
    assert lines(tmp_path, "main.tf.json", TEXT, address) == [line]


def test_the_line_of_a_resource_in_a_plan(tmp_path: Path) -> None:
    assert lines(tmp_path, "plan.json", PLAN, 'aws_eip.b["k"]') == [3]


def test_the_line_of_a_resource_in_a_module_with_a_key(tmp_path: Path) -> None:
    text = '\nresource "aws_eip" "b" {\n}\n'
    assert lines(tmp_path, "main.tf", text, 'module.m["a.b"].aws_eip.b') == [2]


def test_the_line_of_a_resource_in_hcl_and_in_a_module(tmp_path: Path) -> None:
    text = '# aws_vpc\n\nresource "aws_eip" "b" {\n}\n  data "aws_vpc" "a" {}\n'
    addresses = ("module.m.module.n.aws_eip.b", "data.aws_vpc.a")
    assert lines(tmp_path, "main.tf", text, *addresses) == [3, 5]


def test_the_lines_of_what_is_no_resource(tmp_path: Path) -> None:
    text = 'variable "a" {}\nlocals {\n  x = 1\n}\noutput "o" {}\nmodule "m" {}\n'
    hcl = ("local.x", "module.n.output.o", "module.m", "local.y")
    assert lines(tmp_path, "main.tf", text, *hcl) == [2, 5, 6, 2]
    text = '{"output": {"x": {}},\n"locals": {\n"x": 1},\n"module": {\n"m": {}}}'
    assert lines(tmp_path, "main.tf.json", text, "local.x", "output.x", "module.m") == [3, 1, 5]


def test_a_resource_and_a_data_source_of_one_name_have_lines_of_their_own(tmp_path: Path) -> None:
    text = 'data "aws_eip" "b" {}\nresource "aws_eip" "b" {}\n# resource "aws_eip" "b"\n'
    assert lines(tmp_path, "main.tf", text, "aws_eip.b", "data.aws_eip.b") == [2, 1]


def test_the_first_of_two_blocks_of_one_name(tmp_path: Path) -> None:
    text = '\nresource "aws_eip" "b" {}\n/*\nresource "aws_eip" "b" {}\n*/\n'
    assert lines(tmp_path, "main.tf", text, "aws_eip.b") == [2]


def test_the_line_in_a_file_of_powershell(tmp_path: Path) -> None:
    path = tmp_path / "main.tf.json"
    path.write_text(TEXT, encoding="utf-16")
    assert location_of(finding("aws_eip.b", path)) == Location(str(path), 5)


def test_no_file_no_place() -> None:
    assert location_of(finding("aws_vpc.a", "")) is None
    assert location_of(finding("aws_vpc.a", "configuration")) is None
