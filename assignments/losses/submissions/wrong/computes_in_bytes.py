# fails: segmentation_cross_entropy: agrees; segmentation_cross_entropy_grad: agrees
# Computes with labels in the dtype they come in: bytes wrap around.
import numpy as np


def _places(labels):
    n, h, w = labels.shape
    return labels.reshape(n, -1) * (h * w) + np.arange(h * w).astype(labels.dtype)


def softmax(z):
    return np.exp(log_softmax(z))


def log_softmax(z):
    z = np.asarray(z, dtype=float)
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _difference(pred, target):
    return np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)


def mse(pred, target):
    return np.mean(_difference(pred, target) ** 2)


def mse_grad(pred, target):
    return 2 * _difference(pred, target) / np.size(pred)


def mae(pred, target):
    return np.mean(np.abs(_difference(pred, target)))


def mae_grad(pred, target):
    return np.sign(_difference(pred, target)) / np.size(pred)


def gaussian_nll(pred, target, sigma):
    sigma = np.asarray(sigma, dtype=float)
    return np.mean(0.5 * np.log(2 * np.pi * sigma**2) + _difference(pred, target) ** 2 / (2 * sigma**2))


def gaussian_nll_grad(pred, target, sigma):
    return mse_grad(pred, target) / (2 * np.asarray(sigma, dtype=float) ** 2)


def laplace_nll(pred, target, scale):
    scale = np.asarray(scale, dtype=float)
    return np.mean(np.log(2 * scale) + np.abs(_difference(pred, target)) / scale)


def laplace_nll_grad(pred, target, scale):
    return mae_grad(pred, target) / np.asarray(scale, dtype=float)


def bce(probs, target):
    p, t = np.asarray(probs, dtype=float), np.asarray(target)
    with np.errstate(divide="ignore", invalid="ignore"):
        ones = np.where(t == 0, 0.0, -t * np.log(p))
        zeros = np.where(t == 1, 0.0, -(1 - t) * np.log(1 - p))
    return np.mean(ones + zeros)


def bce_grad(probs, target):
    return _difference(probs, target) / np.size(probs)


def _sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def bce_with_logits(logits, target):
    z, t = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    return np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))


def bce_with_logits_grad(logits, target):
    return bce_grad(_sigmoid(np.asarray(logits, dtype=float)), target)


def _check(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError("labels must be integers")
    if logits.ndim != 2 or labels.shape != logits.shape[:1] or len(labels) == 0:
        raise ValueError("labels must have one entry per row of logits")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels out of range")
    return logits, labels


def cross_entropy_loss(logits, labels):
    logits, labels = _check(logits, labels)
    return -np.mean(log_softmax(logits)[np.arange(len(labels)), labels])


def cross_entropy_loss_grad(logits, labels):
    logits, labels = _check(logits, labels)
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


def segmentation_cross_entropy(logits, labels):
    log_probs = np.moveaxis(log_softmax(np.moveaxis(logits, 1, -1)), -1, 1).reshape(len(logits), -1)
    return -np.mean(np.take_along_axis(log_probs, _places(labels).astype(int), axis=1))


def segmentation_cross_entropy_grad(logits, labels):
    probs = np.moveaxis(softmax(np.moveaxis(logits, 1, -1)), -1, 1).reshape(len(logits), -1).copy()
    places = _places(labels).astype(int)
    np.put_along_axis(probs, places, np.take_along_axis(probs, places, axis=1) - 1, axis=1)
    return probs.reshape(logits.shape) / labels.size


def smooth_labels(labels, num_classes, eps):
    return (1 - eps) * np.eye(num_classes)[labels] + eps / num_classes
