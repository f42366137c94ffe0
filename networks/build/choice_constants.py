"""Solve the constants of the corridors so that 2025 has the shares it is believed to have.

No source splits Chongqing's trade value by corridor after 2019. The shares are a prior, a judgement
with a range; the constants make the model start from it. This is fitting and tests nothing: what
the model says about shares in the baseline is what was put in. What it says about changes, times
and volumes of boxes is not.

Run ``python -m networks.build.choice_constants`` from the root of the repository, after the other
tables are built.
"""

from __future__ import annotations

import sys

import numpy as np

from corridor_sim.demand.od import build_od
from corridor_sim.routes.alternatives import enumerate_routes
from corridor_sim.routes.choice import ExpectedChoice, build_choice_model
from corridor_sim.routes.premiums import find_premiums, service_room, with_premiums
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import read_inputs
from networks.build.tables import NETWORK, BuildError, read_raw, write_table

__all__ = ["main", "solve"]

_ROUNDS = 80
_TOLERANCE = 0.002
_STRIDE = 0.9


def solve() -> list[dict[str, object]]:
    """Return the rows of ``choice_constants.csv``.

    Each round lets premiums settle, compares the expected shares of value with the prior, and moves
    every constant by a part of the logarithm of their ratio.

    Raises
    ------
    BuildError
        If the prior cannot be met.
    """
    priors = read_raw("choice_priors")
    constants = {row["corridor"]: 0.0 for row in priors}
    _write(priors, constants, dict.fromkeys(constants, float("nan")))
    scenario = Scenario.read("baseline_2025")
    network, tables = read_inputs(scenario)
    od = build_od(network, tables, scenario)
    routes = enumerate_routes(network, od, scenario)
    room = service_room(network, routes)
    cells = ExpectedChoice.of(od, routes)
    value = np.array([row.value_cny_per_year for row in od.rows])[cells.row]
    corridor = np.array([route.corridor for route in routes.routes])[cells.route]
    premiums = None
    worst = 1.0
    for _ in range(_ROUNDS):
        model = build_choice_model(routes, constants, beta=scenario.choice.beta)
        premiums = find_premiums(model, od, room, start=premiums)
        share = cells.shares(with_premiums(model, room, premiums)) * value
        reached = {name: float(share[corridor == name].sum() / share.sum()) for name in constants}
        gaps = {row["corridor"]: float(row["prior_share"]) for row in priors}
        worst = max(abs(reached[name] - wanted) for name, wanted in gaps.items())
        sys.stdout.write(f"largest gap {worst:.4f}\n")
        if worst < _TOLERANCE:
            break
        for name, wanted in gaps.items():
            constants[name] += _STRIDE * float(np.log(wanted / reached[name]))
        base = constants["coastal"]
        constants = {name: constant - base for name, constant in constants.items()}
    else:
        raise BuildError(f"the prior is not met: the largest gap is {worst:.4f} of the value")
    return _rows(priors, constants, reached)


def _rows(
    priors: list[dict[str, str]], constants: dict[str, float], reached: dict[str, float]
) -> list[dict[str, object]]:
    return [
        {
            "corridor": row["corridor"],
            "prior_share": row["prior_share"],
            "low": row["low"],
            "high": row["high"],
            "constant": f"{constants[row['corridor']]:.4f}",
            "reached_share": f"{reached[row['corridor']]:.4f}",
            "source": row["source"],
            "confidence": row["confidence"],
            "note": f"{row['note']}; the constant is fitted to the prior and tests nothing",
        }
        for row in priors
    ]


def _write(
    priors: list[dict[str, str]], constants: dict[str, float], reached: dict[str, float]
) -> None:
    rows = _rows(priors, constants, reached)
    for row in rows:
        if row["reached_share"] == "nan":
            row["reached_share"] = ""
    write_table(NETWORK / "demand" / "choice_constants.csv", list(rows[0]), rows)


def main() -> None:
    """Write ``choice_constants.csv``."""
    rows = solve()
    write_table(NETWORK / "demand" / "choice_constants.csv", list(rows[0]), rows)
    for row in rows:
        sys.stdout.write(f"{row['corridor']:10s} {row['constant']} {row['reached_share']}\n")


if __name__ == "__main__":
    main()
