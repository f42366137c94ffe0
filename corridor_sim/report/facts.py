"""What the sections of a report read: a run, its stamps where there are any, and its choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from corridor_sim.errors import CorridorSimError
from corridor_sim.goal import GoalProgress, goal_progress
from corridor_sim.maps.text import clean
from corridor_sim.maps.words import CORRIDORS, Words, corridor_words
from corridor_sim.report.journeys import Journeys
from corridor_sim.report.legends import COLOURS
from corridor_sim.report.stamps import Stamps
from corridor_sim.statistics.summary import corridor_names

if TYPE_CHECKING:
    from corridor_sim.results import Results
    from corridor_sim.simulation import Groundwork

__all__ = ["Facts"]


@dataclass(frozen=True)
class Facts:
    """A run, as the sections of its report see it.

    Attributes
    ----------
    results : Results
        Fresh or loaded.
    ground : Groundwork or None
        How shippers choose; without it no expected shares are told.
    pairs : tuple of (str, str)
        Origin and destination zones asked about; the busiest where there are none.
    """

    results: Results
    ground: Groundwork | None = None
    pairs: Sequence[tuple[str, str]] = ()

    @cached_property
    def stamps(self) -> Stamps | None:
        """Stamps of the run; None where it was read from a folder."""
        try:
            return Stamps(self.results)
        except CorridorSimError:
            return None

    @cached_property
    def journeys(self) -> Journeys | None:
        """Journeys over routes; None without stamps."""
        if not self.stamps:
            return None
        subsidies = self.results.scenario.levers.subsidies
        return Journeys(self.stamps, self.results.network, subsidies)

    @cached_property
    def goals(self) -> list[GoalProgress]:
        """Progress towards each goal."""
        return goal_progress(self.results)

    @cached_property
    def corridors(self) -> list[str]:
        """Corridors of the run in their order."""
        return corridor_names(self.results.statistics)

    def colour(self, corridor: str) -> str:
        """Return the colour of a corridor, the same in every chart and on the map."""
        known = list(CORRIDORS)
        place = known.index(corridor) if corridor in known else self.corridors.index(corridor)
        return COLOURS[place % len(COLOURS)]

    @cached_property
    def own(self) -> pd.DataFrame:
        """Chongqing's own shipments released in the window and served."""
        frame = self.results.tables.shipments
        kept = (frame["cargo"] == "own").to_numpy() & frame["corridor"].notna().to_numpy()
        kept &= self.results.clock.in_window(frame["release_s"].to_numpy())
        return frame[kept]

    def corridor(self, name: str) -> Words:
        """Return the names of a corridor."""
        return corridor_words(clean(name))

    def node(self, name: str) -> Words:
        """Return the names of a node, its code where it has none."""
        return _names(self.results.network.nodes, name)

    def facility(self, name: str) -> Words:
        """Return the names of a facility."""
        return _names(self.results.network.facilities, name)

    def service(self, name: str) -> Words:
        """Return the names of a service."""
        return _names(self.results.network.services, name)

    def date(self, second: float) -> str:
        """Return the date of a second."""
        return self.results.clock.date_of(int(second)).isoformat()


def _names(table: pd.DataFrame, name: str) -> Words:
    if name not in table.index:
        return (clean(name), "")
    row = table.loc[name]
    english, chinese = clean(row.get("name_en")), clean(row.get("name_zh"))
    return (english or ("" if chinese else clean(name)), chinese)
