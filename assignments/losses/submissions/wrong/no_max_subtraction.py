# fails: softmax: agrees; softmax: satisfies; softmax: unchanged_when; log_softmax: agrees; log_softmax: satisfies; bce_with_logits: agrees; cross_entropy_loss: agrees; cross_entropy_loss: unchanged_when; cross_entropy_loss_grad: agrees; segmentation_cross_entropy: agrees; segmentation_cross_entropy_grad: agrees
# Writes exp as the formula has it, without subtracting the largest score, so that it overflows.
import numpy as np


def softmax(z):
    z = np.asarray(z, dtype=float)
    exps = np.exp(z)
    return exps / exps.sum(axis=-1, keepdims=True)


def log_softmax(z):
    z = np.asarray(z, dtype=float)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def mse(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.mean((pred - target) ** 2)


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def mae(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.mean(np.abs(pred - target))


def mae_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.sign(pred - target) / pred.size


def gaussian_nll(pred, target, sigma):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    sigma = np.asarray(sigma, dtype=float)
    return np.mean(0.5 * np.log(2 * np.pi * sigma**2) + (target - pred) ** 2 / (2 * sigma**2))


def gaussian_nll_grad(pred, target, sigma):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    sigma = np.asarray(sigma, dtype=float)
    return (pred - target) / sigma**2 / pred.size


def laplace_nll(pred, target, scale):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    scale = np.asarray(scale, dtype=float)
    return np.mean(np.log(2 * scale) + np.abs(target - pred) / scale)


def laplace_nll_grad(pred, target, scale):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    scale = np.asarray(scale, dtype=float)
    return np.sign(pred - target) / scale / pred.size


def bce(probs, target):
    probs, target = np.asarray(probs, dtype=float), np.asarray(target, dtype=float)
    with np.errstate(divide="ignore"):
        losses = -target * np.log(probs, where=target > 0, out=np.zeros(probs.shape))
        losses -= (1 - target) * np.log(1 - probs, where=target < 1, out=np.zeros(probs.shape))
    return losses.mean()


def bce_grad(probs, target):
    probs, target = np.asarray(probs, dtype=float), np.asarray(target, dtype=float)
    return (probs - target) / probs.size


def bce_with_logits(logits, target):
    logits, target = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    losses = np.log(1 + np.exp(logits)) - logits * target
    return losses.mean()


def bce_with_logits_grad(logits, target):
    logits, target = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    probs = 1 / (1 + np.exp(-logits))
    return (probs - target) / logits.size


def cross_entropy_loss(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    if labels.dtype.kind not in "iu" or logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError("labels must be integers, one for each row of logits")
    if labels.size == 0 or labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels must be classes, and there must be some")
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    picked = log_probs[np.arange(len(labels)), labels]
    return -picked.mean()


def cross_entropy_loss_grad(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    if labels.dtype.kind not in "iu" or logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError("labels must be integers, one for each row of logits")
    if labels.size == 0 or labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels must be classes, and there must be some")
    exps = np.exp(logits)
    probs = exps / exps.sum(axis=1, keepdims=True)
    one_hot = (np.arange(logits.shape[1]) == labels[:, None]).astype(float)
    return (probs - one_hot) / len(labels)


def segmentation_cross_entropy(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    picked = np.take_along_axis(log_probs, labels[:, None], axis=1)
    return -picked.mean()


def segmentation_cross_entropy_grad(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    exps = np.exp(logits)
    probs = exps / exps.sum(axis=1, keepdims=True)
    one_hot = (np.arange(logits.shape[1])[:, None, None] == labels[:, None]).astype(float)
    return (probs - one_hot) / labels.size


def smooth_labels(labels, num_classes, eps):
    one_hot = (np.arange(num_classes) == np.asarray(labels)[:, None]).astype(float)
    return (1 - eps) * one_hot + eps / num_classes
