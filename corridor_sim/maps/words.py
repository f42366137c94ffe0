"""Words of the map in English and Chinese: codes of the tables, and what the page says."""

from __future__ import annotations

from types import MappingProxyType

__all__ = [
    "CONFIDENCE",
    "CORRIDORS",
    "FACILITY_KINDS",
    "HOME",
    "MODES",
    "NODE_KINDS",
    "PAGE",
    "Words",
    "corridor_words",
]

Words = tuple[str, str]

#: What the map is about.
HOME: Words = ("Chongqing", "重庆")

#: Corridors and groups of links, in the order of the layers.
CORRIDORS = MappingProxyType(
    {
        "ilstc": ("Land-Sea Corridor", "西部陆海新通道"),
        "cre": ("China Railway Express", "中欧班列"),
        "yangtze": ("Yangtze waterway", "长江黄金水道"),
        "air": ("Air", "航空"),
        "coastal": ("Coastal land bridge", "沿海陆桥"),
        "shared": ("Shared onward services", "共用后续运输"),
        "hub": ("Within Chongqing", "重庆市内"),
    }
)

MODES = MappingProxyType(
    {
        "rail": ("rail", "铁路"),
        "road": ("road", "公路"),
        "inland_waterway": ("inland waterway", "内河水运"),
        "sea": ("sea", "海运"),
        "air": ("air", "航空"),
    }
)

NODE_KINDS = MappingProxyType(
    {
        "zone": ("zone of trade", "货源区"),
        "rail_terminal": ("rail terminal", "铁路场站"),
        "rail_yard": ("rail yard", "编组站"),
        "river_port": ("river port", "内河港"),
        "river_sea_port": ("river-sea port", "江海港"),
        "sea_port": ("sea port", "海港"),
        "airport": ("airport", "机场"),
        "road_terminal": ("road terminal", "公路场站"),
        "border_rail": ("rail border crossing", "铁路口岸"),
        "border_road": ("road border crossing", "公路口岸"),
        "lock": ("lock", "船闸"),
        "city": ("city", "城市"),
        "canal_mouth": ("canal mouth", "运河口"),
        "waypoint": ("waypoint", "途经点"),
    }
)

FACILITY_KINDS = MappingProxyType(
    {
        "berth": ("berth", "泊位"),
        "rail_yard": ("rail yard", "铁路货场"),
        "road_terminal": ("road terminal", "公路场站"),
        "air_terminal": ("air cargo terminal", "航空货站"),
        "customs": ("customs", "海关"),
        "inspection": ("inspection", "查验"),
        "documents": ("documents", "单证"),
        "arrival_slot": ("arrival slot", "到达时段"),
        "gauge_change": ("gauge change", "换轨"),
        "border_road": ("road border", "公路口岸"),
        "dwell": ("dwell", "堆存"),
        "lock": ("lock", "船闸"),
        "box_pool": ("pool of empty boxes", "空箱堆场"),
    }
)

CONFIDENCE = MappingProxyType(
    {
        "high": ("high", "高"),
        "medium": ("medium", "中"),
        "low": ("low", "低"),
        "assumed": ("assumed", "假设"),
    }
)

