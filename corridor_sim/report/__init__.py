"""Reports: one HTML file that answers what came of a run, and its charts and tables as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        emissions(facts),
        why_this_route(facts),
        rests_on(facts, found),
        made_of(facts),
    ]
    return [section for section in made if section is not None]


def report_page(
    results: Results,
    *,
    lang: Lang = "both",
    ground: Groundwork | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the report of a run as a page.

    Parameters
    ----------
    results : Results
        Fresh, or loaded with fewer sections, see `run_sections`.
    lang : {"zh", "en", "both"}
        Language.
    ground : Groundwork, optional
        Of the run's scenario.
    pairs : sequence of (str, str), optional
        Origin and destination zones whose alternatives are shown.

    Returns
    -------
    str
        HTML that needs nothing from outside and runs no script. Equal results give equal text.
    """
    from corridor_sim.report.page import render
    from corridor_sim.report.voice import Voice

    sections = run_sections(results, ground=ground, pairs=pairs)
    return render(_HEADING, _about(results, lang), sections, Voice(lang))


def write_report(
    results: Results,
    path: str | Path,
    *,
    lang: Lang = "both",
    assets: str | Path | None = None,
    ground: Groundwork | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> Path:
    """Write the report of a run, and its charts and tables as files of their own if asked.

    Parameters
    ----------
    results : Results
        Fresh, or loaded with fewer sections, see `run_sections`.
    path : str or Path
        File to write.
    lang : {"zh", "en", "both"}
        Language.
    assets : str or Path, optional
        Folder for charts as SVG and PNG and tables as CSV and XLSX.
    ground : Groundwork, optional
        Of the run's scenario.
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
    sections = run_sections(results, ground=ground, pairs=pairs)
    page = render(_HEADING, _about(results, lang), sections, voice)
    if assets is not None:
        write_assets(sections, Path(assets), voice)
    target = Path(path)
    target.write_text(page, encoding="utf-8", newline="\n")
    return target


_HEADING = ("Chongqing's trade corridors", "重庆外贸通道")


def _about(results: Results, lang: Lang) -> list[str]:
    """Return which scenario and which run a report is about."""
    scenario, clock = results.scenario, results.clock
    first, last = clock.date_of(clock.window[0]), clock.date_of(clock.window[1] - 1)
    seed, number = {
        "en": ("seed", "replication"),
        "zh": ("随机种子", "重复"),
        "both": ("随机种子 seed", "重复 replication"),
    }[lang]
    address = f"{seed} {results.seed} · {number} {results.replication}"
    name = scenario.title or scenario.name
    return [name, f"{scenario.name} · {first} – {last} · {address}"]
