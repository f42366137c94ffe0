"""Routes: the ways between two places over the services, and how shippers choose among them."""

from corridor_sim.routes.alternatives import Route, RouteSet, enumerate_routes
from corridor_sim.routes.service_graph import ServiceLeg, build_service_graph, service_legs

__all__ = [
    "Route",
    "RouteSet",
    "ServiceLeg",
    "build_service_graph",
    "enumerate_routes",
    "service_legs",
]
