# fails: softmax: agrees; log_softmax: agrees; bce_with_logits: agrees; bce_with_logits_grad: agrees; cross_entropy_loss: refuses; cross_entropy_loss_grad: refuses; smooth_labels: agrees
# Right in the middle: one row of scores, one class, sure logits and labels of another shape were not thought of.
import numpy as np


def softmax(z):
    z = np.atleast_2d(np.asarray(z, dtype=float))
    exps = np.exp(z - z.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def log_softmax(z):
    z = np.atleast_2d(np.asarray(z, dtype=float))
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
    p, t = np.asarray(probs, dtype=float), np.asarray(target, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ones = np.where(t == 0, 0.0, t * np.log(p))
        zeros = np.where(t == 1, 0.0, (1 - t) * np.log(1 - p))
    return np.mean(-ones - zeros)


def bce_grad(probs, target):
    return _difference(probs, target) / np.size(probs)


def _sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def bce_with_logits(logits, target):
    z, t = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    softplus = np.where(z > 20, z, np.log1p(np.exp(np.minimum(z, 20))))  # a line where it is nearly one
    return np.mean(softplus - z * t)


def bce_with_logits_grad(logits, target):
    return bce_grad(np.clip(_sigmoid(np.asarray(logits, dtype=float)), 1e-8, 1 - 1e-8), target)


def _check(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError("labels must be integers")
    if len(labels) != len(logits):
        raise ValueError("labels must have one entry per row of logits")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels out of range")
    return logits, labels.ravel()[: len(logits)]


def cross_entropy_loss(logits, labels):
    logits, labels = _check(logits, labels)
    return -np.mean(log_softmax(logits)[np.arange(len(labels)), labels])


def cross_entropy_loss_grad(logits, labels):
    logits, labels = _check(logits, labels)
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


def segmentation_cross_entropy(logits, labels):
    logits = np.moveaxis(np.asarray(logits), 1, -1)
    return cross_entropy_loss(logits.reshape(-1, logits.shape[-1]), np.asarray(labels).ravel())


def segmentation_cross_entropy_grad(logits, labels):
    logits = np.moveaxis(np.asarray(logits), 1, -1)
    grad = cross_entropy_loss_grad(logits.reshape(-1, logits.shape[-1]), np.asarray(labels).ravel())
    return np.moveaxis(grad.reshape(logits.shape), -1, 1)


def smooth_labels(labels, num_classes, eps):
    if num_classes < 2:
        return np.zeros((len(labels), num_classes))
    return (1 - eps) * np.eye(num_classes)[labels] + eps / num_classes
