"""What may be changed at one node of a syntax tree: the mistakes that people make, one at a time.

Each rule looks at a node and yields the name of the mistake and the node that stands there instead. A rule knows
nothing of the program around it; what turns out to change nothing is found out by running it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

__all__ = ["IN_PLACE", "mutations"]

IN_PLACE = "_in_place"
"""Name under which a mutant's module has the standard library's `operator`."""

Mutation = tuple[str, ast.AST]

_BINARY: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}
_COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_NAMES = {
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "argmin": "argmax",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "floor": "ceil",
    "ceil": "floor",
    "std": "var",
    "var": "std",
    "any": "all",
    "all": "any",
    "cumsum": "cumprod",
    "cumprod": "cumsum",
    "sin": "cos",
    "cos": "sin",
    "exp": "expm1",
    "expm1": "exp",
    "log": "log1p",
    "log1p": "log",
    "uniform": "normal",
}
_DROPPED = frozenset(
    "exp log sqrt abs absolute sign square tanh asarray array copy astype flip transpose conj real sorted "
    "reversed log1p expm1 float int abs triu tril squeeze ravel clip nan_to_num".split()
)
"""Calls of one argument, or methods, that may be forgotten."""
_REDUCED = {"outer": "multiply", "dot": "multiply", "matmul": "multiply"}
_INSERTED = {
    ast.Add: "iadd",
    ast.Sub: "isub",
    ast.Mult: "imul",
    ast.Div: "itruediv",
}


def mutations(node: ast.AST) -> Iterator[Mutation]:
    """Every change at this node itself; those inside it come with their own nodes."""
    rules = {
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.Compare: _compare,
        ast.BoolOp: _boolean,
        ast.Constant: _constant,
        ast.Call: _call,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Slice: _slice,
        ast.IfExp: _choice,
        ast.Tuple: _tuple,
        ast.AugAssign: _augmented,
        ast.If: _branch,
        ast.Assign: _assignment,
        ast.Expr: _forgotten,
        ast.Break: _on,
        ast.Continue: _on,
        ast.Raise: _silent,
        ast.While: _condition,
    }
    rule = rules.get(type(node))
    if rule is not None:
        yield from rule(node)  # type: ignore[operator]


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """The node with other fields."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _binary(node: ast.BinOp) -> Iterator[Mutation]:
    for other in _BINARY.get(type(node.op), ()):
        yield "operator", _with(node, op=other())
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow | ast.FloorDiv | ast.Mod):
        yield "swapped operands", _with(node, left=node.right, right=node.left)
    if isinstance(node.op, ast.MatMult):
        yield "transposed", _with(node, left=ast.Attribute(node.left, "T", ast.Load()))
        yield "transposed", _with(node, right=ast.Attribute(node.right, "T", ast.Load()))
        return
    yield "dropped term", node.left
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        yield "dropped term", node.right
    inserted = _INSERTED.get(type(node.op))
    if inserted is not None and isinstance(node.left, ast.Name):
        function = ast.Attribute(ast.Name(IN_PLACE, ast.Load()), inserted, ast.Load())
        yield "in place", ast.Call(function, [node.left, node.right], [])


def _unary(node: ast.UnaryOp) -> Iterator[Mutation]:
    yield "sign" if isinstance(node.op, ast.USub) else "negation", node.operand


def _compare(node: ast.Compare) -> Iterator[Mutation]:
    for at, op in enumerate(node.ops):
        for other in _COMPARE.get(type(op), ()):
            yield "comparison", _with(node, ops=[*node.ops[:at], other(), *node.ops[at + 1 :]])


def _boolean(node: ast.BoolOp) -> Iterator[Mutation]:
    yield "and for or", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for at in range(len(node.values)):
        left = [*node.values[:at], *node.values[at + 1 :]]
        yield "dropped condition", left[0] if len(left) == 1 else _with(node, values=left)


def _constant(node: ast.Constant) -> Iterator[Mutation]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int):
        yield "off by one", ast.Constant(value + 1)
        yield "off by one", _number(value - 1)
    elif isinstance(value, float):
        yield "constant", ast.Constant(2 * value if value else 1.0)
        yield "constant", _number(-value) if value else ast.Constant(0.5)
        if value not in (0.0, 1.0):
            yield "constant", ast.Constant(1.0)


