import pytest

from harness.preflight.configuration.graph import reachable, transposed

GRAPH = {"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "x": {"y"}, "y": {"x"}}


@pytest.mark.parametrize(
    ("start", "expected"),
    [("a", {"b", "c", "d"}), ("d", set()), ("x", {"x", "y"}), ("unknown", set())],
)
def test_a_node_is_reachable_on_any_path(start: str, expected: set[str]) -> None:
    assert reachable(GRAPH, start) == expected


def test_every_edge_is_turned_around() -> None:
    turned = {"b": {"a"}, "c": {"a"}, "d": {"b", "c"}, "y": {"x"}, "x": {"y"}}
    assert transposed(GRAPH) == turned
    assert transposed(turned) == GRAPH
