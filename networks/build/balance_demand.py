"""Rebuild the demand table from its margins by iterative proportional fitting.

The value of Chongqing's trade by commodity and by partner is published only in part; how
commodities go with partners is not published at all. The seed says how much more (above 1) or less
(below 1) of a commodity goes to a partner than its size alone would tell. Fitting scales rows and
columns of the seed in turn until both margins hold.

Run ``python -m networks.build.balance_demand`` from the root of the repository.

References
----------
.. [1] W. E. Deming, F. F. Stephan, "On a least squares adjustment of a sampled frequency table when
   the expected marginal totals are known", Annals of Mathematical Statistics 11 (1940) 427-444.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from networks.build.tables import NETWORK, BuildError, read_raw, write_table

__all__ = ["TOTALS_BN_CNY", "balance", "main"]

# Published by customs for 2025.
TOTALS_BN_CNY = {"export": 558.73, "import": 241.95}
_TOLERANCE = 1e-10
_DIGITS = 4


def fit(
    seed: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scale a seed until its row and column sums are the margins.

    Parameters
    ----------
    seed : (r, c) float64
        Non-negative; a zero stays zero.
    rows : (r,) float64
        Row margin.
    columns : (c,) float64
        Column margin, with the same sum.

    Returns
    -------
    (r, c) float64
        Fitted table.

    Raises
    ------
    BuildError
        If the margins have different sums or no table with these zeros has them.
    """
    if abs(rows.sum() - columns.sum()) > 1e-6:
        raise BuildError(f"margins differ: rows sum to {rows.sum()}, columns to {columns.sum()}")
    table = seed * np.outer(rows, columns)
    for _ in range(10_000):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= columns / table.sum(axis=0)
        if np.abs(table.sum(axis=1) - rows).max() < _TOLERANCE:
            return table
    raise BuildError("the margins cannot be met with the zeros of the seed")


def _rounded(table: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """Round cells so that they sum to the total exactly in the last digit kept."""
    unit = 10**_DIGITS
    cells = np.rint(table * unit).astype(np.int64)
    cells.flat[int(cells.argmax())] += round(total * unit) - int(cells.sum())
    return np.asarray(cells / unit, dtype=np.float64)


def balance(direction: str) -> list[dict[str, object]]:
    """Return the demand cells of one direction.

    Parameters
    ----------
    direction : {'export', 'import'}
        Which margins to use.

    Returns
    -------
    list of dict
        Rows of ``od_2025.csv``.

    Raises
    ------
    BuildError
        If a margin does not sum to the published total.
    """
    commodities = [r for r in read_raw("margins_commodity") if r["direction"] == direction]
    partners = [r for r in read_raw("margins_partner") if r["direction"] == direction]
    row_of = {row["commodity"]: number for number, row in enumerate(commodities)}
    column_of = {row["region"]: number for number, row in enumerate(partners)}
    seed = np.zeros((len(commodities), len(partners)))
    for row in read_raw("affinity"):
        if row["direction"] == direction:
            seed[row_of[row["commodity"]], column_of[row["region"]]] = float(row["affinity"])
    margins = [
        np.array([float(r["value_bn_cny"]) for r in part]) for part in (commodities, partners)
    ]
    total = TOTALS_BN_CNY[direction]
    for name, margin in zip(("commodity", "partner"), margins, strict=True):
        if abs(margin.sum() - total) > 0.005:
            raise BuildError(f"{name} margin of {direction}s is {margin.sum():.2f}, not {total}")
    table = _rounded(fit(seed, *margins), total)
    return [
        {
            "commodity": commodity["commodity"],
            "direction": direction,
            "region": partner["region"],
            "value_bn_cny": f"{table[r, c]:.{_DIGITS}f}",
            "source": "derived",
            "confidence": "low",
            "note": f"fitted; commodity margin {commodity['basis'].replace('_', ' ')}, "
            f"partner margin {partner['basis'].replace('_', ' ')}",
        }
        for r, commodity in enumerate(commodities)
        for c, partner in enumerate(partners)
        if table[r, c] > 0
    ]


def main() -> None:
    """Write ``od_2025.csv`` and print which margins are published."""
    rows = [row for direction in TOTALS_BN_CNY for row in balance(direction)]
    columns = ("commodity", "direction", "region", "value_bn_cny", "source", "confidence", "note")
    count = write_table(NETWORK / "demand" / "od_2025.csv", columns, rows)
    out = sys.stdout.write
    out(f"od_2025.csv: {count} cells\n")
    for direction, total in TOTALS_BN_CNY.items():
        fitted = sum(float(str(r["value_bn_cny"])) for r in rows if r["direction"] == direction)
        out(f"{direction}s {fitted:.2f} bn yuan (published {total:.2f})\n")
        for name, key in (("margins_commodity", "commodity"), ("margins_partner", "region")):
            for margin in read_raw(name):
                if margin["direction"] == direction:
                    value = float(margin["value_bn_cny"])
                    out(f"  {margin[key]:28s} {value:8.2f}  {margin['basis']}\n")


if __name__ == "__main__":
    main()
