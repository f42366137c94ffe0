"""What a pool of empty boxes gives and gets in a year, by formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridor_sim.demand.od import CARGO
from corridor_sim.routes.choice import ExpectedChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridor_sim.demand.od import ODTable
    from corridor_sim.plan.boxes import BoxFrame
    from corridor_sim.routes.choice import ChoiceModel

__all__ = ["PoolBalance", "expected_balance"]


@dataclass(frozen=True, slots=True)
class PoolBalance:
    """Expected flows of a pool in a year.

    Attributes
    ----------
    name : str
        Pool.
    taken_teu, loaded_back_teu, empty_back_teu : float
        Boxes taken, and those that come back loaded and empty.
    initial_teu : float
        Boxes at the start.
    """

    name: str
    taken_teu: float
    loaded_back_teu: float
    empty_back_teu: float
    initial_teu: float

    @property
    def missing_teu(self) -> float:
        """What does not come back; negative where more comes than goes."""
        return self.taken_teu - self.loaded_back_teu - self.empty_back_teu


def expected_balance(
    boxes: BoxFrame, od: ODTable, model: ChoiceModel, resource_names: Sequence[str]
) -> list[PoolBalance]:
    """Return what every pool is expected to give and get.

    Parameters
    ----------
    boxes : BoxFrame
        Pools.
    od : ODTable
        Demand of a year.
    model : ChoiceModel
        How shippers choose.
    resource_names : sequence of str
        In rank order.

    Returns
    -------
    list of PoolBalance
        In the order of the pools; none where none are at work.
    """
    if not len(boxes.resource):
        return []
    cells = ExpectedChoice.of(od, model.routes)
    teu = cells.teu_per_year * cells.shares(model)
    teu *= boxes.is_boxed[cells.row] & ~boxes.by_air[cells.route]
    kind = np.array([CARGO.index(row.cargo) for row in od.rows])[cells.row]
    takes, gives = boxes.takes[kind, cells.route], boxes.gives[kind, cells.route]
    is_empty = kind == CARGO.index("empty")
    return [
        PoolBalance(
            name=resource_names[rank],
            taken_teu=float(teu[takes == place].sum()),
            loaded_back_teu=float(teu[(gives == place) & ~is_empty].sum()),
            empty_back_teu=float(teu[(gives == place) & is_empty].sum()),
            initial_teu=float(boxes.initial_mteu[place]) / 1000,
        )
        for place, rank in enumerate(boxes.resource.tolist())
    ]
