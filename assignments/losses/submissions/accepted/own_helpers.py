"""Losses with a small class of distributions and one decorator for the checks; scalars stay NumPy's own."""

import functools

import numpy as np

_LOG_SQRT_TAU = 0.5 * np.log(2.0 * np.pi)


def _f64(*arrays):
    copies = tuple(np.array(a, dtype=np.float64, copy=True) for a in arrays)
    return copies if len(copies) > 1 else copies[0]


def _elementwise(function):
    """Convert the arguments to float64 copies and insist on equal shapes."""

    @functools.wraps(function)
    def wrapper(y_hat, y, *spread):
        y_hat, y = _f64(y_hat, y)
        if y_hat.shape != y.shape:
            raise ValueError(f"shapes differ: {y_hat.shape} and {y.shape}")
        return function(y_hat, y, *(np.broadcast_to(_f64(s), y.shape) for s in spread))

    return wrapper


class _Categorical:
    """Class distributions along one axis of an array of logits."""

    def __init__(self, logits: np.ndarray, axis: int = -1):
        self.logits = logits
        self.axis = axis

    def log_probs(self) -> np.ndarray:
        peak = np.amax(self.logits, axis=self.axis, keepdims=True)
        centred = np.subtract(self.logits, peak)
        return centred - np.log(np.sum(np.exp(centred), axis=self.axis, keepdims=True))

    def probs(self) -> np.ndarray:
        peak = np.amax(self.logits, axis=self.axis, keepdims=True)
        weights = np.exp(self.logits - peak)
        return np.divide(weights, np.sum(weights, axis=self.axis, keepdims=True))

    def one_hot(self, classes: np.ndarray) -> np.ndarray:
        count = self.logits.shape[self.axis]
        ruler = np.arange(count).reshape([-1 if a == self.axis else 1 for a in range(self.logits.ndim)])
        return ruler == np.expand_dims(classes, self.axis)

    def nll(self, classes: np.ndarray) -> np.float64:
        picked = np.take_along_axis(self.log_probs(), np.expand_dims(classes, self.axis), axis=self.axis)
        return np.negative(picked).mean()

    def nll_grad(self, classes: np.ndarray) -> np.ndarray:
        return (self.probs() - self.one_hot(classes)) / classes.size


def _categorical(scores, classes, rank):
    scores, classes = _f64(scores), np.array(classes)
    if not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(f"class indices must be integers, not {classes.dtype}")
    if scores.ndim != rank or classes.shape != scores.shape[:1] + scores.shape[2:] or not classes.size:
        raise ValueError(f"shapes do not fit: {scores.shape} and {classes.shape}")
    if np.any((classes < 0) | (classes >= scores.shape[1])):
        raise ValueError("class index out of range")
    return _Categorical(scores, axis=1), classes.astype(np.int64)


def softmax(scores):
    return _Categorical(_f64(scores)).probs()


def log_softmax(scores):
    return _Categorical(_f64(scores)).log_probs()


@_elementwise
def mse(y_hat, y):
    return np.square(y_hat - y).mean(keepdims=False)


@_elementwise
def mse_grad(y_hat, y):
    y_hat -= y  # a copy already
    y_hat *= 2.0 / y.size
    return y_hat


@_elementwise
def mae(y_hat, y):
    return np.array(np.abs(y_hat - y).sum() / y.size)  # 0-d


@_elementwise
def mae_grad(y_hat, y):
    return ((y_hat > y).astype(np.float64) - (y_hat < y)) / y.size


@_elementwise
def gaussian_nll(mu, y, std):
    standardised = (y - mu) / std
    return np.mean(_LOG_SQRT_TAU + np.log(std) + 0.5 * np.square(standardised))


@_elementwise
def gaussian_nll_grad(mu, y, std):
    return -((y - mu) / std) / (std * y.size)


@_elementwise
def laplace_nll(mu, y, b):
    return np.mean(np.log(2.0) + np.log(b) + np.abs((y - mu) / b))


@_elementwise
def laplace_nll_grad(mu, y, b):
    return np.sign(mu - y) / (b * y.size)


@_elementwise
def bce(p, y):
    costs = np.zeros_like(p)
    for share, prob in ((y, p), (1.0 - y, 1.0 - p)):
        used = share > 0
        impossible = used & (prob == 0)
        costs[impossible] = np.inf
        used &= ~impossible
        costs[used] -= share[used] * np.log(prob[used])
    return costs.mean()


@_elementwise
def bce_grad(p, y):
    return (p - y) / y.size


@_elementwise
def bce_with_logits(z, y):
    return np.mean(np.logaddexp(0.0, z) - y * z)


@_elementwise
def bce_with_logits_grad(z, y):
    return (0.5 + 0.5 * np.tanh(0.5 * z) - y) / y.size


def cross_entropy_loss(scores, classes):
    model, classes = _categorical(scores, classes, rank=2)
    return model.nll(classes)


def cross_entropy_loss_grad(scores, classes):
    model, classes = _categorical(scores, classes, rank=2)
    return model.nll_grad(classes)


def segmentation_cross_entropy(scores, classes):
    model, classes = _categorical(scores, classes, rank=4)
    return model.nll(classes)


def segmentation_cross_entropy_grad(scores, classes):
    model, classes = _categorical(scores, classes, rank=4)
    return model.nll_grad(classes)


def smooth_labels(classes, count, share):
    hard = np.zeros((np.size(classes), count), dtype=np.float64)
    np.put_along_axis(hard, np.array(classes, dtype=np.int64)[:, None], 1.0, axis=1)
    return np.add(hard * (1.0 - share), share / count)
