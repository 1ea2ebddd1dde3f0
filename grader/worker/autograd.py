"""Steps of a script that ask for gradients through the student's function, by torch's own autograd.

torch is imported when a script first asks: the worker starts without it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

__all__ = ["autograd"]


def autograd(name: str, args: tuple[Any, ...]) -> Any:
    """One step: `tensor` and `leaf` make tensors of arrays, `gradients` differentiates what came of them."""
    torch = importlib.import_module("torch")
    if name == "gradients":
        return _gradients(torch, *args)
    return _tensors(torch, args[0], leaf=name == "leaf")


def _tensors(torch: Any, value: Any, *, leaf: bool) -> Any:
    """The same numbers as tensors of the same dtype; lists stay lists."""
    if isinstance(value, list | tuple):
        return type(value)(_tensors(torch, item, leaf=leaf) for item in value)
    if isinstance(value, float):
        made = torch.tensor(value, dtype=torch.float64)
    elif isinstance(value, torch.Tensor):
        made = value.detach().clone()
    else:
        made = torch.from_numpy(value.copy())
    return made.requires_grad_() if leaf else made


def _gradients(
    torch: Any, answer: Any, cotangents: list[Any], leaves: list[Any], order: int, vectors: list[Any]
) -> dict[str, Any]:
    """Gradients of the sum of ⟨cotangent, result⟩ by each leaf, and what is known of the results.

    With order 2, also the gradients of the sum of ⟨vector, gradient⟩. A gradient is None where autograd finds no way
    from the leaf to the results; all are, where the results are no tensors of the cotangents' shapes.
    """
    results = list(answer) if isinstance(answer, list | tuple) else [answer]
    tensors = [isinstance(item, torch.Tensor) for item in results]
    found: dict[str, Any] = {
        "kinds": [
            "" if tensor else type(item).__name__ for item, tensor in zip(results, tensors, strict=True)
        ],
        "shapes": [
            tuple(item.shape) if tensor else () for item, tensor in zip(results, tensors, strict=True)
        ],
        "connected": [
            bool(tensor and item.requires_grad) for item, tensor in zip(results, tensors, strict=True)
        ],
        "first": None,
        "second": None,
    }
    if found["shapes"] != [tuple(item.shape) for item in cotangents] or not any(found["connected"]):
        return found
    flat = list(_flat(leaves))
    pairs = [(item, given) for item, given in zip(results, cotangents, strict=True) if item.requires_grad]
    first = _by(torch, pairs, flat, again=order > 1)
    found["first"] = [_array(gradient) for gradient in first]
    if order > 1:
        again = [
            (gradient, given)
            for gradient, given in zip(first, vectors, strict=True)
            if gradient is not None and gradient.requires_grad
        ]
        second = _by(torch, again, flat, again=False) if again else [None] * len(flat)
        found["second"] = [_array(gradient) for gradient in second]
    return found


def _by(torch: Any, pairs: list[tuple[Any, Any]], leaves: list[Any], *, again: bool) -> list[Any]:
    """Gradients of the sum of ⟨tensor, array⟩ over the pairs."""
    total = sum((tensor * torch.from_numpy(given.copy()).to(tensor.dtype)).sum() for tensor, given in pairs)
    return list(torch.autograd.grad(total, leaves, create_graph=again, allow_unused=True))


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _array(gradient: Any) -> Any:
    return None if gradient is None else gradient.detach().cpu().numpy()
