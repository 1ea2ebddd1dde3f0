# fails: softmax: agrees; log_softmax: agrees; mse: agrees; mse_grad: agrees; mae: agrees; mae_grad: agrees; gaussian_nll: agrees; gaussian_nll_grad: agrees; laplace_nll: agrees; laplace_nll_grad: agrees; bce: agrees; bce_grad: agrees; bce_with_logits: agrees; bce_with_logits_grad: agrees; cross_entropy_loss: agrees; cross_entropy_loss_grad: agrees; segmentation_cross_entropy: agrees; segmentation_cross_entropy_grad: agrees; smooth_labels: agrees
# A stub handed in: zeros of the right shape everywhere.
import numpy as np


def softmax(z):
    return np.zeros(np.shape(z))


def log_softmax(z):
    return np.zeros(np.shape(z))


def mse(pred, target):
    return 0.0


def mse_grad(pred, target):
    return np.zeros(np.shape(pred))


def mae(pred, target):
    return 0.0


def mae_grad(pred, target):
    return np.zeros(np.shape(pred))


def gaussian_nll(pred, target, sigma):
    return 0.0


def gaussian_nll_grad(pred, target, sigma):
    return np.zeros(np.shape(pred))


def laplace_nll(pred, target, scale):
    return 0.0


def laplace_nll_grad(pred, target, scale):
    return np.zeros(np.shape(pred))


def bce(probs, target):
    return 0.0


def bce_grad(probs, target):
    return np.zeros(np.shape(probs))


def bce_with_logits(logits, target):
    return 0.0


def bce_with_logits_grad(logits, target):
    return np.zeros(np.shape(logits))


def cross_entropy_loss(logits, labels):
    return 0.0


def cross_entropy_loss_grad(logits, labels):
    return np.zeros(np.shape(logits))


def segmentation_cross_entropy(logits, labels):
    return 0.0


def segmentation_cross_entropy_grad(logits, labels):
    return np.zeros(np.shape(logits))


def smooth_labels(labels, num_classes, eps):
    return np.zeros((len(labels), num_classes))
