# fails: cross_entropy_loss: refuses; cross_entropy_loss_grad: refuses
# Never looks at the labels: -1 silently means the last class, 1.7 is cut to 1.
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
    losses = np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))
    return losses.mean()


def bce_with_logits_grad(logits, target):
    logits, target = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    small = np.exp(-np.abs(logits))
    probs = np.where(logits >= 0, 1.0, small) / (1 + small)
    return (probs - target) / logits.size


def cross_entropy_loss(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    labels = labels.astype(int)
    z = logits - logits.max(axis=1, keepdims=True)
    log_probs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    picked = log_probs[np.arange(len(labels)), labels]
    return -picked.mean()


def cross_entropy_loss_grad(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    labels = labels.astype(int)
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = exps / exps.sum(axis=1, keepdims=True)
    probs[np.arange(len(labels)), labels] -= 1
    return probs / len(labels)


def segmentation_cross_entropy(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_probs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    picked = np.take_along_axis(log_probs, labels[:, None], axis=1)
    return -picked.mean()


def segmentation_cross_entropy_grad(logits, labels):
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = exps / exps.sum(axis=1, keepdims=True)
    one_hot = (np.arange(logits.shape[1])[:, None, None] == labels[:, None]).astype(float)
    return (probs - one_hot) / labels.size


def smooth_labels(labels, num_classes, eps):
    one_hot = (np.arange(num_classes) == np.asarray(labels)[:, None]).astype(float)
    return (1 - eps) * one_hot + eps / num_classes
