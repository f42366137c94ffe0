"""How the loop keeps its state: one block of integers, with records that know one another's place.

`m` is the block. A record (service, step, resource, queue, client, ...) is named by the place of
its first number, so that `m[service + SV_DUE]` is a column of it, and records rank as their places
do. `f` is the same block read as real numbers, for the columns that say so. Few arrays with plain
arithmetic compile fast, and what is touched together lies together. Outside the block are legs
(32 bytes each), stamps and the plan's draws.

An event is one int64: its second, its kind and the row it concerns. Bound events of a second
commute, so that no sequence number is needed.
"""

from __future__ import annotations

from typing import Any, TypeAlias

# An array (compiled), or a memory view of it (uncompiled: it gives plain integers, several times
# faster than NumPy's).
Numbers: TypeAlias = Any

# -- an event ------------------------------------------------------------------------------------
ID_BITS = 29
KIND_BITS = 4
TIME_SHIFT = ID_BITS + KIND_BITS
ID_MASK = (1 << ID_BITS) - 1
KIND_MASK = (1 << KIND_BITS) - 1
# Later than every event.
END_OF_TIME = 2**63 - 1

(
    RELEASE,  # first leg: its shipment appears
    SLOT,  # service: its next timetable slot is due
    CAPACITY,  # row of the step functions: comes into force
    CALL_ON,  # background vessel: asks for its next visit
    READY,  # leg: its box joins the waiting line
    ASK,  # client: asks for a resource
    DONE,  # client: its visit ends and its server is free
    STEPPED,  # client: a vehicle ends a step that held no server
    BACK,  # client: a vehicle is back in its pool
    THROUGH,  # chamber: its lockage ends
    WAKE,  # service: look again
    FLIP,  # lock: timed working reverses
) = range(12)

# -- where things are in the memory ---------------------------------------------------------------
# The constants come first; what begins with N_ or NEXT_ changes as the loop runs.
(
    NOW,
    HORIZON,
    N_LEVELS,
    RESOURCES,
    HEAP,
    HEAP_ROOM,
    N_HEAP,
    N_KNOWN,
    LOCKAGE_ROOM,
    N_LOCKAGES,
    CLIENTS_END,
    NEXT_CLIENT,
    FREE_VISITOR,
    DUE_SERVICES,
    N_DUE_SERVICES,
    DUE_RESOURCES,
    N_DUE_RESOURCES,
    WORK,
    GAPS,
    FIRST_BACKGROUND_VISIT,
    FIRST_BOX,
    # Where each kind of stamp begins in the block of stamps.
    LG_READY,
    LG_BOARD,
    LG_ALIGHT,
    LG_DEPARTURE,
    VI_QUEUED,
    VI_START,
    VI_END,
    DE_TIME,
    DE_MTEU,
    DE_KG,
    N_CONSTANTS,
) = range(32)

# -- services ------------------------------------------------------------------------------------
(
    SV_DISPATCH,
    SV_CAPACITY_MTEU,
    SV_CAPACITY_KG,
    SV_MIN_MTEU,
    SV_MIN_KG,
    SV_MAX_WAIT,
    SV_MAX_PER_DAY,
    SV_MAX_PENDING,
    SV_MAX_IDLE,
    SV_POOL,
    SV_RETURN_POOL,
    SV_TURNAROUND,
    SV_RUNS_EMPTY,
    SV_UNHINDERED,
    SV_STEP,
    SV_STEP_END,
    SV_HOLD,
    SV_HOLD_END,
    SV_DEPARTURE,
    SV_VISIT,
    SV_LINE,
    SV_QUOTA,
    SV_OVERDUE,
    SV_OVERDUE_END,
    SV_NEXT_SLOT,
    SV_DAY,
    SV_LEFT_TODAY,
    SV_WAKE,
    SV_WAITING,
    SV_WAITING_MTEU,
    SV_WAITING_KG,
    SV_DUE,
    SV_FREE_VEHICLE,
    SV_VEHICLE_COLUMNS,
    SV_CALLS,
    N_SERVICE,
) = range(36)

