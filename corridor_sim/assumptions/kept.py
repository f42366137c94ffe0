"""Results of a long series, kept as they come, so that it can be gone on with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from corridor_sim.assumptions.figures import Headline
from corridor_sim.provenance import provenance

if TYPE_CHECKING:
    from corridor_sim.simulation import Groundwork

__all__ = ["Kept"]


@dataclass
class Kept:
    """Headlines by name and way of finding them.

    Attributes
    ----------
    path : Path or None
        File of JSON lines; None keeps them for this series only.
    identity : str
        Of inputs, scenario, seed and version; lines of another one are left alone.
    """

    path: Path | None
    identity: str
    _found: dict[tuple[str, str], Headline] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path | None, ground: Groundwork, seed: int) -> Kept:
        """Read what a file holds of the same series.

        Parameters
        ----------
        path : Path or None
            File; it need not be there.
        ground : Groundwork
            Of the base.
        seed : int
            Of the runs.

        Returns
        -------
        Kept
            With the lines that can be used; one that was cut short is left out.
        """
        made_of = provenance(ground.scenario, ground.network)
        parts = [made_of[key] for key in ("version", "scenario_digest", "inputs")]
        text = json.dumps([*parts, seed], sort_keys=True)
        kept = cls(path, hashlib.sha256(text.encode()).hexdigest()[:16])
        if path is not None and path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                    if row["identity"] == kept.identity:
                        kept._found[row["name"], row["how"]] = Headline(**row["headline"])
                except (ValueError, KeyError, TypeError):
                    continue
        return kept

    def headline(self, name: str, how: str) -> Headline | None:
        """Return what is known.

        Parameters
        ----------
        name, how : str
            What, and how it was found.

        Returns
        -------
        Headline or None
            None where it has to be found.
        """
        return self._found.get((name, how))

    def put(self, name: str, how: str, headline: Headline) -> Headline:
        """Keep a result.

        Parameters
        ----------
        name, how : str
            What, and how it was found.
        headline : Headline
            Figures.

        Returns
        -------
        Headline
            The same.
        """
        self._found[name, how] = headline
        if self.path is not None:
            row = {"identity": self.identity, "name": name, "how": how}
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row | {"headline": asdict(headline)}) + "\n")
        return headline
