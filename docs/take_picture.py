"""Take the pictures of the documentation.

``python docs/take_picture.py RESULT`` takes the map of a result for the README, and
``python docs/take_picture.py PAGE NAME [SCRIPT]`` any page as ``docs/images/NAME.png``, after a
script such as ``corridorMap.showPeriod(38)`` or one that scrolls. Needs Chromium, playwright and
Pillow.
"""  # noqa: INP001 - a script beside the pages

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
_SIZE = {"width": 1400, "height": 900}
_LARGEST = 400_000
_FREQUENT = 64


def take(page: Path, script: str = "") -> bytes:
    """Return a page as it opens, or after a script, as PNG of few colours."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        tab = browser.new_context(viewport=_SIZE, offline=True).new_page()
        tab.goto(page.resolve().as_uri())
        tab.wait_for_timeout(2_000)
        if script:
            tab.evaluate(script)
            tab.wait_for_timeout(1_000)
        shot = tab.screenshot()
        browser.close()
    small = io.BytesIO()
    with_few_colours(Image.open(io.BytesIO(shot)).convert("RGB")).save(small, "PNG", optimize=True)
    return small.getvalue()


def with_few_colours(image: Image.Image) -> Image.Image:
    """Return an image of 256 colours: the most frequent as they are, and what covers the rest.

    Land and sea fill the picture, the colours of the corridors but little of it.
    """
    counts = image.getcolors(image.width * image.height) or []
    often = [colour for _, colour in sorted(counts, reverse=True)[:_FREQUENT]]
    rest = image.quantize(256 - _FREQUENT, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in often for part in colour), *rest])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def main(page: str, name: str = "map", script: str = "") -> None:
    """Write the picture of a page, or of the map in a result folder."""
    place = Path(page)
    picture = take(place / "map.html" if place.is_dir() else place, script)
    if len(picture) > _LARGEST:
        raise SystemExit(f"{len(picture):,} bytes; allowed: {_LARGEST:,}")
    target = IMAGES / f"{name}.png"
    target.write_bytes(picture)
    sys.stdout.write(f"{target}: {len(picture):,} bytes\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
