"""Commands that look at scenarios without running them."""

from __future__ import annotations

import click

from corridor_sim.cli.options import overrides_of, with_settings

__all__ = ["list_command", "preview", "schema", "validate"]


@click.command(short_help="Check scenarios without running them.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@with_settings
def validate(scenarios: tuple[str, ...], settings: tuple[str, ...]) -> None:
    """Check scenarios, their networks, demand and size without running them.

    All faults are told at once, by file, row and column.
    """
    from corridor_sim.errors import Fault, InputError
    from corridor_sim.scenario import Scenario
    from corridor_sim.simulation import check_inputs

    faults: list[Fault] = []
    for name in scenarios:
        try:
            scenario = Scenario.read(name, overrides_of(settings))
            network = check_inputs(scenario)
        except InputError as error:
            faults.extend(error.faults)
            continue
        tables = ("nodes", "links", "facilities", "services", "zones")
        sizes = ", ".join(f"{len(getattr(network, table)):,} {table}" for table in tables)
        click.echo(f"{scenario.name}: no fault found ({sizes})")
    if faults:
        # Scenarios of one network share its faults.
        raise InputError(dict.fromkeys(faults))


@click.command(short_help="Show expected loads against capacity, by formula.")
@click.argument("scenario")
@with_settings
def preview(scenario: str, settings: tuple[str, ...]) -> None:
    """Show the expected load of every facility and service against its capacity, by formula."""
    from corridor_sim.preview import preview as preview_text
    from corridor_sim.scenario import Scenario

    click.echo(preview_text(Scenario.read(scenario, overrides_of(settings))), nl=False)


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from corridor_sim.scenario import schema as schema_text

    click.echo(schema_text())


@click.command("list")
def list_command() -> None:
    """List the shipped scenarios."""
    from corridor_sim.resources import shipped_names
    from corridor_sim.scenario import Scenario

    names = shipped_names("configs")
    width = max(map(len, names), default=0)
    for name in names:
        click.echo(f"{name:{width}}  {Scenario.read(name).title}")
