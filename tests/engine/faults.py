"""Faults that can be planted in one engine; equality has to find each of them."""

from __future__ import annotations

from types import ModuleType

from corridor_sim.engine import loop, loop_dispatch, loop_journeys, loop_queues, loop_resources
from corridor_sim.engine.reference import Corridor
from corridor_sim.engine.resources import BoxPool, Facility, Lock
from corridor_sim.engine.services import Service
from corridor_sim.engine.waiting import WaitingLine

Owner = ModuleType | type

EAGER_BOARDING = """if m[step + at.ST_BOARDS] != 0:
            at_call = m[service + at.SV_CALL] + call * m[at.CALL_SIZE]
            handled += board(m, h, client, at_call, m[step + at.ST_QUOTA])
        if resource >= 0 and m[step + at.ST_ALONE] == 0:"""

# Name, owner of the function, the function, a piece of its source, and what stands there instead.
FAULTS: list[tuple[str, Owner, str, str, str]] = [
    # in the loop
    ("tie at a resource by arrival", loop_queues, "ask",
     "or m[tail + at.CL_RANK] < rank:", "or True:"),
    ("tie on a line by arrival", loop_queues, "join", "or tail < leg:", "or True:"),
    ("latest first at a resource", loop_queues, "next_client", "range(first, end, at.N_QUEUE)",
     "range(end - at.N_QUEUE, first - at.N_QUEUE, -at.N_QUEUE)"),
    ("one server too many", loop_resources, "_serve", "< servers:", "<= servers:"),
    ("one server too few", loop_resources, "_serve", "< servers:", "< servers - 1:"),
    ("slowdown left out", loop_resources, "_serve", "f[resource + at.RE_SLOWDOWN]", "1.0"),
    ("slowdown of a lock left out", loop_resources, "_work",
     "boarded = -1", "boarded = -1; cycle = duration_ticks(f[visit >> 1], 0.0, 0, 1.0)"),
    ("closure of a facility left out", loop_resources, "apply_capacity",
     "servers = m[row + at.CA_SERVERS]", "servers = m[row + at.CA_SERVERS] or 1"),
    ("closure of a flight left out", loop_resources, "_serve_lock",
     " and _is_open(m, lock, chamber)", ""),
    ("eager lock turn", loop_resources, "_work",
     "turns_empty(waiting, coming, m[lock + at.LO_LARGEST], smallest)", "waiting >= smallest"),
    ("turn that counts no other flight", loop_resources, "_work", "coming += 1", "coming += 0"),
    ("side of a flight kept", loop_resources, "_begin", "= 1 - direction", "= direction"),
    ("take of the chamber left out", loop_resources, "_work", "h[visit + at.VI_TAKE]", "127"),
    ("timed working from the start", loop_resources, "apply_capacity",
     "m[lock + at.LO_SINCE] = m[row + at.CA_TIME]", "m[lock + at.LO_SINCE] = 0"),
    ("no reversal by itself", loop_resources, "_serve_lock",
     "schedule(m, h, flip, at.FLIP, lock)", "pass"),
    ("boarding when asking", loop_journeys, "travel",
     "if resource >= 0 and m[step + at.ST_ALONE] == 0:", EAGER_BOARDING),
    ("alighting boxes keep their room", loop_journeys, "travel",
     "m[client + at.CL_MTEU] -= handled", "pass"),
    ("load left out of handling", loop_journeys, "travel", "handled = m[off + at.AB_MTEU]",
     "handled = 0"),
    ("quota left out", loop_journeys, "board", "load_mteu + quota)", "load_mteu + 2**31)"),
    ("payload left out", loop_journeys, "board", "capacity_kg):", "2**60):"),
    ("no turnaround", loop_journeys, "travel", "time += m[service + at.SV_TURNAROUND]",
     "time += 1"),
    ("vehicle lost", loop_journeys, "give_back", "m[pool + at.PO_VEHICLES] += vehicles",
     "m[pool + at.PO_VEHICLES] += 1"),
    ("idle since the last return", loop_dispatch, "_idle_since", "return since",
     "return m[at.NOW]"),
    ("closure on the way left out", loop_dispatch, "_may_leave", "held = True", "pass"),
    ("newest slot first", loop_dispatch, "_dispatch_slots", "m[m[service + at.SV_OVERDUE]]",
     "m[m[service + at.SV_OVERDUE_END] - 1]"),
    ("one departure a day too few", loop_dispatch, "_dispatch_filled",
     "if left >= max_per_day:", "if left + 1 >= max_per_day:"),
    ("no wake for the oldest box", loop_dispatch, "_dispatch_filled",
     "_wake_at(m, h, service, oldest + max_wait)", "pass"),
    ("one departure in a pass", loop_dispatch, "_dispatch_filled",
     "m[service + at.SV_LEFT_TODAY] = left + 1",
     "m[service + at.SV_LEFT_TODAY] = left + 1; break"),
    ("resources before services", loop, "run_slice",
     "service_pass(m, f, h)", "resource_pass(m, f, h); service_pass(m, f, h)"),
    ("services in the order of their marks", loop_queues, "mark_service", "> service:", "> 2**60:"),
    ("one box short", loop_resources, "_hand_out", "m[resource + at.RE_STOCK], mteu)",
     "m[resource + at.RE_STOCK] - 1, mteu)"),
    ("one box too many", loop_resources, "_hand_out", "m[resource + at.RE_STOCK], mteu)",
     "m[resource + at.RE_STOCK] + 1000, mteu)"),
    ("shut pool left out", loop_resources, "_hand_out", "< servers:", "< 2**40:"),
    ("boxes back before they are unpacked", loop_journeys, "_deliver_boxes",
     "h[leg + at.LE_OFF_LEVEL] // at.LEVELS", "0"),
    ("boxes back as the delivery is stamped", loop_journeys, "_deliver_boxes",
     "if back == m[at.NOW]:", "if True:"),
    ("boxes lost", loop_journeys, "return_boxes", "+= h[leg + at.LE_MTEU]", "+= 0"),
    ("nobody told of boxes that are back", loop_journeys, "return_boxes",
     "mark_resource(m, resource)", "pass"),
    # in the reference
    ("reference: boxes before vehicles", Facility, "ask", "now, kind, ident", "now, -kind, ident"),
    ("reference: last of a tie first", Facility, "ask", "now, kind, ident", "now, kind, -ident"),
    ("reference: one server too many", Facility, "serve", "< capacity:", "<= capacity:"),
    ("reference: eager lock turn", Lock, "_work",
     "turns_empty(len(opposite), coming, self.largest_take, self.smallest_batch)",
     "len(opposite) >= self.smallest_batch"),
    ("reference: part of the boxes will do", BoxPool, "serve", "mteu):", "mteu // 2):"),
    ("reference: boxes handed out before all have asked", BoxPool, "put_back",
     "self.corridor.mark_resource(self.rank)", "self.serve()"),
    ("reference: row ignored", Corridor, "_apply_row", "int(table.row_servers[row])",
     "max(int(table.row_servers[row]), 1)"),
    ("reference: quota left out", Service, "_board", "load_mteu + quota)",
     "load_mteu + 2**31)"),
    ("reference: tie on a line by arrival", WaitingLine, "join", "[1] > leg:", "[1] > 2**60:"),
]  # fmt: skip