#: What the page itself says.
PAGE = MappingProxyType(
    {
        "places": ("Places", "节点"),
        "labels": ("Names", "地名"),
        "layers": ("Layers", "图层"),
        "shown": ("Shown", "显示"),
        "measure": ("width", "线宽"),
        "measure_teu": ("TEU", "标箱"),
        "measure_t": ("tonnes", "吨"),
        "measure_cny": ("value, yuan", "货值 元"),
        "measure_kg": ("t CO2e", "吨 CO2e"),
        "cargo": ("cargo", "货物"),
        "cargo_all": ("all", "全部"),
        "cargo_own": ("own trade", "重庆外贸"),
        "cargo_export": ("exports", "出口"),
        "cargo_import": ("imports", "进口"),
        "side": ("run", "方案"),
        "side_a": ("A", "A"),
        "side_b": ("B", "B"),
        "side_change": ("B − A", "B − A"),
        "side_both": ("A | B", "A | B"),
        "percentile": ("percentile", "分位"),
        "percentile_low": ("10th percentile", "第 10 百分位"),
        "percentile_a": ("median", "中位数"),
        "percentile_high": ("90th percentile", "第 90 百分位"),
        "percentiles_note": (
            "each link by itself over the replications; added up where links run together",
            "各线路分别按各次重复取分位；并行处相加",
        ),
        "means_note": ("means of the replications", "各次重复的平均"),
        "replications": ("replications", "次重复"),
        "cleared_on_average": (
            "cleared customs on average of the replications, given this demand",
            "既定需求下各次重复平均通关货值",
        ),
        "band": ("10 to 90 % of replications:", "10%–90% 的重复："),
        "spread": ("10 · 50 · 90 % of replications", "重复的 10 · 50 · 90%"),
        "waits_note_batch": ("by mean queue; mean wait", "按平均排队排序，示平均等待"),
        "modes": ("Modes", "运输方式"),
        "time": ("Time", "时间"),
        "play": ("Play", "播放"),
        "stop": ("Stop", "停止"),
        "whole_window": ("whole period", "全期"),
        "week_of": ("week of", "周起"),
        "disruption": ("Disruptions", "中断"),
        "cleared_so_far": ("cleared so far, given this demand", "既定需求下累计通关货值"),
        "so_far": (
            "After {days} days; at this pace {bn} bn yuan a year",
            "第 {days} 天；按此进度全年为 {yi} 亿元",
        ),
        "change": ("change", "变化"),
        "change_note": (
            "cleared by B less A, each given its demand",
            "B 与 A 通关货值之差，各按其需求",
        ),
        "cleared_bn": ("cleared, bn yuan", "通关货值 十亿元"),
        "all": ("all", "合计"),
        "grew": ("more in B", "B 增加"),
        "shrank": ("less in B", "B 减少"),
        "unchanged": ("unchanged", "不变"),
        "of_it_exports": ("of it exports", "其中出口"),
        "of_it_imports": ("of it imports", "其中进口"),
        "weight": ("weight", "重量"),
        "co2e": ("CO2e", "CO2e"),
        "queue": ("mean queue", "平均排队"),
        "queue_by_period": ("waiting, vehicles and boxes", "排队车船与箱"),
        "waiting": ("waiting", "排队"),
        "waiting_here": ("waiting: vehicles, boxes", "排队：车船、箱"),
        "wait_by_month": ("mean wait by month", "分月平均等待"),
        "heading": ("Chongqing's trade corridors", "重庆外贸通道"),
        "cleared": ("cleared customs, given this demand", "既定需求下的通关货值"),
        "offered_value": ("offered", "待运"),
        "delivered_value": ("delivered", "已交付"),
        "not_a_year": (
            "The window is {days} days, the goals are yearly: at this pace {bn} bn yuan a year",
            "统计期为 {days} 天，目标按年计：按此进度全年为 {yi} 亿元",
        ),
        "by_corridor": ("Own trade by corridor", "重庆外贸分通道"),
        "waits": ("Where boxes wait longest", "主要拥堵点"),
        "waits_note": ("by box-days of waiting; mean wait", "按等待箱日排序，示平均等待"),
        "mean_wait": ("mean wait", "平均等待"),
        "high_wait": ("95 % within", "95% 不超过"),
        "longest_wait": ("longest", "最长"),
        "utilisation": ("Utilisation", "利用率"),
        "in_use": ("in use", "利用率"),
        "no_limit": ("no timetable", "无班期"),
        "unused": ("nothing passed", "无货通过"),
        "width": ("Width", "线宽"),
        "circle": ("place", "节点"),
        "bottleneck": ("long mean wait", "平均等待长"),
        "zone": ("zone of trade", "货源区"),
        "right_hand": ("Each direction keeps to its right", "两个方向各靠右侧"),
        "together": ("links run together here", "条线路在此并行"),
        "northbound": ("northbound", "北行"),
        "southbound": ("southbound", "南行"),
        "eastbound": ("eastbound", "东行"),
        "westbound": ("westbound", "西行"),
        "back": ("Back to the list", "返回列表"),
        "legend": ("Legend", "图例"),
        "all_cargo": ("all cargo", "全部货物"),
        "value": ("value", "货值"),
        "direction": ("direction", "方向"),
        "handled": ("boxes handled", "箱量"),
        "boxes": ("boxes", "箱量"),
        "none_handled": (
            "no box changes vehicle here; see its facilities",
            "此处无装卸，通过量见设施",
        ),
        "facilities": ("Facilities", "设施"),
        "by_month": ("by month", "分月"),
        "distance": ("distance", "距离"),
        "source": ("source", "来源"),
        "confidence": ("confidence", "可信度"),
        "home": ("Opening view", "初始视图"),
        "whole": ("Whole network", "全网"),
        "zoom_in": ("Zoom in", "放大"),
        "zoom_out": ("Zoom out", "缩小"),
        "close": ("Close", "关闭"),
        "seed": ("seed", "随机种子"),
        "replication": ("replication", "重复"),
        "no_data": ("no figures", "无数据"),
        "rail_credit": ("rail lines", "铁路线"),
    }
)


def corridor_words(name: str) -> Words:
    """Return the names of a corridor; one that is not known is called by its code."""
    return CORRIDORS.get(name, (name, ""))
