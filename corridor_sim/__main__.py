"""Run the command line with ``python -m corridor_sim``."""

from corridor_sim.cli import start

if __name__ == "__main__":
    start()
