"""Directed graphs: name of a node -> the nodes to which its edges lead."""

from collections.abc import Iterable, Mapping


def transposed(graph: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Return the graph with every edge turned around."""
    found: dict[str, set[str]] = {}
    for source, targets in graph.items():
        for target in targets:
            found.setdefault(target, set()).add(source)
    return found


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return the nodes to which paths lead from a node; itself if it is in a circle."""
    found, todo = set[str](), [start]
    while todo:
        todo += (more := graph.get(todo.pop(), set()) - found)
        found |= more
    return found
