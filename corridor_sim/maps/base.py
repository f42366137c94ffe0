"""The page of a map: a Folium map that needs nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path

import folium
from branca.element import Element, Figure
from folium.template import Template

from corridor_sim.maps.grounds import tiles_origin
from corridor_sim.maps.series import Lang
from corridor_sim.maps.text import clean

__all__ = ["CorridorMap", "asset", "render_page"]

_ASSETS = Path(__file__).parent / "assets"
_SCRIPTS = (
    "lines",
    "words",
    "frames",
    "values",
    "chart",
    "cards",
    "popups",
    "flows",
    "places",
    "panels",
    "legend",
    "time",
    "start",
)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def asset(name: str) -> str:
    """Return the text of a file in the assets folder."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def _lean(text: str) -> str:
    """Return a file of our own without indents and lines of comment: a page is sent to many."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


class _Verbatim(Element):
    """Text that goes into the page as it is.

    What Folium's macro elements write is read as a template once more, so that ``{{ }}`` in it
    would be carried out. Here the text is a variable of the template, which nothing reads again.

    Parameters
    ----------
    tag : str
        Opening tag without its brackets, ``style`` or ``script`` with attributes.
    text : str
        Inside of the element.
    """

    _template = Template("<{{ this.tag }}>{{ this.text }}</{{ this.tag.split()[0] }}>\n")

    def __init__(self, tag: str, text: str) -> None:
        super().__init__()
        self.tag = tag
        self.text = text


class CorridorMap(folium.Map):
    """A Folium map with its own copy of Leaflet and without any tiles.

    Parameters
    ----------
    title : str
        Title of the page.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - Folium reads them from the class
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    # As Folium's own, but zooming by hand stays allowed and the style sheet has the sizes.
    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <meta name="viewport" content="width=device-width, initial-scale=1" />
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }}, {{ this.options|tojson }}
            );
        {% endmacro %}
        """
    )

    def __init__(self, title: str) -> None:
        super().__init__(tiles=None)
        self._name, self._id = "map", "corridor"
        self.options = {
            "center": [30, 100],
            "zoom": 3,
            "minZoom": 1,
            "maxZoom": 10,
            "zoomSnap": 0.25,
            "zoomDelta": 0.75,
            "wheelPxPerZoomLevel": 90,
            "zoomControl": False,
            "fadeAnimation": False,
            "maxBounds": [[-70, -90], [85, 330]],
            "maxBoundsViscosity": 0.9,
            "worldCopyJump": False,
        }
        root = self.figure
        root.title = html.escape(clean(title))
        # Pictures that the style sheet names are not used; a page without them asks for none.
        leaflet_css = re.sub(r"url\(images/[^)]*\)", "none", asset("leaflet/leaflet.css"))
        leaflet_js = asset("leaflet/leaflet.js").split("//# sourceMappingURL")[0]
        head = [
            ("style", leaflet_css),
            ("style", _lean(asset("page/page.css"))),
            ("script", leaflet_js),
            *(("script", _lean(asset(f"page/{name}.js"))) for name in _SCRIPTS),
        ]
        for rank, (tag, text) in enumerate(head):
            root.header.add_child(_Verbatim(tag, text), name=f"own_{rank}")

    def add_data(self, element: str, text: str) -> None:
        """Add a value that the page's scripts read by the id of its element.

        Parameters
        ----------
        element : str
            Id of the element.
        text : str
            JSON, escaped by `as_json`.
        """
        data = _Verbatim(f'script type="application/json" id="{element}"', text)
        self.figure.html.add_child(data, name=element)

    @property
    def figure(self) -> Figure:
        """The page that holds the map."""
        root = self.get_root()
        assert isinstance(root, Figure)
        return root


def render_page(drawn: CorridorMap, *, lang: Lang = "both", tiles: str | None = None) -> str:
    """Return the page, with a policy that lets no other script run and nothing be fetched.

    Parameters
    ----------
    drawn : CorridorMap
        With all its layers.
    lang : {"zh", "en", "both"}
        Language of the page.
    tiles : str, optional
        Address of tiles; pictures from there are let in.

    Returns
    -------
    str
        HTML.
    """
    page = drawn.figure.render()
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in _SCRIPT.findall(page)
    )
    images = "data:" if tiles is None else f"data: {tiles_origin(tiles)}"
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src {images}; "
        "base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}" />'
    page = page.replace("<html>", f'<html lang="{"en" if lang == "en" else "zh-CN"}">', 1)
    return page.replace("<head>", f"<head>\n    {meta}", 1)
