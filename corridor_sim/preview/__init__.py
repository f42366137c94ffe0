"""Expected load against capacity by formula, before anything is run.

Means only: what is expected to come in a week against what a week can take. A queue that is
unstable shows here at once; how long the waits are below that is what the simulation is for.
Dated and random disruptions are left out, opening hours are not.
"""

from corridor_sim.preview.loads import expected_loads, preview_frame
from corridor_sim.preview.text import WARN_ABOVE, box_preview, preview

__all__ = ["WARN_ABOVE", "box_preview", "expected_loads", "preview", "preview_frame"]
