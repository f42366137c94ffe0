"""The baseline year stays within its memory, measured where users meet it: a command of its own."""

from __future__ import annotations

from benchmarks.report.fresh import run_command, run_to_map

#: A fifth above what was measured (750 MB); other machines have other libraries and threads.
MOST_MB = 900


def test_a_year_from_start_to_map_takes_no_more_memory() -> None:
    # The first makes machine code, for which a compiler is loaded.
    run_to_map("baseline_2025")
    finished, summary = run_to_map("baseline_2025")
    assert summary["engine"] == "compiled"
    assert finished.peak_mb < MOST_MB


def test_what_is_measured_is_the_process_and_not_who_started_it() -> None:
    ballast = bytearray(b"x" * 400_000_000)
    little = run_command("-c", "print('here')")
    much = run_command("-c", "len(bytearray(b'x' * 300_000_000))")
    assert len(ballast) == 400_000_000
    assert little.stdout.strip() == "here"
    assert little.peak_mb < 100
    assert 300 < much.peak_mb < 700
