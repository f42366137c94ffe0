"""Shipments: what is released when, with its size, value and way."""

from corridor_sim.shipments.draws import ShipmentFrame, generate_shipments
from corridor_sim.shipments.tables import (
    RouteFlow,
    Shipments,
    expected_route_flows,
    expected_shipments,
)

__all__ = [
    "RouteFlow",
    "ShipmentFrame",
    "Shipments",
    "expected_route_flows",
    "expected_shipments",
    "generate_shipments",
]
