"""Month factors and holidays of the demand.

Chongqing's trade by month is published with gaps; a value over several months is spread evenly
over their days. The factor of a month is its daily trade against the year's, mean of the years
there are, with the effect of the Spring Festival taken out, which moves between January and
February and stands in a table of its own.
"""

from __future__ import annotations

import calendar
import datetime as dt

from networks.build.tables import read_raw

__all__ = ["holiday_rows", "month_rows"]

# (name, days from New Year's Day to the first day, length, factors of exports, imports, others).
# Assumed: plants ship ahead, close for about two weeks, and start slowly.
_SPANS = (
    ("rush", -16, 14, 1.20, 1.05, 1.10),
    ("festival", -2, 12, 0.45, 0.65, 0.55),
    ("restart", 10, 6, 0.80, 0.85, 0.85),
)
_MONTHS = range(1, 13)


def holiday_rows() -> list[dict[str, object]]:
    """Return the spans around each Spring Festival."""
    rows: list[dict[str, object]] = []
    for row in read_raw("spring_festival"):
        day = dt.date.fromisoformat(row["new_year"])
        rows.extend(
            {
                "holiday": f"spring_festival_{row['year']}_{name}",
                "first_day": (day + dt.timedelta(days=offset)).isoformat(),
                "days": days,
                "export_factor": exports,
                "import_factor": imports,
                "other_factor": others,
                "source": "judgement",
                "confidence": "assumed",
                "note": "the date is the calendar's; the factors are assumed",
            }
            for name, offset, days, exports, imports, others in _SPANS
        )
    return rows


def _holiday_mean(year: int, month: int, column: int) -> float:
    """Return the mean factor of holidays over the days of a month."""
    length = calendar.monthrange(year, month)[1]
    factors = [1.0] * length
    new_year = next(
        dt.date.fromisoformat(row["new_year"])
        for row in read_raw("spring_festival")
        if int(row["year"]) == year
    )
    for span in _SPANS:
        first = new_year + dt.timedelta(days=span[1])
        for n in range(span[2]):
            day = first + dt.timedelta(days=n)
            if (day.year, day.month) == (year, month):
                factors[day.day - 1] *= float(span[column])
    return sum(factors) / length


def month_rows() -> list[dict[str, object]]:
    """Return the factor of each month."""
    per_day: dict[tuple[int, int], float] = {}
    for row in read_raw("monthly_trade"):
        year, first, last = (int(row[key]) for key in ("year", "first_month", "last_month"))
        lengths = {month: calendar.monthrange(year, month)[1] for month in range(first, last + 1)}
        # Days of the holiday count by their factor, so that its dip is not spread over the quarter.
        weighted = {m: n * _holiday_mean(year, m, 3) for m, n in lengths.items()}
        for month in lengths:
            per_day[year, month] = float(row["value_bn_cny"]) / sum(weighted.values())
    years = sorted({year for year, _ in per_day})
    shape = dict.fromkeys(_MONTHS, 0.0)
    for year in years:
        mean = sum(per_day[year, month] for month in _MONTHS) / len(_MONTHS)
        for month in _MONTHS:
            shape[month] += per_day[year, month] / mean / len(years)
    listed = f"daily trade of {years[0]}-{years[-1]} against the year's mean, holidays taken out"
    return [
        {
            "month": month,
            "export_factor": round(shape[month], 3),
            "import_factor": round(shape[month], 3),
            "other_factor": 1,
            "source": "imsilkroad_3",
            "confidence": "low",
            "note": f"{listed}; both directions alike: their split by month is not published",
        }
        for month in _MONTHS
    ]
