"""Quantiles of the gamma distribution: those of SciPy to the last bit, in two thirds of the time.

SciPy inverts the incomplete gamma function by three steps of Halley's method from a first guess,
and works out at each step what depends on the shape alone. Plans need more than a million of these
numbers of a handful of shapes. The functions below do the same operations in the same order with
the constants of a shape at hand; a shape is used only after a comparison with SciPy, so that
another SciPy or another machine may cost time but never changes a number.

References
----------
.. [1] A. R. DiDonato, A. H. Morris, "Computation of the incomplete gamma function ratios and their
   inverse", ACM Transactions on Mathematical Software 12 (1986) 377-393.
.. [2] J. Maddock and others, Boost C++ libraries, math toolkit (Boost Software License 1.0), and
   S. L. Moshier, Cephes Math Library 2.0, both as translated in SciPy's ``xsf`` (BSD licence).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import machine_code

__all__ = ["gamma_quantile"]

Floats = NDArray[np.float64]

# Fewer are not worth the import of numba.
_FEW = 4096
# Shapes for which SciPy takes the way that is followed here.
_SMALLEST, _LARGEST = 1.2, 20.0
_EPSILON = 2.0**-53
_BIG, _ONE_BIGTH = 2.0**52, 2.0**-52
_MOST_TERMS = 2000
_SIGNATURE = "void(float64[::1], float64[::1], float64[:, ::1], float64[::1])"
# Lanczos' approximation of the gamma function: its constant, and both polynomials.
_G = 6.024680040776729583740234375
_NUMERATOR = (
    56906521.91347156388090791033559122686859,
    103794043.1163445451906271053616070238554,
    86363131.28813859145546927288977868422342,
    43338889.32467613834773723740590533316085,
    14605578.08768506808414169982791359218571,
    3481712.15498064590882071018964774556468,
    601859.6171681098786670226533699352302507,
    75999.29304014542649875303443598909137092,
    6955.999602515376140356310115515198987526,
    449.9445569063168119446858607650988409623,
    19.51992788247617482847860966235652136208,
    0.5098416655656676188125178644804694509993,
    0.006061842346248906525783753964555936883222,
)
_DENOMINATOR = (
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
)
#: Constants of each shape that has been compared with SciPy, none where they do not agree.
_KNOWN: dict[float, tuple[float, ...] | None] = {}


def gamma_quantile(shape: float | Floats, uniform: Floats) -> Floats:
    """Return quantiles of gamma distributions of scale 1.

    Parameters
    ----------
    shape : float or ndarray of float64
        Shapes, one for all or one each.
    uniform : ndarray of float64
        Probabilities in [0, 1).

    Returns
    -------
    ndarray of float64
        As `scipy.special.gammaincinv` gives them.
    """
    from scipy import special

    kernel = None
    if uniform.size >= _FEW:
        kernel = machine_code(__name__, "_invert", _SIGNATURE)
    if kernel is None:
        drawn: Floats = special.gammaincinv(shape, uniform)
        return drawn
    # Copies, for the compiled function takes no arrays that are read-only.
    shapes = np.array(np.broadcast_to(shape, uniform.shape), dtype=np.float64).ravel()
    u = np.array(uniform, dtype=np.float64).ravel()
    drawn = np.empty(u.size)
    # Those of this call alone: what other calls have met must not decide how a quantile is found.
    met = sorted(set(shapes[:: max(len(shapes) // 64, 1)].tolist()))
    for value in met:
        if value not in _KNOWN:
            _KNOWN[value] = _compared(value, kernel)
    constants = np.array([_KNOWN[value] for value in met if _KNOWN[value]]).reshape(-1, 5)
    kernel(shapes, u, constants, drawn)
    left = np.flatnonzero(np.isnan(drawn))
    drawn[left] = special.gammaincinv(shapes[left], u[left])
    return drawn.reshape(uniform.shape)


def _compared(shape: float, kernel: Callable[..., None]) -> tuple[float, ...] | None:
    """Return the constants of a shape if they give what SciPy gives, else None."""
    from scipy import special

    if not _SMALLEST <= shape <= _LARGEST:
        return None
    y = 1.0 / shape
    over, under = 0.0, 0.0
    for above, below in zip(_NUMERATOR, _DENOMINATOR, strict=True):
        over, under = over * y + above, under * y + below
    factor = shape + _G - 0.5
    scale = math.sqrt(factor / math.exp(1)) / (over / under)
    logs = float(special.gammaln(shape)), float(special.gammaln(shape + 1.0))
    constants = (shape, *logs, factor, scale)
    tail = np.geomspace(1e-12, 0.1, 100)
    points = np.concatenate([tail, np.linspace(0.0, 1.0, 400)[1:-1], 1.0 - tail])
    mine = np.empty(len(points))
    kernel(np.full(len(points), shape), points, np.array([constants]), mine)
    theirs = special.gammaincinv(shape, points)
    done = ~np.isnan(mine)
    return constants if done.any() and (mine == theirs)[done].all() else None


def _invert(shapes: Floats, uniform: Floats, constants: Floats, out: Floats) -> None:
    """Fill in quantiles; NaN where SciPy has to be asked: another shape, or the ends of a tail."""
    for n in range(len(uniform)):
        a, p = shapes[n], uniform[n]
        out[n] = math.nan
        row = 0
        while row < len(constants) and constants[row, 0] != a:
            row += 1
        if row == len(constants) or not 0.0 < p < 1.0:
            continue
        log_gamma, factor, scale = constants[row, 1], constants[row, 3], constants[row, 4]
        # SciPy solves for the upper tail where it is the smaller one by far.
        is_upper, q = p > 0.9, 1.0 - p
        x = _first_guess(a, 1.0 - q if is_upper else p, q, log_gamma, constants[row, 2])
        for _ in range(3):
            # x^a exp(-x) / gamma(a)
            if abs(a - x) > 0.4 * a:
                density = math.exp(a * math.log(x) - x - log_gamma)
            else:
                density = scale * (math.exp(a - x) * math.pow(x / factor, a))
            if not 1e-280 < density < 1e280 or (is_upper and x <= 1.1):
                x = math.nan
                break
            if x > a or (is_upper and x == a):
                upper = _upper_fraction(a, x) * density
                miss = (upper - q) * x / -density if is_upper else (1.0 - upper - p) * x / density
            else:
                lower = _lower_series(a, x) * density / a
                miss = (1.0 - lower - q) * x / -density if is_upper else (lower - p) * x / density
            curvature = -1.0 + (a - 1.0) / x
            x -= miss / (1.0 - 0.5 * miss * curvature)
        out[n] = x


def _first_guess(a: float, p: float, q: float, log_gamma: float, log_gamma_1: float) -> float:
    """Return DiDonato and Morris's guess; equations by their numbers there."""
    # 32
    t = math.sqrt(-2.0 * math.log(p if p < 0.5 else q))
    above = ((0.213623493715853 * t + 4.28342155967104) * t + 11.6616720288968) * t
    below = ((0.3611708101884203e-1 * t + 1.27364489782223) * t + 6.40691597760039) * t
    s = t - (above + 3.31125922108741) / ((below + 6.61053765625462) * t + 1.0)
    if p < 0.5:
        s = -s
    # 31
    s2 = s * s
    s3 = s2 * s
    s4 = s2 * s2
    s5 = s4 * s
    root = math.sqrt(a)
    w = a + s * root + (s2 - 1.0) / 3.0
    w += (s3 - 7.0 * s) / (36.0 * root)
    w -= (3.0 * s4 + 7.0 * s2 - 16.0) / (810.0 * a)
    w += (9.0 * s5 + 256.0 * s3 - 433.0 * s) / (38880.0 * a * root)
    if p > 0.5:
        if w < 3.0 * a:
            return w
        log_b = math.log(q) + log_gamma
        if log_b < -max(2.0, a * (a - 1.0)) * 2.3:
            # 25 is not followed here.
            return math.nan
        # 33
        u = -log_b + (a - 1.0) * math.log(w) - math.log(1.0 + (1.0 - a) / (1.0 + w))
        return -log_b + (a - 1.0) * math.log(u) - math.log(1.0 + (1.0 - a) / (1.0 + u))
    z = w
    a1, a2 = a + 1.0, a + 2.0
    if w < 0.15 * a1:
        # 35
        v = math.log(p) + log_gamma_1
        z = math.exp((v + w) / a)
        s = math.log1p(z / a1 * (1.0 + z / a2))
        z = math.exp((v + z - s) / a)
        s = math.log1p(z / a1 * (1.0 + z / a2))
        z = math.exp((v + z - s) / a)
        s = math.log1p(z / a1 * (1.0 + z / a2 * (1.0 + z / (a + 3.0))))
        z = math.exp((v + z - s) / a)
    if z <= 0.01 * a1 or z > 0.7 * a1:
        return z
    # 34 and 36
    part = z / a1
    total = 1.0 + part
    for i in range(2, 101):
        part *= z / (a + i)
        total += part
        if part < 1e-4:
            break
    log_s = math.log(total)
    v = math.log(p) + log_gamma_1
    z = math.exp((v + z - log_s) / a)
    return z * (1.0 - (a * math.log(z) - z - v + log_s) / (a - z))


