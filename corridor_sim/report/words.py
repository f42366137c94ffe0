"""Words of the report in English and Chinese, beside those of the map."""

from __future__ import annotations

from types import MappingProxyType

from corridor_sim.maps.words import Words

__all__ = ["CARGO", "CAUSES", "CAUSE_COLOURS", "DIRECTIONS", "cause_words"]

CAUSES = MappingProxyType(
    {
        "schedule_wait": ("waiting for the next departure", "等待班期"),
        "vehicle_wait": ("departure due, no vehicle or held", "到点无车船或停发"),
        "left_behind": ("left behind by full departures", "满载甩货"),
        "empty_box": ("waiting for empty boxes", "等待空箱"),
        "customs": ("customs and inspection", "通关查验"),
        "dwell": ("dwell and cut-off", "堆存与截关"),
        "handling_queue": ("waiting for berth, track or crane", "等待泊位或装卸线"),
        "handling": ("loading and unloading", "装卸作业"),
        "lock_queue": ("waiting for a lock", "待闸"),
        "lock_passage": ("in the lock", "过闸"),
        "border_queue": ("waiting at a border", "口岸等待"),
        "border": ("border slot, documents, lane", "口岸作业"),
        "gauge_change": ("change of gauge", "换轨"),
        "closed_link": ("waiting at a closed link", "线路中断等待"),
        "moving": ("under way", "在途运行"),
    }
)

CAUSE_COLOURS = MappingProxyType(
    {
        "schedule_wait": "#d3b84f",
        "vehicle_wait": "#b3761d",
        "left_behind": "#b3121d",
        "empty_box": "#7f8c1f",
        "customs": "#882255",
        "dwell": "#b18bbf",
        "handling_queue": "#cc6677",
        "handling": "#8aa0b0",
        "lock_queue": "#d1495b",
        "lock_passage": "#3f88bf",
        "border_queue": "#e07a5f",
        "border": "#7a6f9b",
        "gauge_change": "#332288",
        "closed_link": "#6b0f1a",
        "moving": "#3d9a8b",
    }
)

DIRECTIONS = MappingProxyType({"export": ("exports", "出口"), "import": ("imports", "进口")})

CARGO = MappingProxyType(
    {
        "own": ("Chongqing's own trade", "重庆外贸"),
        "domestic": ("domestic boxes", "内贸箱"),
        "transit": ("transit", "过境"),
        "empty": ("empties", "空箱"),
    }
)


def cause_words(cause: str) -> Words:
    """Return the names of a wait cause; one that is not known is called by its code."""
    return CAUSES.get(cause, (cause.replace("_", " "), ""))
