"""The baseline year stays within its memory, measured where users meet it: a command of its own."""

from __future__ import annotations

from benchmarks.report.fresh import run_to_map

#: A tenth above what was measured (750 MB); other machines have other libraries and threads.
MOST_MB = 830


def test_a_year_from_start_to_map_takes_no_more_memory() -> None:
    # The first makes machine code, for which a compiler is loaded.
    run_to_map("baseline_2025")
    finished, summary = run_to_map("baseline_2025")
    assert summary["engine"] == "compiled"
    assert finished.peak_mb < MOST_MB
