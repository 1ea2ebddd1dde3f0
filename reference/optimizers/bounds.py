"""How far gradient descent can still be from the minimum (lecture notes E 14.4)."""

__all__ = ["gd_bound_convex", "gd_bound_strongly_convex"]


def gd_bound_convex(L: float, dist0: float, t: int) -> float:
    """Bound the gap that is left after t steps on a convex function.

    f(xₜ) − f* ≤ L·‖x₀ − x*‖²/(2t), for a gradient that is Lipschitz with constant L and lr = 1/L.

    Args:
        L: Lipschitz constant of the gradient, positive.
        dist0: Distance ‖x₀ − x*‖ of the start from a minimum (not squared), not negative.
        t: Steps taken, 1 or more.
    Returns:
        The bound, shape ().
    Example:
        >>> gd_bound_convex(4.0, 3.0, 6)  # 4·9/12
        3.0

    Source: Nesterov (2018), theorem 2.1.14 in its sharper form; lecture notes E 14.4 have 2L‖x₀ − x*‖²/(t + 1).
    """
    return float(L) * float(dist0) ** 2 / (2 * t)


def gd_bound_strongly_convex(L: float, mu: float, gap0: float, t: int) -> float:
    """Bound the gap that is left after t steps on a strongly convex function.

    f(xₜ) − f* ≤ (1 − μ/L)ᵗ·(f(x₀) − f*), for a gradient that is Lipschitz with constant L and lr = 1/L.

    Args:
        L: Lipschitz constant of the gradient, positive.
        mu: Constant μ of strong convexity, positive, at most L.
        gap0: Gap f(x₀) − f* of the start, not negative.
        t: Steps taken, 0 or more.
    Returns:
        The bound, shape ().
    Example:
        >>> gd_bound_strongly_convex(4.0, 2.0, 8.0, 3)  # 8/2³
        1.0

    Source: Bubeck (2015), section 3.4; lecture notes E 14.4.
    """
    return float((1 - mu / L) ** t * gap0)
