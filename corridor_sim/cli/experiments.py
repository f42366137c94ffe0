"""Options and progress that the commands of many replications share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from corridor_sim.experiments.executors import Executor
    from corridor_sim.experiments.running import Progress
    from corridor_sim.scenario import Scenario

__all__ = [
    "PRECISION",
    "default_folder",
    "executor_of",
    "progress_by_count",
    "with_running",
]


class _Precision(click.ParamType["float"]):
    """A relative half-width: ``2%`` or ``0.02``."""

    name = "precision"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        if isinstance(value, float):
            return value
        text = str(value).strip().replace("％", "%")
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            self.fail(f"'{text}' is no precision; allowed: for example 2%", param, ctx)
        number = number / 100 if text.endswith("%") else number
        if not 0 < number < 1:
            self.fail(f"{text} is out of range; allowed: above 0 to below 100 %", param, ctx)
        return number


class _Workers(click.ParamType["int | None"]):
    """A number of workers, or ``auto``."""

    name = "workers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """Read it."""
        if value is None or value == "auto":
            return None
        if not str(value).isdecimal() or not 1 <= int(value) <= 10_000:
            self.fail(
                f"'{value}' is no number of workers; allowed: auto, or 1 and more", param, ctx
            )
        return int(value)


PRECISION = _Precision()
_OPTIONS = (
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=1,
        show_default=True,
        metavar="N",
        help="Seed of all random draws.",
    ),
    click.option(
        "--workers",
        type=_Workers(),
        default="auto",
        show_default=True,
        metavar="K",
        help="Replications that run at once; auto takes one per processor.",
    ),
    click.option(
        "--executor",
        type=click.Choice(["auto", "serial", "threads", "processes", "dask"]),
        default="auto",
        show_default=True,
        help="How they run; the results are the same, byte for byte.",
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Dask scheduler, for example tcp://host:8786.  [default: a cluster on this machine]",
    ),
    click.option("--quiet", is_flag=True, help="Show no progress."),
)


def with_running(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how replications run."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def executor_of(executor: str, workers: int | None, scheduler: str | None) -> Executor:
    """Return the executor that options ask for.

    Parameters
    ----------
    executor : str
        ``--executor``.
    workers : int or None
        ``--workers``.
    scheduler : str or None
        ``--scheduler``.

    Returns
    -------
    Executor
        An address alone asks for Dask.

    Raises
    ------
    click.UsageError
        If they do not go together.
    """
    from corridor_sim.experiments.executors import Executor

    if scheduler is not None and executor not in ("auto", "dask"):
        raise click.UsageError(f"--scheduler goes with --executor dask, not {executor}")
    return Executor("dask" if scheduler is not None else executor, workers, scheduler)


def default_folder(kind: str, scenarios: list[Scenario], *, seed: int) -> Path:
    """Return the folder of an experiment nobody named one for.

    Parameters
    ----------
    kind : str
        First word of its name.
    scenarios : list of Scenario
        What is simulated.
    seed : int
        Seed of the draws.

    Returns
    -------
    Path
        The same for the same experiment, so that it goes on where it stopped.
    """
    import hashlib

    from corridor_sim.experiments.names import safe_name

    digest = hashlib.sha256("".join(s.digest() for s in scenarios).encode()).hexdigest()[:8]
    names = "-".join(safe_name(scenario.name) for scenario in scenarios)[:80]
    return Path("results") / f"{kind}-{names}-{seed}-{digest}"


@contextmanager
def progress_by_count(label: str, *, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Give a function that shows how many replications have ended.

    Parameters
    ----------
    label : str
        What runs.
    quiet : bool
        Show nothing.

    Yields
    ------
    callable or None
        Takes a `Progress`.
    """
    from corridor_sim.errors import plain

    label = plain(label)
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}", markup=False),
        )
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(label, total=None, told="")

            def show(state: Progress) -> None:
                bar.update(task, completed=state.done, total=state.total, told=_told(state))

            yield show
    else:
        told = [0]

        def tell(state: Progress) -> None:
            tenth = state.done * 10 // state.total
            if tenth > told[0]:
                told[0] = tenth
                click.echo(
                    f"{label}: {tenth * 10} % ({state.done} of {state.total}), {_told(state)}",
                    err=True,
                )

        yield tell


def _told(state: Progress) -> str:
    parts = [f"{state.per_hour:,.0f} an hour"]
    if state.left_s is not None:
        parts.append(f"{_duration(state.left_s)} left")
    interval = state.interval
    if interval.n > 1:
        parts.append(f"{interval.low / 1e9:,.2f} to {interval.high / 1e9:,.2f} bn yuan cleared")
    if state.failed:
        parts.append(f"{state.failed} without a result")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
