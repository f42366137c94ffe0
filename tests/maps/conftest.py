"""One real browser for all tests of maps, with the network off."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from corridor_sim.maps import map_page, write_map
from corridor_sim.network import Network
from tests.maps.runs import made_up_results, small_network

WIDE, PHONE = (1400, 900), (390, 844)


@dataclass
class Visit:
    """An open page and what it did."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Assert that the page asked for nothing but itself and complained about nothing."""
        assert self.messages == []
        assert len(self.requests) == 1, self.requests


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "the tests of maps need a browser: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a file in a fresh context without any network."""
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
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def shipped_page() -> str:
    """Return the map of made-up figures on the shipped network."""
    return map_page(made_up_results(Network.read("chongqing")))


@pytest.fixture(scope="session")
def shipped_map(shipped_page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("map") / "map.html"
    file.write_text(shipped_page, encoding="utf-8")
    return file


@pytest.fixture
def small_map(tmp_path: Path) -> Path:
    return write_map(made_up_results(small_network()), tmp_path / "map.html")