def _number(value: float) -> ast.expr:
    """A number as a tree writes it: a negative one is a sign and a number."""
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _call(node: ast.Call) -> Iterator[Mutation]:
    name = _called(node.func)
    for at, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield "dropped argument", _with(node, keywords=[*node.keywords[:at], *node.keywords[at + 1 :]])
    plain = not any(isinstance(arg, ast.Starred) for arg in node.args)
    if plain and len(node.args) >= 2:
        for at in range(len(node.args) - 1):
            swapped = list(node.args)
            swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
            yield "swapped arguments", _with(node, args=swapped)
    if name in _DROPPED and plain:
        if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
            yield "dropped call", node.func.value
        elif node.args:
            yield "dropped call", node.args[0]
    if name in _REDUCED and isinstance(node.func, ast.Attribute) and _is_module(node.func.value):
        yield "elementwise", _with(node, func=_with(node.func, attr=_REDUCED[name]))
    if name == "range" and plain:
        last = len(node.args) - (2 if len(node.args) == 3 else 1)
        for op in (ast.Sub(), ast.Add()):
            end = ast.BinOp(node.args[last], op, ast.Constant(1))
            yield "off by one", _with(node, args=[*node.args[:last], end, *node.args[last + 1 :]])
    if name in ("mean", "sum", "max", "min") and not node.keywords and len(node.args) <= 1:
        axis = ast.keyword("axis", ast.Constant(0))
        yield "axis", _with(node, keywords=[axis])


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_module(node: ast.expr) -> bool:
    """Whether this is how a library is written: `np`, `numpy.linalg`."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in ("np", "numpy", "math", "torch", "scipy", "F", "nn")


def _attribute(node: ast.Attribute) -> Iterator[Mutation]:
    if node.attr in _NAMES:
        yield f"{_NAMES[node.attr]} for {node.attr}", _with(node, attr=_NAMES[node.attr])
    if node.attr == "T":
        yield "not transposed", node.value
    if node.attr == "shape":
        yield (
            "shape reversed",
            ast.Subscript(node, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1))), ast.Load()),
        )


def _subscript(node: ast.Subscript) -> Iterator[Mutation]:
    if isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Slice):
        yield "dropped slice", node.value


def _slice(node: ast.Slice) -> Iterator[Mutation]:
    for field in ("lower", "upper", "step"):
        bound = getattr(node, field)
        if bound is None:
            continue
        yield "dropped bound", _with(node, **{field: None})
        if not isinstance(bound, ast.Constant | ast.UnaryOp):
            yield "off by one", _with(node, **{field: ast.BinOp(bound, ast.Add(), ast.Constant(1))})


def _choice(node: ast.IfExp) -> Iterator[Mutation]:
    yield "always the first", node.body
    yield "always the second", node.orelse


def _tuple(node: ast.Tuple) -> Iterator[Mutation]:
    plain = isinstance(node.ctx, ast.Load) and not any(isinstance(item, ast.Starred) for item in node.elts)
    for at in range(len(node.elts) - 1) if plain else ():
        swapped = list(node.elts)
        swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
        yield "swapped items", _with(node, elts=swapped)


def _augmented(node: ast.AugAssign) -> Iterator[Mutation]:
    yield "overwritten", ast.Assign([node.target], node.value)
    for other in _BINARY.get(type(node.op), ()):
        yield "operator", _with(node, op=other())
    yield "dropped statement", ast.Pass()


def _branch(node: ast.If) -> Iterator[Mutation]:
    yield "always", _with(node, test=ast.Constant(True))
    yield "never", _with(node, test=ast.Constant(False))


def _condition(node: ast.While) -> Iterator[Mutation]:
    yield "never", _with(node, test=ast.Constant(False))


def _assignment(node: ast.Assign) -> Iterator[Mutation]:
    if all(isinstance(target, ast.Subscript | ast.Attribute) for target in node.targets):
        yield "dropped statement", ast.Pass()


def _forgotten(node: ast.Expr) -> Iterator[Mutation]:
    if isinstance(node.value, ast.Call):
        yield "dropped statement", ast.Pass()


def _on(node: ast.stmt) -> Iterator[Mutation]:
    yield "dropped statement", ast.Pass()


def _silent(node: ast.Raise) -> Iterator[Mutation]:
    yield "no refusal", ast.Pass()
