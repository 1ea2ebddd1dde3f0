"""Names of Python's own through which other things are reached."""

from __future__ import annotations

__all__ = [
    "BY_NAME",
    "GETTERS",
    "IMPORTERS",
    "INSIDES",
    "LOOKING",
    "LOOKUPS",
    "RUNNERS",
    "is_door",
    "like_module",
]

RUNNERS = frozenset(("builtins.eval", "builtins.exec", "builtins.compile"))
IMPORTERS = frozenset(("builtins.__import__", "importlib.import_module", "importlib.__import__"))
GETTERS = frozenset(("builtins.getattr", "inspect.getattr_static", "builtins.object.__getattribute__"))
LOOKING = frozenset((*GETTERS, "builtins.hasattr", "builtins.vars", "builtins.isinstance", "builtins.print"))
LOOKUPS = frozenset(("get", "__getitem__", "pop", "setdefault"))
"""How a dict gives one value; its other methods give all of them."""
BY_NAME = frozenset(("operator.methodcaller", "operator.attrgetter"))
_DOORS = frozenset(
    "ctypes gc code codeop imp runpy pickle marshal subprocess inspect.getmembers pkgutil.resolve_name "
    "sys._getframe types.FunctionType types.CodeType os.system os.popen importlib.util importlib.machinery "
    "importlib.reload builtins.breakpoint".split()
)
"""Names through which anything can be reached without its own name standing there."""
INSIDES = frozenset(
    "__globals__ __subclasses__ __builtins__ __closure__ __code__ __loader__ __spec__".split()
)


def like_module(dotted: str) -> bool:
    """Whether a name is written as modules are: a class may be handed around."""
    return dotted.rpartition(".")[2][:1].islower()


def is_door(dotted: str) -> bool:
    return any(dotted == door or dotted.startswith(f"{door}.") for door in _DOORS)
