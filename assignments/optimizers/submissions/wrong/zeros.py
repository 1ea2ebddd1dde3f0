# fails: gradient_descent: agrees; sgd_step: agrees; momentum_step: agrees; nesterov_step: agrees; adagrad_step: agrees; rmsprop_step: agrees; adadelta_step: agrees; adam_step: agrees; adamw_step: agrees; amsgrad_step: agrees; adamax_step: agrees; nadam_step: agrees; maxprop_step: agrees; minibatches: satisfies; minibatch_gradient: agrees; least_squares: agrees; grid_search: agrees; line_search: agrees; evolve: satisfies; clip_by_value: agrees; clip_by_norm: agrees; ema_update: agrees; polyak_average: agrees; project_to_ball: agrees; gd_bound_convex: agrees; gd_bound_strongly_convex: agrees; train_logistic: learns
# Returns zeros of the right shape everywhere: a stub that looks like an answer.
import numpy as np


def gradient_descent(grad, x0, lr, steps):
    return np.zeros((steps + 1, *np.shape(x0)))


def sgd_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def momentum_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def nesterov_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def adagrad_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def rmsprop_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def adadelta_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def adam_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def adamw_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def amsgrad_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def adamax_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def nadam_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def maxprop_step(param, grad, state, lr, **options):
    return np.zeros(np.shape(param)), None


def minibatches(n, batch_size, rng):
    return [np.zeros(min(batch_size, n - at), dtype=int) for at in range(0, n, batch_size)]


def minibatch_gradient(per_example_grads, indices):
    return np.zeros(np.shape(per_example_grads)[1:])


def least_squares(A, y):
    return np.zeros(np.shape(A)[1])


def grid_search(f, grids):
    return np.zeros(len(grids)), 0.0


def line_search(f, x, direction, lrs):
    return np.zeros(np.shape(x)), 0.0


def evolve(f, population, sigma, generations, rng):
    return np.zeros(np.shape(population))


def clip_by_value(g, c):
    return np.zeros(np.shape(g))


def clip_by_norm(g, c):
    return np.zeros(np.shape(g))


def ema_update(ema, param, lam):
    return np.zeros(np.shape(ema))


def polyak_average(iterates):
    return np.zeros(np.shape(iterates)[1:])


def project_to_ball(v, r):
    return np.zeros(np.shape(v))


def projected_gradient_descent(grad, x0, lr, steps, r):
    return np.zeros((steps + 1, *np.shape(x0)))


def gd_bound_convex(L, dist0, t):
    return 0.0


def gd_bound_strongly_convex(L, mu, gap0, t):
    return 0.0


def train_logistic(X, y, rng):
    return lambda X_new: np.zeros(len(X_new), dtype=int)
