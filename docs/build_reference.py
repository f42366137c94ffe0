"""Fill in the tables of the reference that repeat what the code declares.

``python docs/build_reference.py`` writes what stands between ``<!-- made: KIND NAME -->`` and
``<!-- end -->`` in the pages of ``docs/reference``; ``tests/docs`` compares. The rest of a page is
written by hand.
"""  # noqa: INP001 - a script beside the pages

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from corridor_sim.cli import cli
from corridor_sim.network.attributes import attribute_reference
from corridor_sim.scenario import Scenario
from corridor_sim.statistics import CAUSES

__all__ = ["BLOCK", "FOLDER", "KINDS", "filled", "main"]

FOLDER = Path(__file__).parent / "reference"
BLOCK = re.compile(r"(<!-- made: (\w+) ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false"}

#: Words for keys and options that say nothing of their own.
_KEYS = {
    "Scenario.name": "Name of the scenario; the name of the file where none is given",
    "Scenario.period": "See [period](#period)",
    "Scenario.demand": "See [demand](#demand)",
    "Scenario.choice": "See [choice](#choice)",
    "Scenario.boxes": "See [boxes](#boxes)",
    "Boxes.held": "Empties that stay away for a while",
    "HeldEmpties.name": "Name; an item of the same name replaces the one of the base",
    "Scenario.limits": "See [limits](#limits)",
    "Demand.response": "See [demand.response](#demandresponse)",
    "Scenario.levers": "See [levers](#levers)",
    "Scenario.disruptions": "See [disruptions](#disruptions)",
    "Scenario.random_disruptions": "See [random_disruptions](#random_disruptions)",
    "Disruption.name": "Name; an item of the same name replaces the one of the base",
    "Disruption.facilities": "Facilities it concerns",
    "Disruption.links": "Links it concerns",
    "Disruption.services": "Services whose departures it holds back",
    "Disruption.passages": "Passages; every link through them is concerned",
    "Levers.subsidies": "List, see [levers.subsidies](#leverssubsidies)",
    "Subsidy.name": "Name; an item of the same name replaces the one of the base",
    "RandomDisruption.name": "Name; draws are keyed by it",
    "RandomDisruption.facilities": "Facilities, which close together",
    "RandomDisruption.links": "Links, which close together",
}
_OPTIONS = {"--replication": "Number of the replication."}


# -- attributes of tables ------------------------------------------------------------------------


def attributes(table: str) -> str:
    """Return the attributes of an input table."""
    return attribute_reference(table)


# -- keys of scenarios ---------------------------------------------------------------------------


def keys(model: str) -> str:
    """Return the keys of a part of a scenario."""
    schema = Scenario.model_json_schema()
    own = schema if model == "Scenario" else schema["$defs"][model]
    # A file may leave out the scenario's name.
    required = [] if model == "Scenario" else own.get("required", [])
    lines = ["| key | may hold | default | meaning |", "|---|---|---|---|"]
    if model == "Scenario":
        lines.append("| `extends` | text |  | Scenario this one starts from: a name or a path |")
    for name, item in own["properties"].items():
        words = item.get("description", "") or _KEYS[f"{model}.{name}"]
        default = "required" if name in required else _default(item)
        lines.append(_row(f"`{name}`", _may_hold(item), default, words))
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _may_hold(item: Mapping[str, Any]) -> str:
    """Return in a few words what a schema allows."""
    kind = item.get("type")
    if "$ref" in item:
        words = "see its section"
    elif "anyOf" in item:
        words = " or ".join(map(_may_hold, item["anyOf"]))
    elif "enum" in item:
        words = ", ".join(f"`{value}`" for value in item["enum"])
    elif kind == "array":
        pair = len(item.get("prefixItems", ()))
        inner = "" if pair else _may_hold(item["items"])
        words = f"list of {pair} texts" if pair else f"list of {inner}"
        if inner.startswith("see"):
            words = f"list, {inner}"
    elif kind == "object":
        values = item["additionalProperties"]
        names = _may_hold(item["propertyNames"]) if "enum" in item["propertyNames"] else "name"
        words = f"{names}: {_may_hold(values)}"
        if values.get("type") == "object":
            words = "row: column: value"
    elif isinstance(kind, list):
        words = " or ".join(_WORDS.get(str(part), str(part)) for part in kind)
    elif "pattern" in item:
        words = "date" if len(item["examples"]) == 1 else "date, or date and time"
    else:
        words = _bounded(item, _WORDS.get(str(kind), str(kind)))
    return words


