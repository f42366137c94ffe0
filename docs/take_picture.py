"""Take the picture of a map for the README: ``python docs/take_picture.py RESULT``.

Needs Chromium, playwright and Pillow.
"""  # noqa: INP001 - a script beside the pages

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "images" / "map.png"
_SIZE = {"width": 1400, "height": 900}
_LARGEST = 400_000
_FREQUENT = 64


def take(page: Path) -> bytes:
    """Return a page as it opens, as PNG of few colours."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        tab = browser.new_context(viewport=_SIZE, offline=True).new_page()
        tab.goto(page.resolve().as_uri())
        tab.wait_for_timeout(2_000)
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


def main(result: str) -> None:
    """Write the picture of a result's map."""
    picture = take(Path(result) / "map.html")
    if len(picture) > _LARGEST:
        raise SystemExit(f"{len(picture):,} bytes; allowed: {_LARGEST:,}")
    PICTURE.write_bytes(picture)
    sys.stdout.write(f"{PICTURE}: {len(picture):,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1])
