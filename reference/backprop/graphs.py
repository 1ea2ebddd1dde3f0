"""Orders in which a computational graph can be computed (lecture notes P 2; E 11)."""

from collections.abc import Mapping, Sequence

__all__ = ["topological_order"]


def topological_order(graph: Mapping[str, Sequence[str]]) -> list[str]:
    """List the nodes of a graph so that every node comes after all its parents.

    Forward passes compute nodes in such an order, backward passes in its reverse. There are often several;
    any of them is right.

    Args:
        graph: For each node, by name, the list of its parents: the nodes that it is computed from. Nodes that
            appear only as a parent belong to the graph too, and have no parents themselves.
    Returns:
        The names of all nodes, each once, parents before children.
    Raises:
        ValueError: There is a cycle: a node is its own ancestor, or its own parent.
    Example:
        >>> topological_order({"loss": ["y", "t"], "y": ["x"]}) in (
        ...     ["t", "x", "y", "loss"], ["x", "t", "y", "loss"], ["x", "y", "t", "loss"])
        True
        >>> topological_order({"a": ["b"], "b": ["a"]})
        Traceback (most recent call last):
        ValueError: graph: expected no cycle, got one among a, b.

    Source: Kahn (1962); lecture notes P 2, E 11.
    """
    names = list(dict.fromkeys([*graph, *(parent for parents in graph.values() for parent in parents)]))
    waiting_for = {name: set(graph.get(name, ())) for name in names}
    children: dict[str, list[str]] = {name: [] for name in names}
    for name, parents in waiting_for.items():
        for parent in parents:
            children[parent].append(name)
    order = [name for name in names if not waiting_for[name]]
    for name in order:  # it grows while we walk along it
        for child in children[name]:
            waiting_for[child].remove(name)
            if not waiting_for[child]:
                order.append(child)
    if len(order) < len(names):
        stuck = ", ".join(sorted(set(names) - set(order)))
        raise ValueError(f"graph: expected no cycle, got one among {stuck}.")
    return order
