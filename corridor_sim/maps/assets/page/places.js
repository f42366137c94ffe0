// Places: circles by boxes handled, rings where boxes wait long, names that do not collide.
(function (self) {
  var WIDEST = 12, RANKED = 45, ALL_FROM = 5, FULL_FROM = 7.5, LONG_H = 12;
  // Words after which the rest of an English name says what the place is, not where.
  var GENERIC = new RegExp("^(port|rail|railway|international|container|terminal|station|airport|" +
    "land|dry|road|icd|ship|highway|marshalling|yard|zone|locks?)$", "i");
  var WHEN_PLACED = "moveend resize";

  // A name without what stands in brackets.
  function plainName(name) {
    return [name[0].replace(/\s*[(].*$/, ""), name[1].replace(/[（(].*$/, "")];
  }

  // The first words of a long name, enough for a label.
  function short(name) {
    var english = name[0].replace(/\s*[(,/].*$/, "").replace(/^Zone /, "").split(" ");
    for (var i = 1; i < english.length; i++) {
      if (GENERIC.test(english[i])) { english.length = i; break; }
    }
    return [english.join(" "), name[1].replace(/[（(，,].*$/, "")];
  }

  function radius(value, most) {
    return value && most ? 2.2 + WIDEST * self.scale() * Math.sqrt(Math.min(1, Math.abs(value) / most)) : 2;
  }

  self.mostHandled = function () {
    if (!self.isSplit()) return mostHere();
    return Math.max.apply(null, ["a", "b"].map(function (side) { return self.as(side, mostHere); }));
  };

  function mostHere() {
    return self.data.nodes.reduce(function (most, node) {
      return Math.max(most, Math.abs(self.value(node)));
    }, 0);
  }

  self.busy = function (node) { return self.whole(node, "teu", "all") || node.passing; };
  self.radius = function (value) { return radius(value, self.mostHandled()); };

  // The most that ever wait at one place, in any period of either run: queues keep one scale.
  var mostWaiting = null;
  self.mostWaiting = function () {
    if (mostWaiting === null) {
      mostWaiting = 0;
      Object.keys(self.data.byNode).forEach(function (rank) {
        [0, 1].forEach(function (other) {
          var sums = [0];
          self.data.byNode[rank].forEach(function (one) {
            var item = other ? one.b || {} : one;
            sums[0] += item.mean_queue || 0;
            (item.queue || []).forEach(function (value, at) {
              sums[at + 1] = (sums[at + 1] || 0) + (value || 0);
            });
          });
          mostWaiting = Math.max.apply(null, sums.concat(mostWaiting));
        });
      });
    }
    return mostWaiting;
  };

  // How far the disc of those who wait reaches beyond its place; fewer than one is not seen.
  self.reach = function (waiting) {
    if (!(waiting >= 1)) return 0;
    return 3 + 26 * self.scale() * Math.sqrt(waiting / Math.max(self.mostWaiting(), 20));
  };

  self.addPlaces = function (group) {
    var map = self.map, circles = self.frame.circles;
    map.createPane("waiting").style.zIndex = 405;
    map.getPane("waiting").style.pointerEvents = "none";
    map.createPane("places").style.zIndex = 450;
    var renderer = L.svg({ pane: "places", padding: 0.2 });
    var below = L.svg({ pane: "waiting", padding: 0.2 });
    self.data.nodes.forEach(function (node, rank) {
      circles.push({ node: node, rank: rank, at: [node.at[1], node.at[0]], wait: worstWait(rank) });
    });
    // Small circles lie over large ones, so that each can be clicked.
    circles.sort(function (a, b) { return rankOf(b) - rankOf(a); });
    circles.forEach(function (one) {
      one.disc = !hasQueue(one.rank) ? null : L.circleMarker(one.at, {
        pane: "waiting", renderer: below, interactive: false, radius: 1, weight: 1,
        color: self.colour("--alarm"), fillColor: self.colour("--waiting")
      }).addTo(group);
      one.ring = one.wait === null ? null : L.circleMarker(one.at, {
        pane: "places", renderer: renderer, interactive: false, fill: false, weight: 2.2,
        color: self.colour("--alarm"), dashArray: "3 2.5"
      }).addTo(group);
      one.circle = L.circleMarker(one.at, {
        pane: "places", renderer: renderer, weight: 1.3, color: self.colour("--ink"),
        fillColor: self.colour(one.node.kind === "zone" ? "--zone" : "--place"), fillOpacity: 1
      });
    });
    style();
    circles.forEach(function (one) { one.circle.addTo(group); });
    map.on("zoomend", self.here(style));
  };

  // What pointers and clicks get from places.
  self.addAnswers = function () {
    self.frame.circles.forEach(function (one) {
      one.circle.bindTooltip(self.here(function () { return self.nodeTooltip(one.node, one.rank); }),
                             { className: "tip-box", opacity: 1, direction: "top" });
      one.circle.on("click", self.here(function () {
        self.openCard(one.at, self.nodeCard(one.node, one.rank));
      }));
    });
  };

  function hasQueue(rank) {
    return (self.data.byNode[rank] || []).some(function (one) {
      return [one, one.b || {}].some(function (item) {
        return item.mean_queue >= 1 || (item.queue || []).some(function (value) { return value >= 1; });
      });
    });
  }

  // Zones lie beside the ports and yards that serve them, which say more.
  function rankOf(one) { return self.busy(one.node) * (one.node.kind === "zone" ? 0.3 : 1); }

  // Mean wait of the worst of the marked facilities at a node, null where none is marked.
  function worstWait(rank) {
    var worst = null;
    self.data.waits.forEach(function (wait) {
      var one = self.data.facilities[wait.facility];
      var hours = self.figuresOf(one).wait;
      if (one.node === rank && hours && (worst === null || hours > worst)) worst = hours;
    });
    return worst;
  }

  function style() {
    var most = self.mostHandled(), change = self.isChange();
    self.frame.circles.forEach(function (one) {
      // Boxes go through a lock without changing vehicle: it is as large as what passes.
      var busy = self.busy(one.node), whole = self.period === null && self.side === "a";
      var boxes = whole && self.measure === "teu" && self.cargo === "all";
      var size = radius(self.value(one.node) || (boxes ? busy : 0), most);
      one.wait = worstWait(one.rank);
      one.circle.setRadius(size);
      if (one.disc) {
        // What waits is told of a run, not of the difference of two.
        var reach = change ? 0 : self.reach(self.waitingAt(one.rank));
        one.disc.setRadius(size + reach);
        one.disc.setStyle({ opacity: reach ? 0.9 : 0, fillOpacity: reach ? 0.75 : 0 });
      }
      one.circle.setStyle({ opacity: busy > 0 ? 1 : 0.6 });
      if (one.ring) {
        one.ring.setRadius(size + 4);
        one.ring.setStyle({ opacity: one.wait >= 1 ? 1 : 0 });
      }
    });
  }

  self.restylePlaces = function () { self.each(style); };

  self.openNode = function (rank) {
    var found = self.frame.circles.filter(function (one) { return one.rank === rank; })[0];
    if (!found) return;
    self.map.setView(found.circle.getLatLng(), Math.max(self.map.getZoom(), 5), { animate: false });
    self.openCard(found.circle.getLatLng(), self.nodeCard(found.node, rank));
  };

  // -- names ----------------------------------------------------------------------------------

  // Names in order of rank, each placed where it hides nothing placed before, or not at all.
  self.Names = L.Layer.extend({
    initialize: function () {
      this._frame = self.frame;
      this._again = L.Util.throttle(this._place, 50, this);
    },

    onAdd: function (map) {
      this._box = L.DomUtil.create("div", "names leaflet-zoom-hide", map.getPane("names"));
      this._pen = document.createElement("canvas").getContext("2d");
      this._family = getComputedStyle(map.getContainer()).fontFamily;
      this._widths = Object.create(null);
      map.on(WHEN_PLACED, this._place, this);
      // Several controls change at once when the page opens.
      map.on("controlchange", this._again, this);
      this._place();
    },

    onRemove: function (map) {
      map.off(WHEN_PLACED, this._place, this);
      map.off("controlchange", this._again, this);
      L.DomUtil.remove(this._box);
      this._box = null;
    },

    _place: function () {
      var layer = this;
      if (this._box) self.within(this._frame, function () { layer._placeAll(); });
    },

    _placeAll: function () {
      var map = this._map, box = this._box, size = map.getSize(), taken = obstacles(map);
      var origin = map.containerPointToLayerPoint([0, 0]), placed = [];
      candidates(map).forEach(function (one) {
        var at = map.latLngToContainerPoint(one.at);
        if (at.x < 0 || at.y < 0 || at.x > size.x || at.y > size.y) return;
        // A wait is told even where its place's name finds no room.
        [one].concat(one.wait && one.text[0] + one.text[1] ? [L.extend({}, one, { text: ["", ""] })]
                                                           : []).some(function (version) {
          var spot = this._spot(version, at, size, taken);
          if (!spot) return false;
          taken.push(spot);
          var label = self.el("div", { "class": "name " + version.kind }, [
            version.text[0] || version.text[1] ? self.both(version.text) : null,
            version.wait ? self.el("b", { "class": version.wait.long ? "wait long" : "wait" },
                                   version.wait.text) : null
          ]);
          label.style.transform = "translate(" + Math.round(origin.x + spot.x) + "px," +
            Math.round(origin.y + spot.y) + "px)";
          placed.push(label);
          return true;
        }, this);
      }, this);
      box.replaceChildren.apply(box, placed);
    },

    // The first of eight places around a point where a label hides nothing.
    _spot: function (one, at, size, taken) {
      var wide = this._width(one), high = one.kind === "home" ? 19 : 16, gap = one.gap + 3;
      var found = null;
      [[gap, -high / 2], [-gap - wide, -high / 2], [-wide / 2, -gap - high], [-wide / 2, gap],
       [gap, -gap - high + 4], [gap, gap - 4], [-gap - wide, -gap - high + 4],
       [-gap - wide, gap - 4]].some(function (move) {
        var rect = { x: at.x + move[0], y: at.y + move[1], w: wide, h: high };
        var fits = rect.x > 2 && rect.y > 2 && rect.x + wide < size.x - 2 &&
          rect.y + high < size.y - 2 && !taken.some(function (t) { return meet(rect, t); });
        if (fits) found = rect;
        return fits;
      });
      return found;
    },

    _width: function (one) {
      var key = [one.kind, one.text[0], one.text[1], one.wait ? one.wait.text : ""].join("\n");
      if (!(key in this._widths)) this._widths[key] = this._measured(one);
      return this._widths[key];
    },

    _measured: function (one) {
      var family = this._family, pen = this._pen;
      one = L.extend({}, one, { text: self.chosen(one.text) });
      var home = one.kind === "home", wide = 3;
      pen.font = (home ? "700 15px " : "600 12px ") + family;
      wide += pen.measureText(one.text[1]).width;
      pen.font = (home ? "700 14px " : "11px ") + family;
      wide += (one.text[0] && one.text[1] ? 4 : 0) + pen.measureText(one.text[0]).width;
      if (one.wait) {
        pen.font = "600 11px " + family;
        wide += pen.measureText(one.wait.text).width + 16;
      }
      return wide;
    }
  });

  // What may be named at the present zoom, in order of rank: Chongqing, where boxes wait, the rest.
  function candidates(map) {
    var zoom = map.getZoom(), view = self.data.view, home = null;
    var found = [], waits = [], rest = [];
    // Far out all of Chongqing is one name.
    if (view.home && zoom < FULL_FROM) {
      home = map.latLngToContainerPoint([view.home[1], view.home[0]]);
      found.push({ at: [view.home[1], view.home[0]], text: self.data.home, gap: 12, kind: "home" });
    }
    self.frame.circles.forEach(function (one) {
      if (!one.circle._map) return;
      var at = one.circle.getLatLng();
      var inHome = home && map.latLngToContainerPoint(at).distanceTo(home) < 24;
      if (one.wait === null && (inHome || (!self.busy(one.node) && zoom < ALL_FROM))) return;
      var label = {
        at: at, gap: one.circle.getRadius() + (one.ring ? 4 : 0),
        kind: one.node.kind === "zone" ? "of-zone" : "place",
        text: inHome ? ["", ""] : zoom >= FULL_FROM ? plainName(one.node.name) : short(one.node.name),
        wait: one.wait === null ? null : waitWords(one.wait)
      };
      if (one.wait === null) rest.push(label);
      else waits.push(label);
    });
    waits.sort(function (a, b) { return b.wait.hours - a.wait.hours; });
    waits.forEach(function (label) {
      // Of places on one spot the longest wait is told; the others have their rings.
      var point = map.latLngToContainerPoint(label.at);
      var isOnSpot = waits.some(function (other) {
        return other.told && other.told.distanceTo(point) < 14;
      });
      if (isOnSpot) return;
      label.told = point;
      found.push(label);
    });
    return found.concat(zoom < ALL_FROM ? rest.slice(0, RANKED) : rest);
  }

  function waitWords(hours) {
    return {
      hours: hours, long: hours >= LONG_H,
      text: hours >= 72 ? Math.round(hours / 24) + " " + (self.lang === "zh" ? "天" : "d")
                        : Math.round(hours) + " " + (self.lang === "zh" ? "小时" : "h")
    };
  }

  // Controls are obstacles, so that no name begins below one.
  function obstacles(map) {
    var frame = map.getContainer().getBoundingClientRect();
    return Array.from(document.querySelectorAll(".leaflet-control")).map(
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