def _bounded(item: Mapping[str, Any], word: str) -> str:
    # Within a list or beside null, pydantic leaves its own words in the schema.
    above = item.get("exclusiveMinimum", item.get("gt"))
    low = item.get("minimum", item.get("ge", above))
    high = item.get("maximum", item.get("le", item["lt"] - 1 if "lt" in item else None))
    if word == "text" or low is None:
        return word
    start = f"{word}, {'' if above is None else 'above '}{low:,g}"
    if high is None:
        return start if above is not None else f"{start} or more"
    # Nine digits are not rounded to six.
    return f"{start} to {high:,}" if isinstance(high, int) else f"{start} to {high:,g}"


def _default(item: Mapping[str, Any]) -> str:
    value = item.get("default", "")
    if value in ("", [], {}) or isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return "`" + ", ".join(f"{part:,.0f}" for part in value) + "`"
    if isinstance(value, bool | None):
        return f"`{json.dumps(value)}`"
    return f"`{value:,g}`" if isinstance(value, float) else f"`{value}`"


# -- commands ------------------------------------------------------------------------------------


def command(name: str) -> str:
    """Return usage, purpose and options of a command."""
    found = cli.commands[name]
    usage = " ".join(found.collect_usage_pieces(click.Context(found)))
    parts = [f"```text\ncorridor-sim {name} {usage}\n```\n", f"{str(found.help).strip()}\n"]
    if rows := list(_options(found)):
        parts.append("\n".join(["| option | default | meaning |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def _options(found: click.Command) -> Iterator[str]:
    for option in found.params:
        if not isinstance(option, click.Option):
            continue
        value = option.metavar or ""
        if isinstance(option.type, click.Choice):
            value = "|".join(str(choice) for choice in option.type.choices)
        elif not option.is_flag and not value:
            value = "NUMBER" if isinstance(option.type, click.IntRange) else "PATH"
        words = str(option.help or _OPTIONS[option.opts[0]])
        # Some defaults stand in the text of the help.
        words, _, told = words.partition("  [default: ")
        default = told.removesuffix("]")
        if option.show_default and not option.is_flag:
            default = str(option.default)
        names = " / ".join([*option.opts, *option.secondary_opts])
        yield _row(f"`{names} {value}".rstrip() + "`", default, words)


# -- results -------------------------------------------------------------------------------------


def columns(table: str) -> str:
    """Return the columns of a table of the result folder."""
    with (FOLDER / "result_columns.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == table]
    lines = ["| column | unit | meaning |", "|---|---|---|"]
    lines += [_row(f"`{row['column']}`", row["unit"], row["description"]) for row in rows]
    return "\n".join(lines) + "\n"


def causes(_: str) -> str:
    """Return the wait causes."""
    lines = ["| column | the box is |", "|---|---|"]
    lines += [_row(f"`{cause}_s`", words) for cause, words in CAUSES.items()]
    return "\n".join(lines) + "\n"


# -- pages ---------------------------------------------------------------------------------------

#: What a block may hold, by its kind.
KINDS: dict[str, Callable[[str], str]] = {
    "attributes": attributes,
    "keys": keys,
    "command": command,
    "columns": columns,
    "causes": causes,
}


def filled(text: str) -> str:
    """Return the text of a page with its blocks made anew."""

    def block(match: re.Match[str]) -> str:
        return f"{match[1]}\n{KINDS[match[2]](match[3])}\n{match[4]}"

    return BLOCK.sub(block, text)


def main() -> None:
    """Fill in every page of the reference."""
    for path in sorted(FOLDER.glob("*.md")):
        old = path.read_text(encoding="utf-8")
        new = filled(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
