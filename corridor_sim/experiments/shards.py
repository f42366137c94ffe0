"""Shards: a batch run in parts, and the parts put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corridor_sim.experiments.batch import Batch
from corridor_sim.experiments.identity import differences
from corridor_sim.experiments.reader import Reader, missing_words
from corridor_sim.experiments.rows import MAIN
from corridor_sim.experiments.store import Store
from corridor_sim.result_folder import ResultFolderError

__all__ = ["Shard", "collect", "shard_folders"]


@dataclass(frozen=True)
class Shard:
    """A part of the replications: every N-th of them.

    Attributes
    ----------
    place, of : int
        K and N, K from 1.
    """

    place: int
    of: int

    def __post_init__(self) -> None:
        """Refuse a place that is not there."""
        if not 1 <= self.place <= self.of:
            raise ValueError(f"there is no shard {self.place} of {self.of}")

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``K/N``.

        Raises
        ------
        ValueError
            If it is not that.
        """
        place, slash, of = text.partition("/")
        if not (slash and place.strip().isdecimal() and of.strip().isdecimal()):
            raise ValueError(f"'{text}' is no shard; allowed: K/N, for example 3/16")
        return cls(int(place), int(of))

    def of_numbers(self, numbers: Iterable[int]) -> list[int]:
        """Return those of the numbers that belong to it."""
        return [number for number in numbers if number % self.of == self.place - 1]

    @property
    def folder(self) -> str:
        """Name of its folder."""
        return f"shard-{self.place}-of-{self.of}"


def collect(folders: Sequence[str | Path], out: str | Path) -> Batch:
    """Merge shards of one batch into a folder whose files are those of an unsharded batch.

    Parameters
    ----------
    folders : sequence of str or Path
        Shards, or folders with shards in them.
    out : str or Path
        Folder of the whole; what it holds already stays.

    Returns
    -------
    Batch
        Its `missing` names the gaps up to the largest replication any shard was asked for.

    Raises
    ------
    ResultFolderError
        If there are no shards, they belong to different batches, or two give different rows.
    """
    readers = [Reader(folder) for folder in shard_folders(folders)]
    first = readers[0]
    for other in readers[1:]:
        if found := differences(first.manifest["identity"], other.manifest["identity"]):
            raise ResultFolderError(
                f"{first.folder} and {other.folder} are of different batches:\n  "
                + "\n  ".join(found)
            )
    spans = [span for reader in readers for span in reader.manifest["about"].get("wanted", [])]
    wanted = range(max((last for _, last in spans), default=-1) + 1)
    manifest = first.manifest
    with Store(
        Path(out),
        identity=manifest["identity"],
        kind=manifest["kind"],
        key=manifest["key"],
        tables=manifest["tables"],
        about=manifest["about"],
    ) as store:
        store.note(wanted=wanted)
        for reader in readers:
            _take_in(store, reader)
        store.finish()
        for reader in readers:
            for line in reader.failures():
                if line[store.key] not in store.finished:
                    store.fail_again(line)
    return Batch.load(out)


def shard_folders(folders: Sequence[str | Path]) -> list[Path]:
    """Return the folders of shards among and below folders.

    Raises
    ------
    ResultFolderError
        If there is none.
    """
    found: list[Path] = []
    for folder in map(Path, folders):
        below = sorted(folder.glob("shard-*-of-*"), key=lambda p: (len(p.name), p.name))
        if below:
            found.extend(below)
        else:
            found.append(folder)
    if not found:
        raise ResultFolderError("there is nothing to collect; name the folders of the shards")
    return found


def _take_in(store: Store, reader: Reader) -> None:
    twice = store.finished & reader.finished
    if twice:
        ours, theirs = (x.table(MAIN, numbers=twice) for x in (store, reader))
        assert ours is not None
        if not ours.equals(theirs):
            raise ResultFolderError(
                f"{reader.folder} has other rows than shards before it for replications "
                f"{missing_words(twice)}: they were made by different programs"
            )
    new = reader.finished - twice
    if not new:
        return
    tables = {name: reader.table(name, numbers=new) for name in reader.tables}
    store.merge_tables({name: table for name, table in tables.items() if table is not None})
