"""The student's file as a test sees it: functions and classes that run in a box.

Plain data, arrays and tensors come back as values. Any other object stays in the box; what stands for it here
takes attributes, calls, items and operators, each of which is a step in the box again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from grader.boxes import Conversation
from grader.cases import Contract, anything
from grader.checks import Failure
from grader.checks.answers import answer
from grader.errors import FaultError, ProtocolError
from grader.messages import value_text
from grader.protocol import Callback, Ending, Opaque, Outcome, Ref, Reply
from grader.testing.errors import BoxFaultError, NoAnswer, exception
from grader.testing.tapes import Done, Place, Tape, script

__all__ = ["Student", "StudentFunction", "StudentObject"]

_LONGEST = 2_000
"""Steps in one past."""
_MANY = 100_000
"""Items of one iteration."""
_METHODS = frozenset(("method", "builtin_function_or_method", "method-wrapper", "function"))
_LOOKS = frozenset(("lt", "le", "gt", "ge", "eq", "ne"))


class Student:
    """The student's module. `student.softmax(x)` calls in the box."""

    def __init__(self, session: Conversation, file: str) -> None:
        self._session, self._file = session, file
        self._ended: Ending | None = None
        self._hung: dict[str, Ending] = {}
        self._functions: dict[int, Callable[..., Any]] = {}
        self._last = ""
        self._plain: Collection[str] = ()
        """Steps that the reference answers with plain data, always: an object in its place is not to be used."""
        self._gave: dict[str, bool] = {}
        """Steps that were taken, and whether an answer had an object in it."""

    def __getattr__(self, name: str) -> StudentFunction:
        if name.startswith("_"):  # what printers and test tools ask every object for
            raise AttributeError(name)
        return StudentFunction(self, name)

    def __repr__(self) -> str:
        return f"<the student's {self._file}>"


class StudentFunction:
    """A function or class of the student's file."""

    def __init__(self, student: Student, name: str) -> None:
        self._student, self._name = student, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return perform(self._student, "call", self._name, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self._name} of the student's {self._student._file}>"


