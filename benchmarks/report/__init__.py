"""One command that measures everything and writes it down: ``python -m benchmarks.report``."""
