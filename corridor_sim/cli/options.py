"""Options that several commands share."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import click

__all__ = ["bad_input", "overrides_of", "with_settings"]


@contextlib.contextmanager
def bad_input() -> Iterator[None]:
    """Tell what is wrong with a result folder as bad input: exit code 2, not 1.

    Raises
    ------
    click.ClickException
        In place of a `ResultFolderError`, with its words.
    """
    from corridor_sim.errors import ResultFolderError

    try:
        yield
    except ResultFolderError as error:
        # The command line exits with 2 on whatever click tells.
        raise click.ClickException(str(error)) from error


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--set KEY=VALUE`` to a command."""
    return click.option(
        "--set",
        "settings",
        metavar="KEY=VALUE",
        multiple=True,
        help="Replace a value of the scenario, for example demand.scale=1.1. May be repeated.",
    )(command)


def overrides_of(settings: tuple[str, ...]) -> dict[str, str]:
    """Return ``--set`` options as values by dotted path.

    Raises
    ------
    InputError
        If one has no ``=``, or a key is given twice.
    """
    from corridor_sim.errors import Fault, InputError, shorten

    faults = [
        Fault(
            f"--set {shorten(item)}",
            "has no '='",
            allowed="KEY=VALUE, for example demand.scale=1.1",
        )
        for item in settings
        if "=" not in item
    ]
    pairs = [(key.strip(), value) for key, _, value in (item.partition("=") for item in settings)]
    faults += [
        Fault(f"--set {shorten(key)}", f"is given {count} times", hint="keep one")
        for key, count in Counter(key for key, _ in pairs).items()
        if count > 1
    ]
    if faults:
        raise InputError(faults)
    return dict(pairs)
