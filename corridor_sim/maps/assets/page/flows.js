// Links: one line per direction, width by throughput, colour by utilisation.
(function (self) {
  // Lower bounds of utilisation; the class of a line is also told by its dashes and its popup.
  self.classes = [
    { from: 0, css: "--use-0", words: "< 50 %" },
    { from: 0.5, css: "--use-1", words: "50–70 %" },
    { from: 0.7, css: "--use-2", words: "70–85 %" },
    { from: 0.85, css: "--use-3", words: "85–95 %" },
    { from: 0.95, css: "--use-4", words: "≥ 95 %", dashed: true }
  ];
  var WIDEST = 16, MOST_SVG_LINES = 1500;
  var colours = Object.create(null);

  function flows() { return self.frame.flows; }

  self.classOf = function (share) {
    var found = null;
    if (share !== null && share !== undefined) {
      self.classes.forEach(function (one) { if (share >= one.from) found = one; });
    }
    return found;
  };

  self.colour = function (css) {
    if (!(css in colours)) {
      colours[css] = getComputedStyle(document.documentElement).getPropertyValue(css).trim();
    }
    return colours[css];
  };

  // Lines are thinner on a small map, where many of them meet.
  self.scale = function () {
    return Math.max(0.5, Math.min(1.25, 0.5 + (self.map.getZoom() - 2.5) * 0.15));
  };

  // What runs along a stretch and what against it: amounts, and load over room where there is any.
  self.sums = function (stretch) {
    var ways = [{ room: 0, load: 0 }, { room: 0, load: 0 }];
    ways.forEach(function (way) { way.value = 0; way.there = false; });
    stretch.links.forEach(function (rank, number) {
      self.data.links[rank].ways.forEach(function (way, side) {
        var sum = ways[side ^ stretch.against[number]];
        sum.there = true;
        var both = self.loadAndRoom(way);
        sum.value += self.value(way);
        sum.room += both.room;
        sum.load += both.load;
      });
    });
    ways.forEach(function (way) { way.use = way.room > 0 ? way.load / way.room : null; });
    return ways;
  };

  // The largest amount on any line: of any period where periods are shown, so that they compare.
  self.most = function () {
    return self.isSplit() ? Math.max.apply(null, self.frames.map(function (frame) {
      return self.within(frame, mostHere);
    })) : mostHere();
  };

  function mostHere() {
    if (self.spreads()) return mostHigh();
    if (self.period === null || self.isChange()) return mostNow();
    var key = self.measure + self.cargo + self.side;
    if (!(key in mostOf)) {
      mostOf[key] = flows().reduce(function (most, flow) {
        return Math.max.apply(null, [most].concat(seriesOf(flow.stretch, 0),
                                                  seriesOf(flow.stretch, 1)));
      }, 0);
    }
    return mostOf[key];
  }
  var mostOf = Object.create(null);

  // Percentiles are drawn to one scale.
  function mostHigh() {
    return self.as("high", function () {
      return flows().reduce(function (found, flow) {
        return self.sums(flow.stretch).reduce(function (more, way) {
          return Math.max(more, way.value);
        }, found);
      }, 0);
    });
  }

  // What runs along a stretch, or against it, in each period.
  function seriesOf(stretch, along) {
    var sums = self.data.periods.names.map(function () { return 0; });
    stretch.links.forEach(function (rank, number) {
      var way = self.data.links[rank].ways[along ^ stretch.against[number]];
      var item = self.side === "b" ? way && way.b : way;
      if (!item) return;
      self.series(item, self.measure, self.cargo).forEach(function (value, at) { sums[at] += value; });
    });
    return sums;
  }

  function mostNow() {
    return flows().reduce(function (most, flow) {
      return Math.max(most, Math.abs(flow.ways[0].value), Math.abs(flow.ways[1].value));
    }, 0);
  }

  // The middle of the line a link is drawn on, null where it is not drawn.
  self.middleOf = function (rank) {
    var found = flows().filter(function (flow) {
      return flow.stretch.links.indexOf(rank) >= 0;
    })[0];
    if (!found) return null;
    var points = self.decode(found.stretch.line[0]);
    return points[Math.floor(points.length / 2)];
  };

  self.width = function (value) { return width(value, self.most()); };

  function width(value, most) {
    return value && most ? 0.9 + WIDEST * self.scale() * Math.sqrt(Math.min(1, Math.abs(value) / most)) : 0.7;
  }

  function isMany() { return flows().length * 2 > MOST_SVG_LINES; }

  // The lines that are seen. What the pointer meets is added when they are, by `addHits`.
  self.addFlows = function (groups) {
    var map = self.map;
    ["flows", "hits"].forEach(function (name, rank) {
      map.createPane(name).style.zIndex = 400 + rank * 10;
    });
    map.getPane("flows").style.pointerEvents = "none";
    self.frame.flows = self.data.stretches.filter(function (stretch) {
      return stretch.line.length;
    }).map(function (stretch) {
      var link = self.data.links[stretch.links[0]];
      return { stretch: stretch, ways: self.sums(stretch), lines: [], hit: null,
               mode: link.mode, group: groups[link.corridor] };
    });
    // A canvas is there in a fraction of the time of as many elements; see `forPaper`.
    var renderer = L.canvas({ pane: "flows", padding: 0.3 });
    var styles = styler(), drawn = [];
    flows().forEach(function (flow) {
      var parts = flow.parts = partsOf(flow.stretch);
      var back = parts.map(function (part) { return part.slice().reverse(); }).reverse();
      flow.ways.forEach(function (way, side) {
        if (!way.there) return;
        var line = new self.Flow(side ? back : parts, L.extend({
          pane: "flows", renderer: renderer, interactive: false, lineJoin: "round",
          smoothFactor: 1.2
        }, styles(way)));
        flow.lines.push({ line: line, side: side });
        drawn.push({ line: line, group: flow.group, mode: flow.mode, value: Math.abs(way.value) });
      });
    });
    // Wide lines lie below narrow ones.
    drawn.sort(function (a, b) { return b.value - a.value; });
    drawn.forEach(function (one) {
      if (!self.hiddenModes[one.mode]) one.line.addTo(one.group);
    });
    map.on("zoomend", self.here(restyle));
  };

  // Paper wants lines that stay sharp at any size: elements instead of a canvas, but for very many.
  self.forPaper = function (on) {
    self.each(function (frame) {
      if (isMany() || Boolean(frame.isForPaper) === on) return;
      frame.isForPaper = on;
      var renderer = (on ? L.svg : L.canvas)({ pane: "flows", padding: 0.3 }), shown = [];
      flows().forEach(function (flow) {
        flow.lines.forEach(function (one) {
          if (flow.group.hasLayer(one.line)) shown.push([flow, one.line]);
          flow.group.removeLayer(one.line);
          if (one.line.options.renderer._map) one.line.options.renderer.remove();
          one.line.options.renderer = renderer;
        });
      });
      shown.forEach(function (pair) { pair[1].addTo(pair[0].group); });
    });
    self.restyleFlows();
  };
  // On paper nothing can be opened: the legend is.
  window.addEventListener("beforeprint", function () {
    var legend = document.querySelector("details.legend");
    legend.dataset.onScreen = legend.open ? "open" : "";
    legend.open = true;
    self.forPaper(true);
  });
  window.addEventListener("afterprint", function () {
    var legend = document.querySelector("details.legend");
    legend.open = legend.dataset.onScreen === "open";
    self.forPaper(false);
  });

  // The points of a stretch, the same for all frames.
  function partsOf(stretch) {
    if (stretch.parts) return stretch.parts;
    var parts = stretch.line.map(self.decode);
    pin(parts[0], 0, stretch);
    pin(parts[parts.length - 1], parts[parts.length - 1].length - 1, stretch);
    stretch.parts = parts.concat(westwards(parts));
    return stretch.parts;
  }

  // What clicks and pointers meet: not seen, on a canvas that costs no element for each line.
  self.addHits = function () {
    var renderer = L.canvas({ pane: "hits", padding: 0.1 });
    flows().forEach(function (flow) {
      flow.hit = hitLine(flow, flow.parts, renderer);
      if (!self.hiddenModes[flow.mode]) flow.hit.addTo(flow.group);
    });
  };

  // A lane that leaves the map in the Atlantic goes on to the Americas shown once more in the west.
  function westwards(parts) {
    return parts.filter(function (part) {
      return part[0][1] === 330 || part[part.length - 1][1] === 330;
    }).map(function (part) {
      return part.map(function (point) { return [point[0], point[1] - 360]; });
    });
  }

  // What the pointer meets: as wide as both directions and a margin, not seen.
  function hitLine(flow, parts, renderer) {
    var hit = L.polyline(parts, {
      pane: "hits", renderer: renderer, color: "#000", opacity: 0, weight: hitWidth(flow),
      lineCap: "butt", smoothFactor: 1.2
    });
    hit.bindTooltip(self.here(function () { return self.stretchTooltip(flow); }),
                    { sticky: true, className: "tip-box", opacity: 1 });
    hit.on("click", self.here(function (event) { self.openStretchAt(event.latlng, flow); }));
    hit.on("mouseover", function () { hit.setStyle({ opacity: 0.16 }); });
    hit.on("mouseout", function () { hit.setStyle({ opacity: 0 }); });
    return hit;
  }

  function hitWidth(flow) {
    return Math.max(11, flow.lines.reduce(function (sum, one) {
      return sum + one.line.options.weight;
    }, 6));
  }

  // The ends of a line are the places themselves: its text is rounded.
  function pin(part, at, stretch) {
    stretch.links.some(function (rank) {
      return self.data.links[rank].ends.some(function (end) {
        var place = self.data.nodes[end].at;
        var near = Math.abs(part[at][1] - place[0]) < 0.0075 &&
          Math.abs(part[at][0] - place[1]) < 0.0075;
        if (near) part[at] = [place[1], place[0]];
        return near;
      });
    });
  }

  // A function that gives the style of one direction at the present zoom and measure.
  function styler() {
    var unlimited = self.colour("--use-none"), unused = self.colour("--unused");
    var most = self.most(), change = self.isChange();
    var grew = self.colour("--grew"), shrank = self.colour("--shrank");
    var colours = self.classes.map(function (one) { return self.colour(one.css); });
    return function (way) {
      var value = way.value, wide = width(value, most);
      if (change) return changeStyle(value, wide, value > 0 ? grew : shrank, unused);
      var found = value > 0 ? self.classOf(way.use) : null;
      return {
        weight: wide,
        offset: wide / 2 + 0.3,
        color: !(value > 0) ? unused : found ? colours[self.classes.indexOf(found)] : unlimited,
        opacity: value > 0 ? 1 : 0.5,
        lineCap: found && found.dashed ? "butt" : "round",
        dashArray: found && found.dashed
          ? Math.max(5, wide * 1.4) + " " + Math.max(2.5, wide * 0.45) : null
      };
    };
  }

  // What shrank is dashed, so that it can be told without its colour.
  function changeStyle(value, wide, colour, unused) {
    return {
      weight: wide, offset: wide / 2 + 0.3, color: value ? colour : unused,
      opacity: value ? 1 : 0.5, lineCap: value < 0 ? "butt" : "round",
      dashArray: value < 0 ? Math.max(5, wide * 1.4) + " " + Math.max(2.5, wide * 0.6) : null
    };
  }

  function restyle() {
    var styles = styler();
    flows().forEach(function (flow) {
      flow.lines.forEach(function (one) {
        one.line.setStyle(styles(flow.ways[one.side]));
        one.line.redraw();
      });
      if (flow.hit) flow.hit.setStyle({ weight: hitWidth(flow) });
    });
  }

  self.restyleFlows = function () {
    // Two maps have one scale: the amounts of both come first.
    self.each(function () {
      flows().forEach(function (flow) { flow.ways = self.sums(flow.stretch); });
    });
    self.each(function () {
      restyle();
      var all = [];
      flows().forEach(function (flow) {
        flow.lines.forEach(function (one) {
          all.push({ line: one.line, value: Math.abs(flow.ways[one.side].value) });
        });
      });
      all.sort(function (a, b) { return b.value - a.value; });
      all.forEach(function (one) { if (one.line._map) one.line.bringToFront(); });
    });
  };

  // Shows the lines of a mode or takes them away.
  self.hiddenModes = Object.create(null);
  self.showMode = function (mode, on) {
    self.hiddenModes[mode] = !on;
    self.frames.forEach(function (frame) {
      frame.flows.forEach(function (flow) {
        if (flow.mode !== mode) return;
        flow.lines.map(function (one) { return one.line; }).concat(flow.hit || []).forEach(
          function (line) {
            if (on) line.addTo(flow.group); else flow.group.removeLayer(line);
          });
      });
    });
    if (on) self.restyleFlows();
  };

  self.modes = function () {
    var found = [];
    flows().forEach(function (flow) { if (found.indexOf(flow.mode) < 0) found.push(flow.mode); });
    return found;
  };

  // Opens the card of a stretch by its rank in the data.
  self.openStretch = function (rank) {
    flows().forEach(function (flow) {
      if (flow.stretch !== self.data.stretches[rank] || !flow.hit || !flow.hit._map) return;
      self.openStretchAt(flow.hit.getCenter(), flow);
    });
  };
})(corridorMap);
