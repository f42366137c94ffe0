"""A page opened in a browser, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

#: Pictures of what the tests saw at their end, for people to look at.
PICTURES = Path(__file__).resolve().parents[1] / "test-output"
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
