"""Reverse-mode differentiation of scalars (lecture notes P 2; E 11)."""

from __future__ import annotations

import math

__all__ = ["Value"]


class Value:
    """A number that remembers how it was computed, so that gradients can flow back.

    Results of + − * / between Values, or between a Value and a plain number on either side, of `**` by a plain
    number, and of the methods exp, log, tanh and relu are Values again. `backward` of a result gives its
    derivative by every Value that it was computed from: contributions of all paths add up, so that a Value
    used twice gets the sum. Chains of 10,000 operations work (without recursion), and the time grows with the
    number of operations, however many paths there are. Natural logarithm; relu′(0) = 0.

    Attributes:
        data: The number.
        grad: Derivative by this Value of the result whose `backward` was called; 0.0 before.

    Example:
        >>> x, y = Value(3.0), Value(2.0)
        >>> z = x * y + 1 / y
        >>> z.backward()
        >>> z.data, z.grad, x.grad, y.grad  # ∂z/∂y = x − 1/y²
        (6.5, 1.0, 2.0, 2.75)

    Source: Baydin, Pearlmutter, Radul and Siskind (2018), 3.2; lecture notes P 2, E 11.
    """

    def __init__(self, data: float) -> None:
        """Take a plain number; there is no history yet."""
        self.data = float(data)
        self.grad = 0.0
        self._parents: tuple[tuple[Value, float], ...] = ()  # (parent, slope by it)

    def __add__(self, other: Value | float) -> Value:
        """Sum, with slopes 1 and 1."""
        other = _value(other)
        return _result(self.data + other.data, (self, 1.0), (other, 1.0))

    def __radd__(self, other: float) -> Value:
        """Sum with a plain number on the left."""
        return _value(other) + self

    def __sub__(self, other: Value | float) -> Value:
        """Difference, with slopes 1 and −1."""
        other = _value(other)
        return _result(self.data - other.data, (self, 1.0), (other, -1.0))

    def __rsub__(self, other: float) -> Value:
        """Plain number minus a Value."""
        return _value(other) - self

    def __mul__(self, other: Value | float) -> Value:
        """Product; the slope by each factor is the other one."""
        other = _value(other)
        return _result(self.data * other.data, (self, other.data), (other, self.data))

    def __rmul__(self, other: float) -> Value:
        """Product with a plain number on the left."""
        return _value(other) * self

    def __truediv__(self, other: Value | float) -> Value:
        """Quotient a/b, with slopes 1/b and −a/b²."""
        other = _value(other)
        ratio = self.data / other.data
        return _result(ratio, (self, 1.0 / other.data), (other, -ratio / other.data))

    def __rtruediv__(self, other: float) -> Value:
        """Plain number divided by a Value."""
        return _value(other) / self

    def __pow__(self, power: float) -> Value:
        """Power with a plain number as exponent."""
        slope = power * self.data ** (power - 1) if power else 0.0  # 0·0⁻¹ would divide by zero
        return _result(self.data**power, (self, slope))

    def exp(self) -> Value:
        """e to this power."""
        power = math.exp(self.data)
        return _result(power, (self, power))

    def log(self) -> Value:
        """Natural logarithm of a positive number."""
        return _result(math.log(self.data), (self, 1.0 / self.data))

    def tanh(self) -> Value:
        """Hyperbolic tangent."""
        squashed = math.tanh(self.data)
        return _result(squashed, (self, 1.0 - squashed**2))

    def relu(self) -> Value:
        """The number if it is positive, else 0."""
        return _result(max(self.data, 0.0), (self, float(self.data > 0)))

    def backward(self) -> None:
        """Set the grad of this Value to 1, and add to that of every Value that it was computed from.

        Call it once per graph: it takes the grads that are there for 0. A second call would add to them.
        """
        self.grad = 1.0
        for node in _results_first(self):
            for parent, slope in node._parents:
                parent.grad += slope * node.grad


def _value(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)


def _result(data: float, *parents: tuple[Value, float]) -> Value:
    result = Value(data)
    result._parents = parents
    return result


def _results_first(root: Value) -> list[Value]:
    """All that the root was computed from, each after everything that was computed from it."""
    finished: list[Value] = []
    seen = {root}
    path = [(root, iter(root._parents))]  # in place of recursion, which ends 1,000 calls deep
    while path:
        node, parents = path[-1]
        parent = next((parent for parent, _ in parents if parent not in seen), None)
        if parent is None:
            finished.append(node)  # all its parents are in the list
            path.pop()
        else:
            seen.add(parent)
            path.append((parent, iter(parent._parents)))
    return finished[::-1]
