"""Calls for tests of executors, of a module's first level so that other processes find them."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from corridor_sim.errors import Fault, InputError
from corridor_sim.experiments.tasks import Outcome, Task, run_task


def square(number: int) -> int:
    return number**2


def stumble(payload: tuple[int, str]) -> int:
    """Do to oneself what the payload says; ``once:FILE`` does it at the first attempt only."""
    number, what = payload
    what, _, marker = what.partition(":")
    if marker:
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return number
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "orphan":
        os.kill(os.getppid(), signal.SIGKILL)
    if what == "raise":
        raise ValueError("three is not allowed")
    if what == "exit":
        os._exit(7)
    return number


def refuse(where: str) -> None:
    raise InputError([Fault(where, "cannot be read")])


def give_up(_: Any) -> None:
    raise AssertionError("is never called")


def fatal_for_three(task: Task) -> Outcome:
    """Run a replication; the third kills its worker whenever it is tried."""
    if task.number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_task(task)
