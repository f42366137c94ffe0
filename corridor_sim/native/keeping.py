"""Where object code is kept, and under which name: one for each state of its sources."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

__all__ = ["Code", "Place", "can_keep", "folders", "keep", "kept"]

_MARK = b"corridor_sim object code 1\n"


@dataclass(frozen=True)
class Code:
    """Object code of one function with all that it calls.

    Attributes
    ----------
    symbol : str
        Name of the function in it.
    parameters : tuple of str
        Types of what it takes, as LLVM names them.
    content : bytes
        An object file.
    """

    symbol: str
    parameters: tuple[str, ...]
    content: bytes


@dataclass(frozen=True)
class Place:
    """Where the code of a function is kept.

    Attributes
    ----------
    source : Path
        File of the function, beside which the code is kept if that can be written to.
    name : str
        Of the function.
    form : str
        Tells the kinds of arguments for which it is compiled.
    state : str
        Changes with the sources.
    """

    source: Path
    name: str
    form: str
    state: str

    @property
    def stem(self) -> str:
        """Beginning of the names of all states of the function, for this machine and Python."""
        # Installations that share a folder leave one another's alone.
        form = f"{self.source.parent}\0{self.form}"
        return f"{self.name}-{_machine()}-{_short(form, 8)}-"

    @property
    def file(self) -> str:
        """Name of the file."""
        return f"{self.stem}{_short(self.state, 16)}.object"


def _short(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


@cache
def _machine() -> str:
    """Return a hash of what makes code: processor, numba, LLVM and Python."""
    from llvmlite import binding as llvm

    # What shapes the code besides: how it is made here, and what numba is told by variables.
    told = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    facts = (
        hashlib.sha256(Path(__file__).with_name("making.py").read_bytes()).hexdigest(),
        str([item for item in told if item[0] != "NUMBA_CACHE_DIR"]),
        platform.machine(),
        llvm.get_default_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        metadata.version("numba"),
        metadata.version("llvmlite"),
        str(sys.version_info[:2]),
    )
    return _short("\0".join(facts), 8)


def folders(source: Path) -> list[Path]:
    """Return the folders where code may be kept, the best first.

    Parameters
    ----------
    source : Path
        File of the function.

    Returns
    -------
    list of Path
        The folder that ``NUMBA_CACHE_DIR`` names, if it is set; else that of Python's own code
        beside the source, and one of the user's.
    """
    from platformdirs import user_cache_path

    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return [Path(named)]
    return [source.parent / "__pycache__", user_cache_path("corridor_sim")]


def kept(place: Place) -> Code | None:
    """Return the code that is kept; None where there is none, or what is there is not whole.

    Parameters
    ----------
    place : Place
        Where.

    Returns
    -------
    Code or None
        As it was kept.
    """
    for folder in folders(place.source):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            content = (folder / place.file).read_bytes()
            if not content.startswith(_MARK):
                continue
            head, _, code = content[len(_MARK) :].partition(b"\n")
            told = json.loads(head)
            if told["sha256"] == hashlib.sha256(code).hexdigest():
                return Code(str(told["symbol"]), tuple(told["parameters"]), code)
    return None


def keep(place: Place, code: Code) -> bool:
    """Keep code in place of that of earlier states of its sources.

    Parameters
    ----------
    place : Place
        Where.
    code : Code
        Object code.

    Returns
    -------
    bool
        False where no folder can be written to.
    """
    told = {
        "symbol": code.symbol,
        "parameters": code.parameters,
        "sha256": hashlib.sha256(code.content).hexdigest(),
    }
    content = b"".join([_MARK, json.dumps(told).encode(), b"\n", code.content])
    for folder in folders(place.source):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            # Others may read at any time: whole or not at all.
            aside = folder / f".{place.file}-{os.getpid()}-{threading.get_ident()}"
            try:
                aside.write_bytes(content)
                aside.replace(folder / place.file)
            finally:
                aside.unlink(missing_ok=True)
            for old in folder.glob(f"{place.stem}*.object"):
                if old.name != place.file:
                    with contextlib.suppress(OSError):
                        old.unlink(missing_ok=True)
            return True
    return False


def can_keep(place: Place) -> bool:
    """Tell whether there is a folder that can be written to.

    Parameters
    ----------
    place : Place
        Where code is to be kept.

    Returns
    -------
    bool
        Whether `keep` is likely to succeed.
    """
    for folder in folders(place.source):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return True
    return False
