"""`Results`: what a run was, what it left behind, and where it is kept."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from corridor_sim.engine.events import DEPARTED, EventLog
from corridor_sim.errors import CorridorSimError
from corridor_sim.network import Network
from corridor_sim.plan.tables import Plan
from corridor_sim.provenance import provenance
from corridor_sim.result_folder import (
    file_sha256,
    new_folder,
    read_manifest,
    write_json,
    write_manifest,
)
from corridor_sim.scenario import Scenario
from corridor_sim.statistics import Clock, RunTables, Statistics, build_tables
from corridor_sim.statistics.summary import summarise
from corridor_sim.table_files import (
    TABLE_FILES,
    ResultFolderError,
    naming,
    read_tables,
    write_tables,
)

__all__ = ["Results"]

_PHASES = ("network", "demand", "plan", "engine", "statistics")


class Results:
    """Results of one replication.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    network : Network
        As the scenario had it.
    plan : Plan
        What the engine was given.
    log : EventLog
        Stamps of the run.
    seed, replication : int
        Address of the draws.
    engine : str
        Name of the engine.
    timing_s : dict of str to float, optional
        Seconds spent by phase; ``statistics`` is added here.
    has_user_processes : bool
        Whether users' own processes took part, which a plan cannot tell.

    Attributes
    ----------
    statistics : Statistics
        Key figures as tidy frames.
    clock : Clock
        Dates of the run.
    tables : RunTables
        Shipments, legs, departures, facilities, lockages.
    """

    def __init__(
        self,
        *,
        scenario: Scenario,
        network: Network,
        plan: Plan,
        log: EventLog,
        seed: int,
        replication: int,
        engine: str,
        timing_s: dict[str, float] | None = None,
        has_user_processes: bool = False,
    ) -> None:
        self.scenario = scenario
        self.network = network
        self._plan: Plan | None = plan
        self._log: EventLog | None = log
        self.seed = seed
        self.replication = replication
        self.engine = engine
        self.timing_s = dict(timing_s or {})
        self.has_user_processes = has_user_processes
        self.clock = Clock(scenario.origin, plan.window, plan.horizon)
        self.folder: Path | None = None
        self._manifest: dict[str, Any] | None = None
        self._summary: dict[str, Any] | None = None

    def __repr__(self) -> str:
        where = f", folder='{self.folder}'" if self.folder is not None else ""
        return (
            f"Results(scenario='{self.scenario.name}', seed={self.seed}, "
            f"replication={self.replication}, engine='{self.engine}'{where})"
        )

    # -- what was run --------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """Plan of the run.

        Raises
        ------
        CorridorSimError
            If the results were read from a folder, which does not hold it.
        """
        if self._plan is None:
            raise CorridorSimError(self._not_kept("plan"))
        return self._plan

    @property
    def log(self) -> EventLog:
        """Stamps of the run.

        Raises
        ------
        CorridorSimError
            If the results were read from a folder, which does not hold them.
        """
        if self._log is None:
            raise CorridorSimError(self._not_kept("log"))
        return self._log

    def _not_kept(self, what: str) -> str:
        return (
            f"the {what} of a run is not kept in its folder {self.folder}; simulate the scenario "
            f"again with seed {self.seed} and replication {self.replication} to have it"
        )

    # -- what came of it -----------------------------------------------------------------------

    @cached_property
    def tables(self) -> RunTables:
        """Tables of the run, made from plan and stamps as they are used."""
        return build_tables(self.plan, self.log, self.network, self.clock)

    @cached_property
    def statistics(self) -> Statistics:
        """Key figures of the run."""
        return Statistics(self.tables, self.network, self.clock)

    def summary(self) -> dict[str, Any]:
        """Return the key figures as the plain object of ``corridor-sim run --json``.

        Returns
        -------
        dict
            scenario, seed, replication, engine, counts, timing_s, corridors, totals, goal (the
            first of the scenario), log_digest. `counts` are those of the whole simulated span,
            warm-up and drain included; everything else refers to the measured window.
        """
        if self._summary is None:
            began = time.perf_counter()
            with ThreadPoolExecutor(1) as pool:
                digest = pool.submit(self.log.digest)
                self._summary = self._summarised()
                self._summary["log_digest"] = digest.result()
            self.timing_s["statistics"] = time.perf_counter() - began
        summary = dict(self._summary)
        if self._manifest is None:
            summary["timing_s"] = self._timing()
        return summary

    def figures(self) -> dict[str, Any]:
        """Return the summary without ``timing_s`` and ``log_digest``.

        The digest takes as long as everything else together; who compares figures of many
        replications can do without.

        Returns
        -------
        dict
            As from `summary`.
        """
        found = self._summary if self._summary is not None else self._summarised()
        return {k: v for k, v in found.items() if k not in ("timing_s", "log_digest")}

    def _summarised(self) -> dict[str, Any]:
        return summarise(
            self.statistics,
            identity={
                "scenario": self.scenario.name,
                "seed": self.seed,
                "replication": self.replication,
                "engine": self.engine,
            },
            counts=self._counts(),
            goal_cny=self.scenario.goal_cny[0],
            response=self.scenario.demand.response,
        )

    def _counts(self) -> dict[str, int | float]:
        released = self.plan.shipments.release_s < self.plan.horizon
        return {
            "shipments": int(np.count_nonzero(released)),
            "teu": int(self.plan.shipments.mteu[released].sum()) / 1000,
            "departures": int(np.count_nonzero(self.log.departure_status == DEPARTED)),
            "events": self.log.n_events(self.plan),
        }

    def _timing(self) -> dict[str, float]:
        timing = {phase: round(self.timing_s.get(phase, 0.0), 3) for phase in _PHASES}
        timing["total"] = round(sum(timing.values()), 3)
        return timing

    @property
    def provenance(self) -> dict[str, Any]:
        """What made these results, with the hashes of all inputs, the scenario and the versions."""
        if self._manifest is not None:
            return {
                k: v for k, v in self._manifest.items() if k not in ("format", "outputs", "sha256")
            }
        return {
            "scenario": self.scenario.resolved(),
            "seed": self.seed,
            "replication": self.replication,
            "engine": self.engine,
            "has_user_processes": self.has_user_processes,
            "log_digest": self.summary()["log_digest"],
            **provenance(self.scenario, self.network),
        }

    # -- folders -------------------------------------------------------------------------------

    def save(
        self,
        folder: str | Path,
        *,
        force: bool = False,
        also: Mapping[str, Callable[[Path], object]] | None = None,
    ) -> Path:
        """Write a result folder, whole or not at all.

        Parameters
        ----------
        folder : str or Path
            The result folder itself.
        force : bool
            Replace a result folder that is there.
        also : mapping of str to callable, optional
            Further files by name; each callable is given the path to write, for example
            ``{"map.html": lambda path: write_map(results, path)}``. They are part of the manifest.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        ResultFolderError
            If something is there already, or the disk does not take the files.
        """
        place = Path(folder)
        for name in also or {}:
            if Path(name).name != name:
                raise ResultFolderError(f"{name!r} is not the name of a file in the folder")
        with new_folder(place, force=force) as filling:
            with self._writing_tables(filling):
                write_json(filling / "summary.json", self.summary())
                for name, write in (also or {}).items():
                    with naming(filling / name):
                        write(filling / name)
            write_manifest(filling, self.provenance)
        self.folder = place
        return place

    @contextmanager
    def _writing_tables(self, folder: Path) -> Iterator[None]:
        """Write the tables beside other work; an error there ends the writing, and here shows."""
        stop = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(write_tables, self.tables, self.clock, folder, stop=stop)
            try:
                yield
                written.result()
            finally:
                stop.set()

    @classmethod
    def load(cls, folder: str | Path) -> Results:
        """Read the results of a folder back, for statistics and maps.

        Parameters
        ----------
        folder : str or Path
            What `save` wrote.

        Returns
        -------
        Results
            Without plan and log.

        Raises
        ------
        ResultFolderError
            If files are missing, cut short or changed, or the network's tables are no longer those
            of the run.
        """
        place = Path(folder)
        manifest = read_manifest(place)
        tables, clock = read_tables(place)
        try:
            scenario = Scenario.model_validate(manifest["scenario"])
            results = cls.__new__(cls)
            results.seed = int(manifest["seed"])
            results.replication = int(manifest["replication"])
            results.engine = str(manifest["engine"])
            results.has_user_processes = bool(manifest["has_user_processes"])
        except (KeyError, ValueError, TypeError) as error:
            raise ResultFolderError(f"{place / 'manifest.json'} is damaged: {error}") from error
        network = scenario.apply_to(Network.read(scenario.network))
        _refuse_other_inputs(place, manifest, provenance(scenario, network))
        results.scenario = scenario
        results.network = network
        results._plan = None
        results._log = None
        results.clock = clock
        results.folder = place
        results._manifest = manifest
        results._summary = _read_summary(place)
        results.timing_s = dict(results._summary["timing_s"])
        results.__dict__["tables"] = tables
        return results

    def differences(self, folder: str | Path) -> list[str]:
        """Return in what a folder's tables and stamps differ from these results.

        Parameters
        ----------
        folder : str or Path
            Result folder of an earlier run.

        Returns
        -------
        list of str
            One line per difference; empty where every table agrees byte for byte.

        Raises
        ------
        ResultFolderError
            If the folder is damaged.
        """
        place = Path(folder)
        manifest = read_manifest(place)
        found = []
        if manifest["log_digest"] != self.summary()["log_digest"]:
            found.append("the stamps of the run differ (log_digest)")
        with tempfile.TemporaryDirectory() as scratch:
            write_tables(self.tables, self.clock, Path(scratch))
            found.extend(
                f"{name} differs"
                for name in TABLE_FILES.values()
                if name in manifest["outputs"]
                and file_sha256(Path(scratch) / name) != manifest["outputs"][name]["sha256"]
            )
        return found


def _read_summary(place: Path) -> dict[str, Any]:
    path = place / "summary.json"
    try:
        summary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultFolderError(f"{path} cannot be read: {error}") from error
    return summary


def _refuse_other_inputs(place: Path, manifest: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse a folder whose network has changed since: its map and shares would be wrong."""
    then, here = dict(manifest.get("inputs", {})), dict(now.get("inputs", {}))
    changed = sorted(name for name in then | here if then.get(name) != here.get(name))
    if changed:
        raise ResultFolderError(
            f"{place} was made from other tables than those there now: {', '.join(changed)}; "
            "restore them, or run the scenario again"
        )