class StudentObject:
    """An object of the student's that stays in the box."""

    _student: Student
    _tape: Tape
    _place: Place
    _type: str
    _method: bool
    _instead: str
    """What was called where plain data were expected; empty where an object is."""

    def __init__(self, student: Student, tape: Tape, place: Place, type_name: str) -> None:
        self.__dict__.update(
            _student=student, _tape=tape, _place=place, _type=type_name, _method=False, _instead=""
        )

    def __repr__(self) -> str:
        return f"<{self._type} of the student's>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr_")) and name not in _CALLED:
            raise AttributeError(name)
        return perform(self._student, "get", name, (self,), {})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return perform(self._student, "invoke", self._type, (self, *args), kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        self._called("__setattr__", name, value)

    def __setitem__(self, item: Any, value: Any) -> None:
        self._called("__setitem__", item, value)

    def __iter__(self) -> Iterator[Any]:
        items = self._called("__iter__")
        if not isinstance(items, StudentObject):
            raise TypeError(f"{self!r} does not iterate over anything")
        for _ in range(_MANY):
            try:
                item = items._called("__next__")
            except StopIteration:
                return
            yield item

    def __len__(self) -> int:
        return int(self._called("__len__"))

    def __contains__(self, item: Any) -> bool:
        return bool(self._called("__contains__", item))

    def __float__(self) -> float:
        return float(self._called("__float__"))

    def __int__(self) -> int:
        return int(self._called("__int__"))

    def __str__(self) -> str:
        return str(self._called("__str__"))

    def __bool__(self) -> bool:
        for name in ("__bool__", "__len__"):
            try:
                return bool(self._called(name))
            except AttributeError:
                continue
        return True

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(f"expected an array, got {self!r}")

    def _called(self, name: str, *args: Any) -> Any:
        method = perform(self._student, "get", name, (self,), {})
        return method(*args)

    __array_ufunc__ = None  # an array beside an operator leaves it to us
    __hash__ = object.__hash__


_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_CALLED = frozenset(
    "__iter__ __next__ __len__ __contains__ __float__ __int__ __bool__ __str__ __setattr__ __setitem__".split()
)


def _operator(name: str, *, reflected: bool = False) -> Callable[..., Any]:
    def apply(self: StudentObject, *others: Any) -> Any:
        __tracebackhide__ = True
        args = (*others, self) if reflected else (self, *others)
        return perform(self._student, "operate", name, args, {})

    return apply


for _name in (*_BINARY, *_LOOKS, "neg", "pos", "abs", "getitem"):
    setattr(StudentObject, f"__{_name}__", _operator(_name))
for _name in _BINARY:
    setattr(StudentObject, f"__r{_name}__", _operator(_name, reflected=True))


def perform(student: Student, do: str, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Take one step in the box.

    Raises:
        StudentRaised: The student's code raised; also of the built-in class of that name.
        NoAnswer: The name is missing, or the process ended.
        BoxFaultError: The box cannot be used.
    """
    __tracebackhide__ = True
    for used in _objects([*args, *kwargs.values()]):
        if used._instead:
            raise NoAnswer(_not_plain(used))
    key = _key(do, name, args)
    given = {key: _taken(student, value) for key, value in kwargs.items()}
    step = Done(do, name, tuple(_taken(student, arg) for arg in args), given)
    tapes = [used._tape for used in _objects([*args, *kwargs.values()])]
    tape = Tape.joined(tapes)
    if len(tape.steps) >= _LONGEST:
        raise ValueError(
            f"expected at most {_LONGEST} steps on objects that hang together; make fewer, or anew"
        )
    if do in ("call", "invoke"):
        parts = [*map(_text, args[do == "invoke" :]), *(f"{key}={_text(kwargs[key])}" for key in kwargs)]
        student._last = f"{name}({', '.join(parts)})"
    reply = _run(student, [*tape.steps, step], name)
    value = _value(student, tape, Place(step), reply.value)
    if do == "get" and isinstance(value, StudentObject) and value._type in _METHODS:
        value.__dict__.update(_type=name, _method=True)  # what messages call it by
    objects = list(_objects([value]))
    student._gave[key] = student._gave.get(key, False) or bool(objects)
    for found in objects if key in student._plain else ():
        found.__dict__["_instead"] = name
    if objects or (tapes and do != "get" and name not in _LOOKS):
        tape.steps.append(step)
    return value


def _key(do: str, name: str, args: tuple[Any, ...]) -> str:
    """What a step is known by, whatever the classes of the objects are called."""
    return "()" if do == "invoke" and not args[0]._method else f"{do} {name}"


def _not_plain(used: StudentObject) -> Failure:
    """An object may say of itself that it equals whatever a test expects."""
    got = f"an object of class {used._type}"
    text = f"{used._instead}: expected plain data (numbers, text, arrays, lists of them), got {got}."
    return Failure("type", text, "plain data", got)


def _run(student: Student, steps: list[Done], name: str) -> Reply:
    __tracebackhide__ = True  # a failing test shows its own lines, not ours
    # What never ended is waited for once; what ended the worker is asked no more in the same test.
    over = student._ended or student._hung.get(steps[-1].name if steps[-1].do == "call" else "")
    if over is not None:
        raise NoAnswer(_failure(name, over))
    functions = {number: _answerer(function) for number, function in student._functions.items()}
    try:
        (outcome,) = student._session.run([script(steps, _replaced)], offered=functions)
    except FaultError as error:
        raise BoxFaultError(str(error)) from None
    except ProtocolError as error:
        raise TypeError(f"{name}: cannot be sent to the box: {error.message}") from None
    if isinstance(outcome, Ending):
        student._ended = outcome
        if outcome.verdict == "timeout":
            student._hung[name] = outcome
        raise NoAnswer(_failure(name, outcome))
    if outcome.error is None:
        return outcome
    if outcome.error.kind != "raised" or outcome.error.type_name == "NotImplementedError":
        raise NoAnswer(_failure(name, outcome))
    raise exception(outcome.error, student._file, stops=name == "__next__")


def _failure(name: str, outcome: Outcome) -> Any:
    """The failure in the words of every other check."""
    return answer(Contract(name, {}, anything()), outcome)


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, StudentObject) or callable(value) else value_text(value)


def _answerer(function: Callable[..., Any]) -> Callable[[tuple[Any, ...], dict[str, Any]], Any]:
    return lambda args, kwargs: function(*args, **kwargs)


def _taken(student: Student, value: Any) -> Any:
    """An argument as it is kept: objects by their place, functions by their number."""
    if isinstance(value, StudentObject):
        return value._place
    if type(value) in (list, tuple):
        return type(value)(_taken(student, item) for item in value)
    if type(value) is dict:
        return {key: _taken(student, item) for key, item in value.items()}
    if callable(value) and not isinstance(value, type) and hasattr(value, "__name__"):
        student._functions[id(value)] = value  # held, so that no other one gets its number
        return Callback(id(value), value.__name__)
    return value.copy() if type(value).__module__ == "numpy" and hasattr(value, "copy") else value


def _replaced(value: Any, ref: Callable[[Place], Ref]) -> Any:
    if isinstance(value, Place):
        return ref(value)
    if type(value) in (list, tuple):
        return type(value)(_replaced(item, ref) for item in value)
    if type(value) is dict:
        return {key: _replaced(item, ref) for key, item in value.items()}
    return value


def _objects(values: Any) -> Iterator[StudentObject]:
    for value in values:
        if isinstance(value, StudentObject):
            yield value
        elif type(value) in (list, tuple):
            yield from _objects(value)
        elif type(value) is dict:
            yield from _objects(value.values())


def _value(student: Student, tape: Tape, place: Place, value: Any) -> Any:
    """What came back, with something to stand for each object that stayed."""
    if isinstance(value, Opaque):
        return StudentObject(student, tape, place, value.type_name)
    if type(value) in (list, tuple):
        items = (
            _value(student, tape, Place(place.step, (*place.path, at)), item) for at, item in enumerate(value)
        )
        return type(value)(items)
    if type(value) is dict and all(type(key) in (str, int) for key in value):
        return {
            key: _value(student, tape, Place(place.step, (*place.path, key)), item)
            for key, item in value.items()
        }
    return value
