"""Take the pictures of the documentation.

``python docs/take_picture.py FOLDER`` takes all of them from the results in a folder, made by

    corridor-sim run baseline_2025 --out FOLDER/baseline
    corridor-sim run poland_border_closure --out FOLDER/weeks
    corridor-sim run lock_overhaul --out FOLDER/other
    corridor-sim batch baseline_2025 -n 10 --keep links --out FOLDER/batch
    corridor-sim compare baseline_2025 lock_overhaul -n 6 --out FOLDER/comparison

and ``python docs/take_picture.py FOLDER NAME...`` some. Needs Chromium, playwright and Pillow.
"""  # noqa: INP001 - a script beside the pages

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parent / "images"
_LARGEST = 300_000
_FREQUENT = 64
_WIDE, _PHONE, _PAPER = (1400, 900), (390, 844), (1588, 1123)


@dataclass(frozen=True)
class Picture:
    """What is drawn, by which command, and what is done to it before it is taken.

    Attributes
    ----------
    command : tuple of str
        Of ``corridor-sim``; results by the names of their folders.
    script : str
        Run in the page.
    size : (int, int)
        Of the window, pixels; that of A3 is printed.
    """

    command: tuple[str, ...]
    script: str = ""
    size: tuple[int, int] = _WIDE


_TO_DISTANCE = (
    "document.querySelector('#distance details').open = true;"
    "document.querySelector('#distance').scrollIntoView()"
)
#: The week in which what waits at Poland's border is most.
_SHUT = "corridorMap.showPeriod(37); corridorMap.map.setView([51, 48], 3.75, {animate: false})"
_HIGH = (
    "const side = document.querySelector('#side'); side.value = 'high';"
    "side.dispatchEvent(new Event('change'))"
)
PICTURES = {
    "map": Picture(("map", "baseline")),
    "map_week": Picture(("map", "weeks", "--by", "week"), _SHUT),
    "map_difference": Picture(("map", "baseline", "other")),
    "map_side_by_side": Picture(("map", "baseline", "other", "--view", "side-by-side")),
    "map_batch": Picture(("map", "batch"), _HIGH),
    "map_place": Picture(
        ("map", "other", "--by", "week", "--lang", "en"),
        "corridorMap.showPeriod(13);"
        "corridorMap.openNode(corridorMap.data.facilities[corridorMap.data.waits[0].facility].node)",
    ),
    "map_phone": Picture(("map", "baseline", "--lang", "zh"), size=_PHONE),
    "map_phone_two": Picture(
        ("map", "baseline", "other", "--view", "side-by-side", "--lang", "en"), size=_PHONE
    ),
    "map_paper": Picture(("map", "baseline", "--lang", "zh"), size=_PAPER),
    "report": Picture(("report", "baseline")),
    "report_zh": Picture(("report", "baseline", "--lang", "zh")),
    "report_distance": Picture(("report", "baseline"), _TO_DISTANCE),
    "report_comparison": Picture(("report", "comparison")),
    "report_batch": Picture(("report", "batch", "--lang", "en")),
    "report_phone": Picture(("report", "baseline", "--lang", "zh"), size=_PHONE),
}


def draw(picture: Picture, results: Path, page: Path) -> None:
    """Have the page of a picture made.

    Parameters
    ----------
    picture : Picture
        What is drawn.
    results : Path
        Folder of the results.
    page : Path
        File to write.
    """
    words = [str(results / w) if (results / w).is_dir() else w for w in picture.command]
    command = [sys.executable, "-m", "corridor_sim", *words, "--out", str(page)]
    subprocess.run(  # noqa: S603 - the command of this project
        command, check=True, cwd=IMAGES.parents[1], stdout=subprocess.DEVNULL
    )


def take(browser: Browser, page: Path, picture: Picture) -> bytes:
    """Return a page as PNG of few colours.

    Parameters
    ----------
    browser : Browser
        Started.
    page : Path
        File of the page.
    picture : Picture
        Script and size.

    Returns
    -------
    bytes
        PNG.
    """
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        offline=True,
        has_touch=picture.size == _PHONE,
        device_scale_factor=1.5 if picture.size == _PHONE else 1,
    )
    tab = context.new_page()
    tab.goto(page.resolve().as_uri())
    tab.wait_for_timeout(2_000)
    if picture.script:
        tab.evaluate(f"() => {{ {picture.script} }}")
        tab.wait_for_timeout(1_000)
    if picture.size == _PAPER:
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        tab.emulate_media(media="print")
        tab.wait_for_timeout(1_000)
    shot = tab.screenshot()
    context.close()
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


def main(results: str, *names: str) -> None:
    """Take pictures, all of them where none is named."""
    made: dict[tuple[str, ...], Path] = {}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        for name in names or PICTURES:
            picture = PICTURES[name]
            if picture.command not in made:
                made[picture.command] = Path(scratch) / f"{len(made)}.html"
                draw(picture, Path(results), made[picture.command])
            taken = take(browser, made[picture.command], picture)
            if len(taken) > _LARGEST:
                raise SystemExit(f"{name}: {len(taken):,} bytes; allowed: {_LARGEST:,}")
            target = IMAGES / f"{name}.png"
            target.write_bytes(taken)
            sys.stdout.write(f"{target}: {len(taken):,} bytes\n")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
