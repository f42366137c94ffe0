"""Reports: one HTML file that answers what came of a run, and its charts and tables as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.comparison import Comparison
    from corridor_sim.report.blocks import Section
    from corridor_sim.report.voice import Lang
    from corridor_sim.results import Results
    from corridor_sim.simulation import Groundwork

__all__ = ["report_page", "run_sections", "write_report"]


def run_sections(
    results: Results,
    *,
    ground: Groundwork | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> list[Section]:
    """Return the sections of the report of a run.

    Parameters
    ----------
    results : Results
        Fresh; of results read from a folder, what needs plan and stamps is left out: value held
        up at facilities, use by week, closures, time and cost against distance, alternatives.
    ground : Groundwork, optional
        Of the run's scenario; tells expected shares and premiums.
    pairs : sequence of (str, str), optional
        Origin and destination zones whose alternatives are shown; the dearest flows if not given.

    Returns
    -------
    list of Section
        In the order of the report.

    Raises
    ------
    InputError
        If the run moved nothing between a pair.
    """
    from corridor_sim.report.answer import answer
    from corridor_sim.report.choice import why_this_route
    from corridor_sim.report.costs import costs
    from corridor_sim.report.distance import distance
    from corridor_sim.report.facts import Facts
    from corridor_sim.report.flows import emissions, flows
    from corridor_sim.report.holdups import find_holdups, holdups
    from corridor_sim.report.sources import made_of, rests_on
    from corridor_sim.report.times import times, wait_causes
    from corridor_sim.report.weeks import closures, use_of_facilities

    facts = Facts(results, ground, tuple(pairs))
    found = find_holdups(facts)
    made = [
        answer(facts, found),
        holdups(facts, found),
        wait_causes(facts),
        times(facts),
        distance(facts),
        flows(facts),
        use_of_facilities(facts),
        closures(facts),
        costs(facts),
        emissions(facts),
        why_this_route(facts),
        rests_on(facts, found),
        made_of(facts),
    ]
    return [section for section in made if section is not None]


def report_page(
    source: Results | Batch | Comparison,
    *,
    lang: Lang = "both",
    ground: Groundwork | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the report of a run, a batch or a comparison as a page.

    Parameters
    ----------
    source : Results, Batch or Comparison
        Results fresh, or loaded with fewer sections, see `run_sections`.
    lang : {"zh", "en", "both"}
        Language.
    ground : Groundwork, optional
        Of a run's scenario.
    pairs : sequence of (str, str), optional
        Origin and destination zones whose alternatives are shown.

    Returns
    -------
    str
        HTML that needs nothing from outside and runs no script. Equal results give equal text.
    """
    from corridor_sim.report.page import render
    from corridor_sim.report.voice import Voice

    sections, about = _sections(source, lang=lang, ground=ground, pairs=pairs)
    return render(_HEADING, about, sections, Voice(lang))


def write_report(
    source: Results | Batch | Comparison,
    path: str | Path,
    *,
    lang: Lang = "both",
    assets: str | Path | None = None,
    ground: Groundwork | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> Path:
    """Write a report, and its charts and tables as files of their own if asked.

    Beside that of a comparison lies a map of what grew and shrank for each scenario, where both
    batches kept the loads of links.

    Parameters
    ----------
    source : Results, Batch or Comparison
        What it is about.
    path : str or Path
        File to write.
    lang : {"zh", "en", "both"}
        Language.
    assets : str or Path, optional
        Folder for charts as SVG and PNG and tables as CSV and XLSX.
    ground : Groundwork, optional
        Of a run's scenario.
    pairs : sequence of (str, str), optional
        Origin and destination zones whose alternatives are shown.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    from corridor_sim.report.assets import write_assets
    from corridor_sim.report.page import render
    from corridor_sim.report.voice import Voice

    voice = Voice(lang)
    target = Path(path)
    maps = _write_maps(source, target, lang)
    sections, about = _sections(source, lang=lang, ground=ground, pairs=pairs, maps=maps)
    page = render(_HEADING, about, sections, voice)
    if assets is not None:
        write_assets(sections, Path(assets), voice)
    _write_whole(target, page)
    return target


def _write_whole(target: Path, page: str) -> None:
    """Write a file beside its place first, so that an older one stays if that fails."""
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_text(page, encoding="utf-8", newline="\n")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _write_maps(source: Results | Batch | Comparison, target: Path, lang: Lang) -> list[str]:
    """Write a map of what grew and shrank for each scenario of a comparison.

    Returns
    -------
    list of str
        Name of each, none where it cannot be drawn: loads of links were not kept, or the network
        is not there any more.
    """
    from corridor_sim.errors import CorridorSimError
    from corridor_sim.experiments.comparison import Comparison
    from corridor_sim.maps import map_page

    names: list[str] = []
    if not isinstance(source, Comparison):
        return names
    for number, batch in enumerate(source.others, start=1):
        try:
            page = map_page(source.base, other=batch, lang=lang)
        except CorridorSimError:
            names.append("")
            continue
        names.append(f"{target.stem}_map_{number}.html")
        _write_whole(target.with_name(names[-1]), page)
    return names


def _sections(
    source: Results | Batch | Comparison,
    *,
    lang: Lang,
    ground: Groundwork | None,
    pairs: Sequence[tuple[str, str]],
    maps: Sequence[str] = (),
) -> tuple[list[Section], list[str]]:
    """Return the sections of a report, and the lines that say what it is about."""
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.comparison import Comparison
    from corridor_sim.report.contrasts import comparison_sections
    from corridor_sim.report.ensembles import batch_sections

    if isinstance(source, Batch):
        told = f"{source.name} · n = {len(source):,} · {_SEED[lang]} {source.seed}"
        return batch_sections(source), [source.title or source.name, told]
    if isinstance(source, Comparison):
        names = " / ".join(batch.name for batch in source.others)
        told = f"n = {len(source.base):,} · {_SEED[lang]} {source.base.seed}"
        return comparison_sections(source, maps=maps), [f"{source.base.name}: {names}", told]
    return run_sections(source, ground=ground, pairs=pairs), _about(source, lang)


_SEED = {"en": "seed", "zh": "随机种子", "both": "随机种子 seed"}
_HEADING = ("Chongqing's trade corridors", "重庆外贸通道")


def _about(results: Results, lang: Lang) -> list[str]:
    """Return which scenario and which run a report is about."""
    scenario, clock = results.scenario, results.clock
    first, last = clock.date_of(clock.window[0]), clock.date_of(clock.window[1] - 1)
    number = {"en": "replication", "zh": "重复", "both": "重复 replication"}[lang]
    address = f"{_SEED[lang]} {results.seed} · {number} {results.replication}"
    name = scenario.shown_title or scenario.name
    return [name, f"{scenario.name} · {first} – {last} · {address}"]
