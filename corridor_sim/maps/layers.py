"""Layers of the map as Folium elements: one per corridor, places, names, and their control."""

from __future__ import annotations

from collections.abc import Sequence

import folium
from branca.element import MacroElement
from folium.template import Template

from corridor_sim.maps.series import Lang
from corridor_sim.maps.text import as_markup
from corridor_sim.maps.words import PAGE, Words

__all__ = ["Drawing", "LayerGroup", "LayerList"]


class LayerGroup(folium.FeatureGroup):
    """A layer that can be switched on and off.

    Parameters
    ----------
    name : (str, str)
        English and Chinese name.
    rank : int
        Number among the layers; makes the id.
    lang : {"zh", "en", "both"}
        Language it is called in.
    """

    def __init__(self, name: Words, *, rank: int, lang: Lang = "both") -> None:
        wanted = {"en": name[:1], "zh": name[1:], "both": name[::-1]}[lang]
        shown = " ".join(part for part in wanted if part) or name[0] or name[1]
        # Leaflet puts the names of layers into the page as HTML.
        super().__init__(name=as_markup(shown))
        self._name, self._id = "layer", str(rank)


class Drawing(MacroElement):
    """What fills the layers: hands them to the page's own scripts.

    Parameters
    ----------
    corridors : sequence of LayerGroup
        In the order of the corridors in the data.
    places, names : LayerGroup
        Layers of places and of their names.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = {
                corridors: [{% for group in this.corridors %}{{ group.get_name() }}, {% endfor %}],
                places: {{ this.places.get_name() }},
                names: {{ this.names.get_name() }}
            };
            corridorMap.start({{ this._parent.get_name() }}, {{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(
        self, *, corridors: Sequence[LayerGroup], places: LayerGroup, names: LayerGroup
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "layer", "groups"
        self.corridors = list(corridors)
        self.places = places
        self.names = names


class LayerList(folium.LayerControl):
    """The control of the layers: open where there is room, else behind a button.

    Parameters
    ----------
    drawing : Drawing
        Of the same map.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.control.layers({}, {}, {
                collapsed: corridorMap.isNarrow(), position: "topright", autoZIndex: false
            });
            {%- for group in this.groups() %}
            {{ this.get_name() }}.addOverlay({{ group.get_name() }}, {{ group.layer_name|tojson }});
            {%- endfor %}
            corridorMap.holdLayers({{ this.get_name() }});
            {{ this.get_name() }}.addTo({{ this._parent.get_name() }});
            corridorMap.finish({{ this._parent.get_name() }}, {{ this.drawing.get_name() }},
                               {{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self._name, self._id = "layer", "list"
        self.drawing = drawing

    def groups(self) -> list[LayerGroup]:
        """Return the layers in their order; two of them may have the same name."""
        return [*self.drawing.corridors, self.drawing.places, self.drawing.names]


def places_and_names(rank: int, *, lang: Lang = "both") -> tuple[LayerGroup, LayerGroup]:
    """Return the layers of places and of their names."""
    return (
        LayerGroup(PAGE["places"], rank=rank, lang=lang),
        LayerGroup(PAGE["labels"], rank=rank + 1, lang=lang),
    )
