// Places: circles by boxes handled, rings where boxes wait long, names that do not collide.
(function (self) {
  var WIDEST = 12, RANKED = 34, ALL_FROM = 5, FULL_FROM = 7.5;
  // Words after which the rest of an English name says what the place is, not where.
  var GENERIC = new RegExp("^(port|rail|railway|international|container|terminal|station|airport|" +
    "land|dry|road|icd|ship|highway|marshalling|yard|zone|locks?)$", "i");
  var circles = [];

  // The first words of a long name, enough for a label.
  function short(name) {
    var english = name[0].replace(/\s*[(,/].*$/, "").replace(/^Zone /, "").split(" ");
    for (var i = 1; i < english.length; i++) {
      if (GENERIC.test(english[i])) { english.length = i; break; }
    }
    return [english.join(" "), name[1].replace(/[（(，,].*$/, "")];
  }

  function radius(value, most) {
    return value > 0 && most ? 2.2 + WIDEST * self.scale() * Math.sqrt(value / most) : 2;
  }

  self.mostHandled = function () {
    return self.data.nodes.reduce(function (most, node) {
      return Math.max(most, node[self.measure] || 0);
    }, 0);
  };
  self.radius = function (value) { return radius(value, self.mostHandled()); };

  self.addPlaces = function (group) {
    var map = self.map;
    map.createPane("places").style.zIndex = 450;
    var renderer = L.svg({ pane: "places", padding: 0.2 });
    self.data.nodes.forEach(function (node, rank) {
      var wait = worstWait(rank);
      var at = [node.at[1], node.at[0]];
      var ring = wait === null ? null : L.circleMarker(at, {
        pane: "places", renderer: renderer, interactive: false, fill: false, weight: 2.2,
        color: self.colour("--alarm"), dashArray: "3 2.5"
      }).addTo(group);
      var circle = L.circleMarker(at, {
        pane: "places", renderer: renderer, weight: 1.3, color: self.colour("--ink"),
        fillColor: self.colour(node.kind === "zone" ? "--zone" : "--place"), fillOpacity: 1
      });
      circle.bindTooltip(function () { return self.nodeTooltip(node); },
                         { className: "tip-box", opacity: 1, direction: "top" });
      circle.on("click", function () { self.openCard(at, self.nodeCard(node, rank)); });
      circle.addTo(group);
      circles.push({ node: node, rank: rank, circle: circle, ring: ring, wait: wait });
    });
    circles.sort(function (a, b) { return (b.node.teu || 0) - (a.node.teu || 0); });
    map.on("zoomend", style);
    style();
    // Small circles lie over large ones, so that each can be clicked.
    circles.forEach(function (one) { one.circle.bringToFront(); });
  };

  // Mean wait of the worst of the marked facilities at a node, null where none is marked.
  function worstWait(rank) {
    var worst = null;
    self.data.waits.forEach(function (wait) {
      var one = self.data.facilities[wait.facility];
      if (one.node === rank && (worst === null || one.wait_h > worst)) worst = one.wait_h;
    });
    return worst;
  }

  function style() {
    var most = self.mostHandled();
    circles.forEach(function (one) {
      var size = radius(one.node[self.measure] || 0, most);
      one.circle.setRadius(size);
      one.circle.setStyle({ opacity: one.node.teu > 0 ? 1 : 0.6 });
      if (one.ring) one.ring.setRadius(size + 4);
    });
  }

  self.restylePlaces = style;

  self.openNode = function (rank) {
    var found = circles.filter(function (one) { return one.rank === rank; })[0];
    if (!found) return;
    self.map.setView(found.circle.getLatLng(), Math.max(self.map.getZoom(), 5), { animate: false });
    self.openCard(found.circle.getLatLng(), self.nodeCard(found.node, rank));
  };

  // -- names ----------------------------------------------------------------------------------

  // Names in order of rank, each placed where it hides nothing placed before, or not at all.
  self.Names = L.Layer.extend({
    onAdd: function (map) {
      this._box = L.DomUtil.create("div", "names leaflet-zoom-hide", map.getPane("names"));
      this._pen = document.createElement("canvas").getContext("2d");
      map.on("moveend zoomend viewreset resize", this._place, this);
      this._place();
    },

    onRemove: function (map) {
      map.off("moveend zoomend viewreset resize", this._place, this);
      L.DomUtil.remove(this._box);
    },

    _place: function () {
      var map = this._map, box = this._box, size = map.getSize(), taken = obstacles(map);
      box.textContent = "";
      var origin = map.containerPointToLayerPoint([0, 0]);
      candidates(map).forEach(function (one) {
        var at = map.latLngToContainerPoint(one.at);
        if (at.x < 0 || at.y < 0 || at.x > size.x || at.y > size.y) return;
        var wide = this._width(one), high = one.big ? 19 : one.kind === "wait" ? 16 : 15;
        var gap = one.gap + 3, spot = null;
        [[gap, -high / 2], [-gap - wide, -high / 2], [-wide / 2, -gap - high], [-wide / 2, gap],
         [gap, -gap - high + 4], [gap, gap - 4], [-gap - wide, -gap - high + 4],
         [-gap - wide, gap - 4]].some(
          function (move) {
            var rect = { x: at.x + move[0], y: at.y + move[1], w: wide, h: high };
            var fits = rect.x > 2 && rect.y > 2 && rect.x + wide < size.x - 2 &&
              rect.y + high < size.y - 2 && !taken.some(function (t) { return meet(rect, t); });
            if (fits) spot = rect;
            return fits;
          });
        if (!spot) return;
        taken.push(spot);
        var label = self.el("div", { "class": "name " + one.kind + (one.big ? " big" : "") },
                            one.kind === "wait" ? one.text[0] : self.both(one.text));
        label.style.transform = "translate(" + Math.round(origin.x + spot.x) + "px," +
          Math.round(origin.y + spot.y) + "px)";
        box.appendChild(label);
      }, this);
    },

    _width: function (one) {
      var family = getComputedStyle(this._map.getContainer()).fontFamily, pen = this._pen;
      var px = one.big ? 15 : 12;
      pen.font = "600 " + px + "px " + family;
      var wide = pen.measureText(one.text[1]).width;
      if (one.kind === "wait") return pen.measureText(one.text[0]).width + 10;
      pen.font = (one.big ? "600 14px " : "11px ") + family;
      return wide + (one.text[0] && one.text[1] ? 4 : 0) + pen.measureText(one.text[0]).width + 3;
    }
  });

  function candidates(map) {
    var zoom = map.getZoom(), found = [];
    var view = self.data.view, home = null;
    // Far out all of Chongqing is one name.
    if (view.home && zoom < FULL_FROM) {
      home = map.latLngToContainerPoint([view.home[1], view.home[0]]);
      found.push({ at: [view.home[1], view.home[0]], text: self.data.home, big: true, gap: 12,
                   kind: "home" });
    }
    circles.forEach(function (one) {
      if (one.wait === null || !one.circle._map) return;
      found.push({ at: one.circle.getLatLng(), kind: "wait", gap: one.circle.getRadius() + 4,
                   text: [one.wait >= 100 ? Math.round(one.wait / 24) + " d"
                                          : Math.round(one.wait) + " h", ""] });
    });
    circles.forEach(function (one, rank) {
      if (!one.circle._map || (rank >= RANKED && zoom < ALL_FROM)) return;
      if (!(one.node.teu > 0) && zoom < ALL_FROM) return;
      if (home && map.latLngToContainerPoint(one.circle.getLatLng()).distanceTo(home) < 24) return;
      found.push({ at: one.circle.getLatLng(), kind: one.node.kind === "zone" ? "of-zone" : "",
                   gap: one.circle.getRadius() + (one.ring ? 4 : 0),
                   text: zoom >= FULL_FROM ? one.node.name : short(one.node.name) });
    });
    return found;
  }

  // Controls are obstacles, so that no name begins below one.
  function obstacles(map) {
    var frame = map.getContainer().getBoundingClientRect();
    return Array.from(map.getContainer().querySelectorAll(".leaflet-control")).map(
      function (control) {
        var rect = control.getBoundingClientRect();
        return { x: rect.left - frame.left, y: rect.top - frame.top, w: rect.width,
                 h: rect.height };
      });
  }

  function meet(a, b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  }
})(corridorMap);
