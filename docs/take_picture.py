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
_COLOURS = 200


def take(page: Path) -> bytes:
    """Return a page as it opens, as PNG of few colours."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        tab = browser.new_context(viewport=_SIZE, offline=True).new_page()
        tab.goto(page.resolve().as_uri())
        tab.wait_for_timeout(2_000)
        shot = tab.screenshot()
        browser.close()
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    small = io.BytesIO()
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def main(result: str) -> None:
    """Write the picture of a result's map."""
    picture = take(Path(result) / "map.html")
    if len(picture) > _LARGEST:
        raise SystemExit(f"{len(picture):,} bytes; allowed: {_LARGEST:,}")
    PICTURE.write_bytes(picture)
    sys.stdout.write(f"{PICTURE}: {len(picture):,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1])