def _upper_fraction(a: float, x: float) -> float:
    """Return the continued fraction of the upper tail, over the density."""
    y = 1.0 - a
    z = x + y + 1.0
    c = 0.0
    p2, q2 = 1.0, x
    p1, q1 = x + 1.0, z * x
    found = p1 / q1
    for _ in range(_MOST_TERMS):
        c += 1.0
        y += 1.0
        z += 2.0
        yc = y * c
        p, q = p1 * z - p2 * yc, q1 * z - q2 * yc
        ratio = p / q
        # SciPy divides by the ratio; the difference is a multiple of its last bit, so that the
        # outcome is the same.
        is_over = abs(found - ratio) <= _EPSILON * abs(ratio)
        found = ratio
        p2, p1, q2, q1 = p1, p, q1, q
        if abs(p) > _BIG:
            p2, p1, q2, q1 = (
                p2 * _ONE_BIGTH,
                p1 * _ONE_BIGTH,
                q2 * _ONE_BIGTH,
                q1 * _ONE_BIGTH,
            )
        if is_over:
            break
    return found


def _lower_series(a: float, x: float) -> float:
    """Return the power series of the lower tail, over the density."""
    r, term, total = a, 1.0, 1.0
    for _ in range(_MOST_TERMS):
        r += 1.0
        term *= x / r
        total += term
        if term <= _EPSILON * total:
            break
    return total
