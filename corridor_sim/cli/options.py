"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["overrides_of", "with_settings"]


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
        If one has no ``=``.
    """
    from corridor_sim.errors import Fault, InputError

    faults = [
        Fault(f"--set {item}", "has no '='", allowed="KEY=VALUE, for example demand.scale=1.1")
        for item in settings
        if "=" not in item
    ]
    if faults:
        raise InputError(faults)
    return {key.strip(): value for key, _, value in (item.partition("=") for item in settings)}