# -- steps of services ---------------------------------------------------------------------------
ST_RESOURCE, ST_CALL, ST_QUOTA, ST_QUEUE, ST_BOARDS, ST_ALONE, N_STEP = range(7)

# -- resources -----------------------------------------------------------------------------------
(
    RE_SERVERS,
    RE_BUSY,
    RE_WAITING,
    RE_WAITING_UP,
    RE_QUEUE,
    RE_QUEUE_UP,
    RE_QUEUE_END,
    RE_LEVEL,
    RE_LOCK,
    RE_FREE,
    RE_CLOSED,
    RE_HELD,
    RE_HELD_END,
    RE_DUE,
    # real numbers
    RE_SLOWDOWN,
    RE_PER_TEU,
    N_RESOURCE,
) = range(17)

# -- rows of the step functions ------------------------------------------------------------------
(
    CA_RESOURCE,
    CA_TIME,
    CA_SERVERS,
    CA_CHAMBERS,
    CA_MODE,
    CA_PERIOD,
    CA_SLOWDOWN,  # a real number
    N_CAPACITY,
) = range(8)

# -- locks and chambers --------------------------------------------------------------------------
(
    LO_RESOURCE,
    LO_CHAMBER,
    LO_CHAMBER_END,
    LO_SMALLEST,
    LO_LARGEST,
    LO_OPEN,
    LO_MODE,
    LO_PERIOD,
    LO_SINCE,
    LO_FLIP,
    N_LOCK,
) = range(11)
CH_LOCK, CH_BUSY, CH_SIDE, CH_BATCH, N_CHAMBER = range(5)

# -- queues at resources and waiting lines at calls ----------------------------------------------
# `BEFORE` is the last of those who came before the second of the last one, -1 for none.
QU_HEAD, QU_TAIL, QU_BEFORE, QU_SERVICE, QU_CALL, N_QUEUE = range(6)

# -- clients of resources: vehicles on their way, boxes and background vessels at a visit ----------
VEHICLE_CLIENT, VESSEL_CLIENT, BOX_CLIENT = range(3)
(
    CL_KIND,
    CL_NEXT,
    CL_ASKED,
    CL_RANK,
    CL_QUEUE,
    CL_RESOURCE,
    CL_VISIT,
    CL_HANDLED,
    CL_ROW,
    CL_STEP,
    CL_DEPARTURE,
    CL_VEHICLES,
    CL_MTEU,
    CL_KG,
    CL_ALIGHTING,
    N_CLIENT,
) = range(16)

# A vehicle has, for each of its calls, the first box that alights there and the load of them all.
AB_HEAD, AB_MTEU, AB_KG, N_ABOARD = range(4)

# -- legs: 32 bytes, what is fixed beside what changes --------------------------------------------
# `LE_CALL_LEVEL` is the call where the box alights times `LEVELS` plus the level of its priority.
(
    LE_LINE,
    LE_MTEU,
    LE_KG,
    LE_CALL_LEVEL,
    LE_VISIT,
    LE_NUMBER,
    LE_NEXT,
    LE_READY,
    N_LEG,
) = range(9)
LEVELS = 256

# -- background vessels --------------------------------------------------------------------------
VE_RESOURCE, VE_QUEUE, VE_DIRECTION, VE_VISIT, VE_VISIT_END, VE_RANK, N_VESSEL = range(7)

# -- vehicle pools: a ring of (second, vehicles) each ---------------------------------------------
PO_VEHICLES, PO_RING, PO_ROOM, PO_FIRST, PO_ENTRIES, PO_USER, PO_USER_END, N_POOL = range(8)
RI_SINCE, RI_VEHICLES, N_RING = range(3)

# -- lockages ------------------------------------------------------------------------------------
(
    LK_RESOURCE,
    LK_CHAMBER,
    LK_DIRECTION,
    LK_VESSELS,
    LK_START,
    LK_END,
    N_LOCKAGE,
) = range(7)
