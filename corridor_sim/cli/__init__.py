"""The command line: results on standard output, progress and messages on standard error.

Exit codes: 0 done, 1 the run failed, 2 bad usage or input, 3 replications have no result, 130
interrupted. What is slow to import is imported inside the commands.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

import click

from corridor_sim import __version__
from corridor_sim.cli.assumptions import assumptions
from corridor_sim.cli.batch import batch, collect
from corridor_sim.cli.compare import compare
from corridor_sim.cli.inspect import list_command, preview, schema, validate
from corridor_sim.cli.rank import rank
from corridor_sim.cli.report import report_command
from corridor_sim.cli.results import map_command, reproduce
from corridor_sim.cli.run import run
from corridor_sim.cli.sweep import sweep
from corridor_sim.cli.validate_model import validate_model

__all__ = ["cli", "main", "start"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="corridor-sim")
def cli() -> None:
    """Simulate the trade corridors out of Chongqing.

    Start with: corridor-sim run baseline_2025
    """


for command in (
    run,
    batch,
    collect,
    compare,
    sweep,
    rank,
    validate,
    validate_model,
    assumptions,
    preview,
    map_command,
    report_command,
    reproduce,
    schema,
    list_command,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    from corridor_sim.errors import CorridorSimError, InputError

    code: object = 0
    try:
        code = cli.main(args=arguments, prog_name="corridor-sim", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing half-written was left.", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2
    except CorridorSimError as error:
        click.echo(f"Error: {error}", err=True)
        code = 2 if isinstance(error, InputError) else 1
    except MemoryError:
        click.echo("Error: out of memory; 'limits' of the scenario can guard against it", err=True)
        code = 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {where}{error.strerror or error}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def start() -> NoReturn:
    """Run the command line in a process of its own, and end that without taking it apart.

    To give back every object of a year takes Python the better part of a second; the system takes
    the memory of a process at once.
    """
    code = 0
    try:
        main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    if sys.getprofile() is not None or sys.gettrace() is not None:
        # Whoever looks on has something to say at the end.
        sys.exit(code)
    # As Python does it: threads end, then what others have asked to be done, temporary folders say.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        # A stream that was closed from the start is none.
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                # Nobody reads on.
                code = code or 1
    os._exit(code)
