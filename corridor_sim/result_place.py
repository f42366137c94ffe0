"""Where a result folder may be written: looked at before any work is done, with little imported."""

from __future__ import annotations

import os
from pathlib import Path

from corridor_sim.errors import ResultFolderError, shorten

__all__ = ["MANIFEST", "refuse_if_there", "refuse_place"]

#: File that makes a folder a result folder.
MANIFEST = "manifest.json"


def refuse_place(folder: Path, *, force: bool = False) -> None:
    """Refuse a place where no result folder can be written, before any work is done.

    Parameters
    ----------
    folder : Path
        Where the result shall be.
    force : bool
        Whether a result folder that is there may be replaced.

    Raises
    ------
    ResultFolderError
        If something is there that may not be replaced, or nothing can be written there.
    """
    try:
        refuse_if_there(folder, force=force)
        above = folder.absolute().parent
        while not above.exists():
            above = above.parent
        if not above.is_dir():
            raise ResultFolderError(f"{folder} cannot be written: {above} is a file")
        if not os.access(above, os.W_OK | os.X_OK):
            raise ResultFolderError(f"{folder} cannot be written: {above} is not yours to write")
    except ResultFolderError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ResultFolderError(f"{shorten(str(folder))} cannot be written: {reason}") from error


def refuse_if_there(folder: Path, *, force: bool) -> None:
    """Refuse a folder that is there, but for an empty one and one that may be replaced.

    Parameters
    ----------
    folder : Path
        Where the result shall be.
    force : bool
        Whether a result folder that is there may be replaced.

    Raises
    ------
    ResultFolderError
        If it is there and may not be replaced.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if not force:
        raise ResultFolderError(
            f"{folder} exists already; name another folder with --out or replace it with --force"
        )
    if not (folder / MANIFEST).is_file():
        raise ResultFolderError(
            f"{folder} exists and is no result folder (it has no {MANIFEST}), so it is not "
            "replaced; name another one"
        )
