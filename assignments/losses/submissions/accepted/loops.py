"""Losses with plain loops over single numbers, as one would write them from the formula."""

import math

import numpy as np


def numbers(x):
    """All entries as a flat list of Python floats."""
    return [float(v) for v in np.asarray(x).flatten()]


def softmax_of_list(scores):
    biggest = max(scores)
    powers = [math.exp(s - biggest) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


def log_softmax_of_list(scores):
    biggest = max(scores)
    total = 0.0
    for s in scores:
        total += math.exp(s - biggest)
    return [s - biggest - math.log(total) for s in scores]


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


def softmax(z):
    z = np.asarray(z)
    out = np.zeros(z.shape)
    for index in np.ndindex(z.shape[:-1]):
        out[index] = softmax_of_list(numbers(z[index]))
    return out


def log_softmax(z):
    z = np.asarray(z)
    out = np.zeros(z.shape)
    for index in np.ndindex(z.shape[:-1]):
        out[index] = log_softmax_of_list(numbers(z[index]))
    return out


def mse(pred, target):
    pred, target = numbers(pred), numbers(target)
    total = 0.0
    for i in range(len(pred)):
        total += (pred[i] - target[i]) ** 2
    return total / len(pred)


def mse_grad(pred, target):
    shape = np.shape(pred)
    pred, target = numbers(pred), numbers(target)
    grad = []
    for i in range(len(pred)):
        grad.append(2 * (pred[i] - target[i]) / len(pred))
    return np.array(grad).reshape(shape)


def mae(pred, target):
    pred, target = numbers(pred), numbers(target)
    total = 0.0
    for i in range(len(pred)):
        total += abs(pred[i] - target[i])
    return total / len(pred)


def mae_grad(pred, target):
    shape = np.shape(pred)
    pred, target = numbers(pred), numbers(target)
    grad = []
    for i in range(len(pred)):
        if pred[i] > target[i]:
            grad.append(1 / len(pred))
        elif pred[i] < target[i]:
            grad.append(-1 / len(pred))
        else:
            grad.append(0.0)
    return np.array(grad).reshape(shape)


def one_for_each(spread, count):
    """A scalar spread repeated, or the spreads of all entries."""
    values = numbers(spread)
    if np.ndim(spread) == 0:
        values = values * count
    return values


def gaussian_nll(pred, target, sigma):
    pred, target = numbers(pred), numbers(target)
    sigma = one_for_each(sigma, len(pred))
    total = 0.0
    for i in range(len(pred)):
        variance = sigma[i] ** 2
        total += 0.5 * math.log(2 * math.pi * variance) + (target[i] - pred[i]) ** 2 / (2 * variance)
    return total / len(pred)


def gaussian_nll_grad(pred, target, sigma):
    shape = np.shape(pred)
    pred, target = numbers(pred), numbers(target)
    sigma = one_for_each(sigma, len(pred))
    grad = []
    for i in range(len(pred)):
        grad.append((pred[i] - target[i]) / sigma[i] ** 2 / len(pred))
    return np.array(grad).reshape(shape)


def laplace_nll(pred, target, scale):
    pred, target = numbers(pred), numbers(target)
    scale = one_for_each(scale, len(pred))
    total = 0.0
    for i in range(len(pred)):
        total += math.log(2 * scale[i]) + abs(target[i] - pred[i]) / scale[i]
    return total / len(pred)


def laplace_nll_grad(pred, target, scale):
    signs = mae_grad(pred, target)  # already divided by the number of entries
    scale = np.array(one_for_each(scale, signs.size)).reshape(signs.shape)
    return signs / scale


def bce(probs, target):
    probs, target = numbers(probs), numbers(target)
    total = 0.0
    for p, t in zip(probs, target):
        if t > 0:
            total += math.inf if p == 0 else -t * math.log(p)
        if t < 1:
            total += math.inf if p == 1 else -(1 - t) * math.log(1 - p)
    return total / len(probs)


def bce_grad(probs, target):
    shape = np.shape(probs)
    probs, target = numbers(probs), numbers(target)
    grad = []
    for p, t in zip(probs, target):
        grad.append((p - t) / len(probs))
    return np.array(grad).reshape(shape)


def bce_with_logits(logits, target):
    logits, target = numbers(logits), numbers(target)
    total = 0.0
    for z, t in zip(logits, target):
        # log(1 + exp(z)) without overflow
        softplus = max(z, 0) + math.log1p(math.exp(-abs(z)))
        total += softplus - t * z
    return total / len(logits)


def bce_with_logits_grad(logits, target):
    shape = np.shape(logits)
    logits, target = numbers(logits), numbers(target)
    grad = []
    for z, t in zip(logits, target):
        grad.append((sigmoid(z) - t) / len(logits))
    return np.array(grad).reshape(shape)


def check_labels(logits, labels):
    if len(np.shape(logits)) != 2 or np.shape(labels) != np.shape(logits)[:1]:
        raise ValueError("labels need one class for every row of logits")
    if len(labels) == 0:
        raise ValueError("no rows")
    for label in labels:
        if isinstance(label, (bool, np.bool_)) or not isinstance(label, (int, np.integer)):
            raise ValueError("a label is not an integer: " + str(label))
        if label < 0 or label >= np.shape(logits)[1]:
            raise ValueError("no such class: " + str(label))


def cross_entropy_loss(logits, labels):
    check_labels(logits, labels)
    total = 0.0
    for row, label in zip(logits, labels):
        total -= log_softmax_of_list(numbers(row))[label]
    return total / len(labels)


def cross_entropy_loss_grad(logits, labels):
    check_labels(logits, labels)
    grad = np.zeros(np.shape(logits))
    for n in range(len(labels)):
        probs = softmax_of_list(numbers(logits[n]))
        for k in range(len(probs)):
            one_hot = 1 if k == labels[n] else 0
            grad[n, k] = (probs[k] - one_hot) / len(labels)
    return grad


def segmentation_cross_entropy(logits, labels):
    logits, labels = np.asarray(logits), np.asarray(labels)
    images, _, height, width = logits.shape
    total = 0.0
    for n in range(images):
        for h in range(height):
            for w in range(width):
                total -= log_softmax_of_list(numbers(logits[n, :, h, w]))[labels[n, h, w]]
    return total / (images * height * width)


def segmentation_cross_entropy_grad(logits, labels):
    logits, labels = np.asarray(logits), np.asarray(labels)
    images, _, height, width = logits.shape
    grad = np.zeros(logits.shape)
    for n in range(images):
        for h in range(height):
            for w in range(width):
                grad[n, :, h, w] = softmax_of_list(numbers(logits[n, :, h, w]))
                grad[n, labels[n, h, w], h, w] -= 1
    return grad / (images * height * width)


def smooth_labels(labels, num_classes, eps):
    soft = np.zeros((len(labels), num_classes))
    for n in range(len(labels)):
        for k in range(num_classes):
            soft[n, k] = eps / num_classes
            if k == labels[n]:
                soft[n, k] += 1 - eps
    return soft
