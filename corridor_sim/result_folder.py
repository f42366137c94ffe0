"""Result folders: written whole or not at all, and checked file by file when read.

A folder is written beside its final place and renamed at the end, so that nobody ever sees half of
one. The manifest holds the hash of every file; what does not match is refused by name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from corridor_sim.errors import CorridorSimError, ResultFolderError
from corridor_sim.result_place import MANIFEST, refuse_if_there, refuse_place
from corridor_sim.table_files import ADDED_FILES, TABLE_FILES, naming, sync

__all__ = [
    "MANIFEST",
    "TABLE_FILES",
    "ResultFolderError",
    "file_sha256",
    "new_folder",
    "read_manifest",
    "refuse_place",
    "write_json",
    "write_manifest",
]

# Letters of a folder's name that stand in that of its draft.
_KEPT = 60
_SEAL = "sha256"
#: Number of the folder's layout; a reader refuses what it does not know.
FORMAT = 1


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- writing -------------------------------------------------------------------------------------


@contextlib.contextmanager
def new_folder(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a folder to fill, and put it in its place when all went well.

    Parameters
    ----------
    folder : Path
        Where the result shall be.
    force : bool
        Replace a result folder that is there. Anything else that is there is never touched.

    Yields
    ------
    Path
        A new folder beside the final place.

    Raises
    ------
    ResultFolderError
        If something is there already, or the disk does not take the files.
    """
    refuse_place(folder, force=force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        filling = Path(tempfile.mkdtemp(prefix=f".{folder.name[:_KEPT]}-", dir=folder.parent))
    except OSError as error:
        raise ResultFolderError(f"cannot write beside {folder}: {error.strerror}") from error
    try:
        filling.chmod(0o755)
        yield filling
        for path in sorted(filling.iterdir()):
            sync(path)
        sync(filling)
        _put_in_place(filling, folder, force=force)
    except OSError as error:
        if isinstance(error, CorridorSimError):
            raise
        at = str(error.filename or folder).replace(str(filling), str(folder))
        reason = os.strerror(error.errno) if error.errno else error
        raise ResultFolderError(f"cannot write {at}: {reason}") from error
    finally:
        shutil.rmtree(filling, ignore_errors=True)


def _put_in_place(filling: Path, folder: Path, *, force: bool) -> None:
    """Rename the finished folder; an old result is moved aside first and removed last."""
    refuse_if_there(folder, force=force)
    aside = None
    if folder.is_dir() and any(folder.iterdir()):
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent)) / "old"
        folder.rename(aside)
    try:
        filling.rename(folder)
    except OSError:
        if aside is not None:
            aside.rename(folder)
            shutil.rmtree(aside.parent, ignore_errors=True)
        raise
    sync(folder.parent)
    if aside is not None:
        shutil.rmtree(aside.parent, ignore_errors=True)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object in the order of its keys; numbers that are none are refused.

    Parameters
    ----------
    path : Path
        File.
    value : mapping
        Object.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    with naming(path):
        path.write_text(text + "\n", encoding="utf-8")


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest: the facts, and size and hash of every file in the folder.

    Parameters
    ----------
    folder : Path
        Folder with all its other files.
    facts : mapping
        What ran, from what, where.
    """
    paths = sorted(folder.iterdir())
    with ThreadPoolExecutor() as pool:
        digests = list(pool.map(file_sha256, paths))
    outputs = {
        path.name: {"bytes": path.stat().st_size, "sha256": digest}
        for path, digest in zip(paths, digests, strict=True)
    }
    manifest = {"format": FORMAT, **facts, "outputs": outputs}
    write_json(folder / MANIFEST, {**manifest, _SEAL: _seal(manifest)})


def _seal(manifest: Mapping[str, Any]) -> str:
    """Return a hash of everything else the manifest says."""
    told = {key: value for key, value in manifest.items() if key != _SEAL}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# -- reading -------------------------------------------------------------------------------------


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a result folder and check every file it names.

    Parameters
    ----------
    folder : Path
        Result folder.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ResultFolderError
        If there is no manifest, it is of another format, or files are missing, cut short or
        changed; all of them are named.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        raise ResultFolderError(f"{folder} is no folder; name one that 'corridor-sim run' wrote")
    if not path.is_file():
        raise ResultFolderError(f"{folder} is no result folder: it has no {MANIFEST}")
    try:
        manifest = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        number, outputs = manifest["format"], dict(manifest["outputs"])
        expected = {str(name): (int(o["bytes"]), str(o["sha256"])) for name, o in outputs.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ResultFolderError(
            f"{path} is damaged ({type(error).__name__}: {error}); run the scenario again"
        ) from error
    if number != FORMAT:
        raise ResultFolderError(
            f"{path} has layout {number!r}, this version reads {FORMAT}; use the version that "
            f"wrote it ({manifest.get('version', 'not stated')})"
        )
    faults = []
    for name, (size, digest) in expected.items():
        # A name is a name here, never a way out of the folder.
        file = folder / name
        if Path(name).name != name or file.is_symlink():
            faults.append(f"{name!r} is not the name of a plain file of this folder")
        elif not file.is_file():
            faults.append(f"{file} is missing")
        elif file.stat().st_size != size:
            faults.append(f"{file} has {file.stat().st_size} bytes instead of {size}")
        elif file_sha256(file) != digest:
            faults.append(f"{file} was changed after it was written (its SHA-256 differs)")
    faults += [
        f"{folder / name} is not in the manifest"
        for name in TABLE_FILES.values()
        if name not in expected and name not in ADDED_FILES
    ]
    if not faults and manifest.get(_SEAL) != _seal(manifest):
        faults.append(f"{path} was changed after it was written (its own SHA-256 differs)")
    if faults:
        raise ResultFolderError(
            f"{folder} is not what was written:\n  " + "\n  ".join(faults) + "\nrun the scenario "
            "again, or 'corridor-sim reproduce' in a copy that is whole"
        )
    return manifest
