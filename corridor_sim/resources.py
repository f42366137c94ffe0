"""Where the files lie that ship with the package."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped", "shipped_names"]

_PACKAGE = Path(__file__).resolve().parent


def shipped(kind: str) -> Path:
    """Return the folder of shipped files.

    Parameters
    ----------
    kind : {"networks", "configs"}
        What is looked for.

    Returns
    -------
    pathlib.Path
        Inside the installed package, or beside it in a source checkout.
    """
    installed = _PACKAGE / "_data" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def shipped_names(kind: str) -> list[str]:
    """Return the names of what is shipped: networks are folders, configs YAML files."""
    folder = shipped(kind)
    if kind == "configs":
        return sorted(path.stem for path in folder.glob("*.yaml"))
    return sorted(path.parent.name for path in folder.glob("*/nodes.csv"))
