import numpy as np


def standardize(x):
    return (x - x.mean(axis=0)) / (x.std(axis=0, ddof=1) + 1e-8)


def clip(x, limit=1.0):
    x = np.asarray(x, dtype=float)
    x[x > limit] = limit
    x[x < -limit] = -limit
    return x
