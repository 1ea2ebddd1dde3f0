import numpy as np


def standardize(x):
    return (x - x.mean()) / (x.std(axis=0) + 1e-8)


def clip(x, limit=1.0):
    x[x > limit] = limit
    x[x < -limit] = -limit
    return x
