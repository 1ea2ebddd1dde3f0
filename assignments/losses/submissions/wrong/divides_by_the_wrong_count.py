# fails: mse: agrees; mse_grad: agrees; mae: agrees; mae_grad: agrees; gaussian_nll: agrees; gaussian_nll_grad: agrees; laplace_nll: agrees; laplace_nll_grad: agrees; bce: agrees; bce_grad: agrees; bce_with_logits: agrees; bce_with_logits_grad: agrees; cross_entropy_loss: agrees; cross_entropy_loss_grad: agrees; segmentation_cross_entropy: agrees; segmentation_cross_entropy_grad: agrees
# Confuses the counts: divides entry-wise losses by the rows only, and class losses by all entries of the logits.
import numpy as np


def softmax(z):
    z = np.asarray(z, dtype=float)
    exps = np.exp(z - z.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def log_softmax(z):
    z = np.asarray(z, dtype=float)
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def mse(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.sum((pred - target) ** 2) / pred.shape[0]


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.shape[0]


def mae(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.sum(np.abs(pred - target)) / pred.shape[0]


def mae_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.sign(pred - target) / pred.shape[0]


def gaussian_nll(pred, target, sigma):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    sigma = np.asarray(sigma, dtype=float)
    return np.sum(0.5 * np.log(2 * np.pi * sigma**2) + (target - pred) ** 2 / (2 * sigma**2)) / pred.shape[0]


def gaussian_nll_grad(pred, target, sigma):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    sigma = np.asarray(sigma, dtype=float)
    return (pred - target) / sigma**2 / pred.shape[0]


def laplace_nll(pred, target, scale):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    scale = np.asarray(scale, dtype=float)
    return np.sum(np.log(2 * scale) + np.abs(target - pred) / scale) / pred.shape[0]


def laplace_nll_grad(pred, target, scale):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    scale = np.asarray(scale, dtype=float)
    return np.sign(pred - target) / scale / pred.shape[0]


def bce(probs, target):
    probs, target = np.asarray(probs, dtype=float), np.asarray(target, dtype=float)
    with np.errstate(divide="ignore"):
        losses = -target * np.log(probs, where=target > 0, out=np.zeros(probs.shape))
        losses -= (1 - target) * np.log(1 - probs, where=target < 1, out=np.zeros(probs.shape))
    return losses.sum() / probs.shape[0]


def bce_grad(probs, target):
    probs, target = np.asarray(probs, dtype=float), np.asarray(target, dtype=float)
    return (probs - target) / probs.shape[0]


def bce_with_logits(logits, target):
    logits, target = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    losses = np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))
    return losses.sum() / logits.shape[0]


def bce_with_logits_grad(logits, target):
    logits, target = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    small = np.exp(-np.abs(logits))
    probs = np.where(logits >= 0, 1.0, small) / (1 + small)
    return (probs - target) / logits.shape[0]


def cross_entropy_loss(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    if labels.dtype.kind not in "iu" or logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError("labels must be integers, one for each row of logits")
    if labels.size == 0 or labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels must be classes, and there must be some")
    z = logits - logits.max(axis=1, keepdims=True)
    log_probs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    one_hot = (np.arange(logits.shape[1]) == labels[:, None]).astype(float)
    return -(one_hot * log_probs).mean()


def cross_entropy_loss_grad(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    if labels.dtype.kind not in "iu" or logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError("labels must be integers, one for each row of logits")
    if labels.size == 0 or labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels must be classes, and there must be some")
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = exps / exps.sum(axis=1, keepdims=True)
    one_hot = (np.arange(logits.shape[1]) == labels[:, None]).astype(float)
    return (probs - one_hot) / logits.size


def segmentation_cross_entropy(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_probs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    one_hot = (np.arange(logits.shape[1])[:, None, None] == labels[:, None]).astype(float)
    return -(one_hot * log_probs).mean()


def segmentation_cross_entropy_grad(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = exps / exps.sum(axis=1, keepdims=True)
    one_hot = (np.arange(logits.shape[1])[:, None, None] == labels[:, None]).astype(float)
    return (probs - one_hot) / logits.size


def smooth_labels(labels, num_classes, eps):
    one_hot = (np.arange(num_classes) == np.asarray(labels)[:, None]).astype(float)
    return (1 - eps) * one_hot + eps / num_classes
