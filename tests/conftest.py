"""One real browser for all tests of pages, with the network off."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright

from tests.pages import PHONE, PICTURES, WIDE, Visit


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "the tests of pages need a browser: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a file in a fresh context without any network.

    A picture of the first page is kept in `PICTURES` under the name of the test.
    """
    contexts: list[BrowserContext] = []

    def go(file: Path, *, size: tuple[int, int] = WIDE) -> Visit:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, has_touch=size == PHONE
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        seen = Visit(page)

        def only_the_file(route: Route) -> None:
            seen.requests.append(route.request.url)
            if route.request.url == file.resolve().as_uri():
                route.continue_()
            else:
                route.abort()

        page.route("**/*", only_the_file)
        page.on("console", lambda message: seen.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.messages.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (seen.messages.append(dialog.message), dialog.dismiss()))
        page.goto(file.resolve().as_uri())
        page.wait_for_selector("html[data-drawn]", state="attached")
        return seen

    yield go
    if contexts and contexts[0].pages:
        PICTURES.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in request.node.name)[:120]
        contexts[0].pages[0].screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=50)
    for context in contexts:
        context.close()
