"""How shippers choose among alternatives: a logit on the logarithm of generalised cost.

A shipper with value of time `v` (per cent of the goods' value a day) faces on a way the cost
``g = freight + v / 100 x value x days`` and the utility ``constant of the corridor - beta ln g``.
With the logarithm, `beta` has no unit and a way that is a tenth dearer loses the same share whether
it carries ores or chips. Value of time is lognormal within each commodity, so that a few hurried
shippers fly what the others put on a barge.

References
----------
.. [1] M. Fosgerau, M. Bierlaire, "Discrete choice models with multiplicative error terms",
   Transportation Research Part B 43 (2009) 494-505.
.. [2] D. McFadden, "Conditional logit analysis of qualitative choice behavior", in: Frontiers in
   Econometrics, Academic Press, 1974.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import ODTable
from corridor_sim.routes.alternatives import Route, RouteSet
from corridor_sim.routes.layers import Layers

if TYPE_CHECKING:
    from corridor_sim.demand.tables import DemandTables
    from corridor_sim.scenario import Scenario

__all__ = ["ChoiceModel", "ExpectedChoice", "build_choice_model", "corridor_constants", "vot_nodes"]

Floats = NDArray[np.float64]

_DAY_H = 24.0
_NODES = 9


def vot_nodes(median: float, sigma: float) -> tuple[Floats, Floats]:
    """Return values of time and their weights that stand for a lognormal distribution.

    Gauss-Hermite nodes of the logarithm, exact for polynomials in it.

    Parameters
    ----------
    median : float
        Per cent of the value a day.
    sigma : float
        Standard deviation of the logarithm.

    Returns
    -------
    values, weights : (n,) float64
        The weights sum to one.
    """
    if sigma == 0 or median == 0:
        return np.array([median]), np.array([1.0])
    points, weights = _hermite_nodes()
    return median * np.exp(sigma * points), weights / weights.sum()


@cache
def _hermite_nodes() -> tuple[Floats, Floats]:
    points, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return points, weights


def corridor_constants(tables: DemandTables, scenario: Scenario) -> dict[str, float]:
    """Return the constant of every corridor: the scenario's where it states one.

    Parameters
    ----------
    tables : DemandTables
        Constants of the network.
    scenario : Scenario
        May state its own.

    Returns
    -------
    dict of str to float
        Constants by corridor.
    """
    constants = {
        str(name): float(value) for name, value in tables.choice_constants["constant"].items()
    }
    return constants | dict(scenario.choice.constants or {})


@dataclass(frozen=True, eq=False)
class ChoiceModel:
    """Costs, constants and premiums of all routes, as arrays.

    Attributes
    ----------
    routes : RouteSet
        Alternatives.
    beta : float
        Sensitivity to the logarithm of cost.
    constant, cost_cny_per_teu, cost_cny_per_t, planned_days : (R,) float64
        By route.
    premium_cny_per_teu, premium_cny_per_t : (R,) float64
        What scarce slots on the route's services are worth more than their fare, see
        `corridor_sim.routes.premiums`.
    """

    routes: RouteSet
    beta: float
    constant: Floats
    cost_cny_per_teu: Floats
    cost_cny_per_t: Floats
    planned_days: Floats
    premium_cny_per_teu: Floats
    premium_cny_per_t: Floats

    def utility(
        self,
        alternatives: Sequence[int] | NDArray[np.int64],
        *,
        t_per_teu: float,
        cny_per_teu: float,
        vot_pct_per_day: Floats,
    ) -> Floats:
        """Return the utility of alternatives for shippers.

        Parameters
        ----------
        alternatives : (a,) int
            Places in the routes.
        t_per_teu, cny_per_teu : float
            Weight and value of the goods.
        vot_pct_per_day : (n,) float64
            Value of time of each shipper.

        Returns
        -------
        (n, a) float64
            Up to a constant of each shipper.
        """
        chosen = np.asarray(alternatives, dtype=np.int64)
        freight = (
            self.cost_cny_per_teu[chosen]
            + self.premium_cny_per_teu[chosen]
            + t_per_teu * (self.cost_cny_per_t[chosen] + self.premium_cny_per_t[chosen])
        )
        per_day = vot_pct_per_day / 100 * cny_per_teu
        generalised = freight + np.outer(per_day, self.planned_days[chosen])
        utility: Floats = self.constant[chosen] - self.beta * np.log(generalised)
        return utility


def build_choice_model(
    routes: RouteSet, constants: Mapping[str, float], *, beta: float
) -> ChoiceModel:
    """Return the model without premiums.

    Parameters
    ----------
    routes : RouteSet
        Alternatives.
    constants : mapping of str to float
        By corridor; 0 where none is stated.
    beta : float
        Sensitivity.

    Returns
    -------
    ChoiceModel
        All premiums are 0.
    """

    def column(values: Sequence[float]) -> Floats:
        return np.array(values, dtype=np.float64)

    listed: tuple[Route, ...] = routes.routes
    return ChoiceModel(
        routes=routes,
        beta=beta,
        constant=column([constants.get(route.corridor, 0.0) for route in listed]),
        cost_cny_per_teu=column([route.cost_cny_per_teu for route in listed]),
        cost_cny_per_t=column([route.cost_cny_per_t for route in listed]),
        planned_days=column([route.planned_h / _DAY_H for route in listed]),
        premium_cny_per_teu=np.zeros(len(listed)),
        premium_cny_per_t=np.zeros(len(listed)),
    )


@dataclass(frozen=True, eq=False)
class ExpectedChoice:
    """Cells of OD row and alternative, laid side by side for fast repeated evaluation.

    Attributes
    ----------
    od : ODTable
        Demand.
    row, route : (c,) int64
        OD row and route of each cell; cells of a row lie together.
    teu_per_year, t_per_teu : (c,) float64
        Of the OD row.
    cny_per_day : (c, nodes) float64
        What a day in transit costs a TEU, at the nodes that stand for the shippers.
    weight : (c, nodes) float64
        Share of the shippers at each node.
    """

    od: ODTable
    row: NDArray[np.int64]
    route: NDArray[np.int64]
    teu_per_year: Floats
    t_per_teu: Floats
    cny_per_day: Floats
    weight: Floats

    @classmethod
    def of(cls, od: ODTable, routes: RouteSet) -> ExpectedChoice:
        """Lay out the cells of all OD rows.

        Parameters
        ----------
        od : ODTable
            Rows of demand.
        routes : RouteSet
            Alternatives.

        Returns
        -------
        ExpectedChoice
            One cell per OD row and alternative.
        """
        counts = np.array([len(options) for options in routes.of_od], dtype=np.int64)
        row = np.repeat(np.arange(len(counts)), counts)
        nodes = [_padded_nodes(flow.vot_median_pct_per_day, flow.vot_sigma) for flow in od.rows]
        values, weights = (
            np.array([pair[column] for pair in nodes]).reshape(-1, _NODES) for column in (0, 1)
        )
        money = values / 100 * np.array([flow.cny_per_teu for flow in od.rows])[:, None]
        return cls(
            od=od,
            row=row,
            route=np.array([r for options in routes.of_od for r in options], dtype=np.int64),
            teu_per_year=np.array([flow.teu_per_year for flow in od.rows])[row],
            t_per_teu=np.array([flow.t_per_teu for flow in od.rows])[row],
            cny_per_day=money[row],
            weight=weights[row],
        )

    def shares(self, model: ChoiceModel) -> Floats:
        """Return the expected share of each cell in its OD row.

        The largest shipments that an alternative cannot take are not looked at here.

        Parameters
        ----------
        model : ChoiceModel
            Costs, constants and premiums.

        Returns
        -------
        (c,) float64
            Shares, summing to one over the cells of a row.
        """
        laid = self._laid
        route = laid.route
        freight = (model.cost_cny_per_teu + model.premium_cny_per_teu)[route] + laid.t_per_teu * (
            model.cost_cny_per_t + model.premium_cny_per_t
        )[route]
        # One array for generalised costs, utilities and shares: a premium is found in many rounds.
        work = laid.cny_per_day * model.planned_days[route]
        work += freight
        np.log(work, out=work)
        work *= -model.beta
        work += model.constant[route]
        laid.layers.spread(np.subtract, work, laid.layers.reduce(np.maximum, work))
        np.exp(work, out=work)
        laid.layers.spread(np.divide, work, laid.layers.sum(work))
        work *= laid.weight
        expected = np.empty(len(route))
        expected[laid.layers.order] = _sum_of_nodes(work)
        return expected

    @cached_property
    def _laid(self) -> _Laid:
        layers = Layers.of(self.row)
        order = layers.order
        return _Laid(
            layers=layers,
            route=self.route[order],
            t_per_teu=self.t_per_teu[order],
            cny_per_day=self.cny_per_day[order].T.copy(),
            weight=self.weight[order].T.copy(),
        )


@dataclass(frozen=True, eq=False)
class _Laid:
    """Cells in layers of OD rows; by node and cell where they differ by node."""

    layers: Layers
    route: NDArray[np.int64]
    t_per_teu: Floats
    cny_per_day: Floats
    weight: Floats


@cache
def _padded_nodes(median: float, sigma: float) -> tuple[Floats, Floats]:
    """Return values of time and weights, always of the same number; those added weigh nothing."""
    value, weight = vot_nodes(median, sigma)
    padded = np.zeros(_NODES)
    padded[: len(weight)] = weight
    return np.resize(value, _NODES), padded


def _sum_of_nodes(values: Floats) -> Floats:
    """Return the sum over nodes, pair by pair, as numpy adds up a row."""
    *paired, last = values
    while len(paired) > 1:
        paired = [a + b for a, b in zip(paired[::2], paired[1::2], strict=True)]
    total: Floats = paired[0] + last
    return total
