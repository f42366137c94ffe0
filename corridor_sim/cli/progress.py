"""Progress by simulated date: a bar on a terminal, a line every tenth elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

__all__ = ["progress_by_date"]


@contextmanager
def progress_by_date(label: str, *, quiet: bool) -> Iterator[Callable[[float, str], None] | None]:
    """Give a function that shows how far the simulated clock is.

    Parameters
    ----------
    label : str
        What runs.
    quiet : bool
        Show nothing.

    Yields
    ------
    callable or None
        Takes the share done (0 to 1) and the simulated date.
    """
    from corridor_sim.errors import plain

    label = plain(label)
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(label, total=1.0)

            def show(share: float, date: str) -> None:
                bar.update(task, completed=share, description=f"{label}  {date}")

            yield show
    else:
        told = [0]

        def tell(share: float, date: str) -> None:
            tenth = int(share * 10)
            if tenth > told[0]:
                told[0] = tenth
                click.echo(f"{label}: {tenth * 10} %, at {date}", err=True)

        yield tell
