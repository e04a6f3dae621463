"""Pairs two lists so that the pairs differ least."""

from __future__ import annotations

from collections.abc import Sequence

_FAR = float("inf")


def pairs(costs: Sequence[Sequence[float]], limit: float) -> list[tuple[int, int]]:
    """Give pairs of rows and columns with the least sum of costs; a pair that costs more than `limit` is not made.

    Each cost is at least 0. Source: the Hungarian method with potentials (Kuhn 1955; Munkres 1957), O(rows² columns).
    """
    if not costs or not costs[0]:
        return []
    if len(costs) > len(costs[0]):
        turned = [[row[number] for row in costs] for number in range(len(costs[0]))]
        return sorted((row, column) for column, row in pairs(turned, limit))
    dear = limit * 2 * len(costs) + 1
    bounded = [[cost if cost <= limit else dear for cost in row] for row in costs]
    return [(row, column) for row, column in _assigned(bounded) if costs[row][column] <= limit]


def _assigned(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Assign each row a column; there are at least as many columns as rows."""
    rows, columns = len(costs), len(costs[0])
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    held = [0] * (columns + 1)
    for row in range(1, rows + 1):
        held[0] = row
        way = _grown(costs, held, of_row, of_column)
        column = way[0]
        while column:
            held[column] = held[way[column]]
            column = way[column]
    return sorted((held[column] - 1, column - 1) for column in range(1, columns + 1) if held[column])


def _grown(costs: Sequence[Sequence[float]], held: list[int], of_row: list[float], of_column: list[float]) -> list[int]:
    """Grow the tree of cheapest ways from the row at column 0 to a free column.

    Gives for each column the one before it on the way, and at 0 the free one; the potentials are brought up to date.
    """
    columns = len(costs[0])
    least, before, seen, current = [_FAR] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1), 0
    while held[current]:
        seen[current] = True
        row, step, following = held[current], _FAR, 0
        for column in range(1, columns + 1):
            if seen[column]:
                continue
            reduced = costs[row - 1][column - 1] - of_row[row] - of_column[column]
            if reduced < least[column]:
                least[column], before[column] = reduced, current
            if least[column] < step:
                step, following = least[column], column
        for column in range(columns + 1):
            if seen[column]:
                of_row[held[column]] += step
                of_column[column] -= step
            else:
                least[column] -= step
        current = following
    before[0] = current
    return before
