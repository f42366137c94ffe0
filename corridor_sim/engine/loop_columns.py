"""How the loop keeps its state: one block of memory, with records that know one another's place.

The block is read in three ways: `m` as integers of 64 bits, `f` as real numbers of 64 bits, `h` as
integers of 32 bits. A record is named by its place, so that `m[service + SV_DUE]` is a column of a
service. Records of which there are millions (boxes, departures and their visits) are kept in 32
bits; they are named by their place in `h`, which is twice that in `m` and `f`. Few arrays and plain
arithmetic compile fast, and what is touched together lies together: it is memory that costs.

A box is laid out as it travels: the visits before its first leg, the leg, the visits of its own
truck where it has one, the visits before the next leg, and so on until its delivery. A departure of
a service is followed by its visits.

An event is one int64: its second, its kind and the record it concerns (place in `m`). Bound events
of a second commute, so that no sequence number is needed.
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
# How many known events are looked at ahead of their time.
KNOWN_AHEAD = 3
# About so many events share a bucket.
PER_BUCKET = 64

(
    RELEASE,  # first leg: its box appears
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
    RETURN,  # delivery: its boxes are empty again and stand in their pool
) = range(13)

# -- constants, sizes and first places -----------------------------------------------------------
(
    NOW,
    HORIZON,
    N_LEVELS,
    N_SERVICES,
    N_BOXES,
    N_LEGS,
    N_VESSELS,
    N_VISITS,
    KNOWN,
    HEAP,
    HEAP_ROOM,
    N_HEAP,
    BUCKETS,
    BUCKET_BITS,
    NEXT_BUCKET,
    SOON,
    NODES_END,
    NEXT_NODE,
    FREE_NODE,
    LOCKAGES,
    LOCKAGE_ROOM,
    N_LOCKAGES,
    CLIENTS_END,
    NEXT_CLIENT,
    FREE_VISITOR,
    DUE_SERVICES,
    N_DUE_SERVICES,
    DUE_RESOURCES,
    N_DUE_RESOURCES,
    CALL_SIZE,
    SERVICES,
    RESOURCES,
    VESSELS,
    RECORDS,
    BOXES,
    FIRST_BOX,
    N_BOX_POOLS,
    READ,
    N_CONSTANTS,
) = range(39)

# -- events that are not yet near: lists by bucket of time -----------------------------------------
NO_KEY, NO_NEXT, N_NODE = range(3)

# -- services, those columns first that are looked at most ----------------------------------------
(
    SV_DUE,
    SV_DISPATCH,
    SV_WAITING,
    SV_WAITING_MTEU,
    SV_WAITING_KG,
    SV_CAPACITY_MTEU,
    SV_CAPACITY_KG,
    SV_STEP,
    SV_STEP_END,
    SV_CALL,
    SV_POOL,
    SV_HOLD,
    SV_HOLD_END,
    SV_OVERDUE,
    SV_OVERDUE_END,
    SV_NEXT_SLOT,
    SV_RUNS_EMPTY,
    SV_MAX_PENDING,
    SV_DEPARTURE,
    SV_RECORD,
    SV_RECORD_SIZE,
    SV_FREE_VEHICLE,
    SV_VEHICLE_SIZE,
    SV_CALLS,
    SV_QUOTA,
    SV_RETURN_POOL,
    SV_TURNAROUND,
    SV_MIN_MTEU,
    SV_MIN_KG,
    SV_MAX_WAIT,
    SV_MAX_IDLE,
    SV_WAKE,
    SV_MAX_PER_DAY,
    SV_DAY,
    SV_LEFT_TODAY,
    N_SERVICE,
) = range(36)

# -- steps of services ---------------------------------------------------------------------------
ST_RESOURCE, ST_CALL, ST_QUOTA, ST_QUEUE, ST_BOARDS, ST_ALONE, N_STEP = range(7)

# -- resources -----------------------------------------------------------------------------------
(
    RE_FREE,
    RE_PER_TEU,  # a real number
    RE_SERVERS,
    RE_BUSY,
    RE_WAITING,
    RE_WAITING_UP,
    RE_DUE,
    RE_SLOWDOWN,  # a real number
    RE_QUEUE,
    RE_QUEUE_UP,
    RE_QUEUE_END,
    RE_LEVEL,
    RE_LOCK,
    RE_CLOSED,
    RE_HELD,
    RE_HELD_END,
    RE_STOCK,  # empty boxes of a pool, -1 for other resources
    N_RESOURCE,
) = range(18)

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

# -- queues at resources, one for each level of priority -------------------------------------------
# `BEFORE` is the last of those who came before the second of the last one, -1 for none.
# `SINCE` is the second at which the last one came.
QU_HEAD, QU_TAIL, QU_BEFORE, QU_SINCE, N_QUEUE = range(5)

# -- calls of services, each followed by a waiting line for each level of priority ----------------
# No level below `LOWEST` or above `HIGHEST` has ever been used.
# `IS_UNHINDERED` tells of the first call of a service whose vehicles never wait for anything.
CO_SERVICE, CO_IS_FIRST, CO_IS_UNHINDERED, CO_LOWEST, CO_HIGHEST, N_CALL = range(6)

# -- clients of resources: vehicles on their way, boxes and background vessels at a visit ----------
VEHICLE_CLIENT, VESSEL_CLIENT, BOX_CLIENT = range(3)
(
    CL_KIND,
    CL_NEXT,
    CL_RANK,
    CL_QUEUE,
    CL_RESOURCE,
    CL_VISIT,
    CL_HANDLED,
    CL_RECORD,
    N_VISITOR,
) = range(9)
# A vehicle has more, and for each of its calls the first box that alights there and their load.
CL_STEP, CL_DEPARTURE, CL_VEHICLES, CL_MTEU, CL_KG, CL_ALIGHTING, N_VEHICLE = range(8, 15)
AB_HEAD, AB_MTEU, AB_KG, N_ABOARD = range(4)

# -- in 32 bits: legs; a delivery ends after its fourth column ------------------------------------
# `CALL` is the call where the box waits, -1 for a delivery; `OFF_LEVEL` the ordinal of the call
# where it alights times `LEVELS`, plus the level of its priority. Where boxes come back after a
# delivery, its `CALL` is -2 less the rank of their pool, and the seconds of the turnaround stand
# for the ordinal. Before the box is ready, `READY` is -1 less the size of the visits before its
# first leg. `AFTER` is the size of the visits up to the next leg. `DEPARTURE` is known for trucks
# from the start.
(
    LE_CALL,
    LE_MTEU,
    LE_OFF_LEVEL,
    LE_READY,
    LE_KG,
    LE_AFTER,
    LE_NEXT,
    LE_BOARD,
    LE_ALIGHT,
    LE_DEPARTURE,
    N_LEG,
) = range(11)
N_DELIVERY = 4
LEVELS = 256

# -- in 32 bits: visits ----------------------------------------------------------------------------
# The first two hold one real number, the drawn seconds, and when it has begun an integer, its end.
# `RESOURCE` is known for visits of boxes, the `GAP` before for those of background vessels.
VI_QUEUED, VI_START, VI_RESOURCE, VI_TAKE, N_VISIT = range(2, 7)
VI_GAP = VI_RESOURCE

# -- in 32 bits: departures; their loads are integers of 64 bits -----------------------------------
DE_STATUS, DE_TIME, DE_MTEU, _, DE_KG, _, N_DEPARTURE = range(7)

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
