"""Attributes of the network's tables, declared as data.

One CSV per table lists attribute, type, unit, default and description. Validation, defaults and
the reference pages all come from here.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["DEMAND_TABLES", "TABLES", "Attribute", "attribute_reference", "attributes_of"]

TABLES = (
    "nodes",
    "links",
    "facilities",
    "background",
    "services",
    "calls",
    "zones",
    "modes",
    "cost_functions",
    "currencies",
    "regions",
    "box_pools",
)

#: Tables of the demand folder; ``od`` is a pattern: a scenario names the table of its year.
DEMAND_TABLES = ("commodities", "od", "months", "holidays", "other_cargo", "choice_constants")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column of a table.

    Attributes
    ----------
    name, type, unit, default, description : str
        As declared. The default ``required`` means that the cell must be filled.
    """

    name: str
    type: str
    unit: str
    default: str
    description: str

    @property
    def is_required(self) -> bool:
        """Whether the cell must be filled."""
        return self.default == "required"

    @property
    def choices(self) -> tuple[str, ...]:
        """Values allowed by an enum, empty for other types."""
        return _listed(self.type, "enum(")

    @property
    def members(self) -> tuple[str, ...]:
        """Values allowed in a list, empty where any is."""
        return _listed(self.type, "list(")

    @property
    def target(self) -> str:
        """Table a reference points to, empty for other types."""
        return self.type[4:-1] if self.type.startswith("ref(") else ""


@cache
def _listed(declared: str, kind: str) -> tuple[str, ...]:
    """Return what stands in the brackets of a type; every cell asks for it."""
    return tuple(declared[len(kind) : -1].split("|")) if declared.startswith(kind) else ()


@cache
def attributes_of(table: str) -> dict[str, Attribute]:
    """Return the attributes of a table by name.

    Parameters
    ----------
    table : str
        One of `TABLES` or `DEMAND_TABLES`.

    Returns
    -------
    dict of str to Attribute
        In the order of the columns.
    """
    path = Path(__file__).with_name(f"{table}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["attribute"]: Attribute(
            row["attribute"], row["type"], row["unit"], row["default"], row["description"]
        )
        for row in rows
    }


def attribute_reference(table: str) -> str:
    """Return the attributes of a table as a Markdown table."""
    lines = ["| attribute | type | unit | default | description |", "|---|---|---|---|---|"]
    for item in attributes_of(table).values():
        kind = item.type.replace("|", "\\|")
        lines.append(
            f"| `{item.name}` | {kind} | {item.unit} | {item.default} | {item.description} |"
        )
    return "\n".join(lines) + "\n"
