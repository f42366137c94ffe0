// Controls: what the run was and how far it reaches, the switch of the measure, the legend.
(function (self) {
  function control(position, node, name) {
    var Control = L.Control.extend({
      onAdd: function () {
        L.DomEvent.disableClickPropagation(node);
        L.DomEvent.disableScrollPropagation(node);
        node.classList.add("box", name);
        // Names on the map make room for a control that grows.
        new ResizeObserver(function () { self.map.fire("controlchange"); }).observe(node);
        return node;
      }
    });
    new Control({ position: position }).addTo(self.map);
    return node;
  }

  function section(key, children, open, note) {
    var attributes = open ? { open: "" } : {};
    return self.el("details", attributes, [
      self.el("summary", {}, self.say(key)),
      note ? self.el("p", { "class": "quiet" }, self.say(note)) : null
    ].concat(children));
  }

  // -- run and goal -----------------------------------------------------------------------------

  self.addPanel = function () {
    var goal = self.data.goal, run = self.data.run;
    var meta = run.scenario + " · " + run.first + " – " + run.last + " · " +
      self.plain(self.word("seed")) + " " + run.seed +
      (run.replication ? " · " + self.plain(self.word("replication")) + " " + run.replication : "");
    var wide = !self.isNarrow();
    var panel = control("topleft", self.el("section", { "aria-label": self.plain(
      self.word("heading")) }, [
      self.el("h1", {}, self.say("heading")),
      run.title ? self.el("p", { "class": "title" }, run.title) : null,
      self.el("p", { "class": "quiet meta" }, meta),
      self.el("p", { "class": "headline" }, [
        self.el("b", {}, self.number(goal.cleared * 10, 0) + " 亿元"), " ",
        self.el("span", {}, self.number(goal.cleared, 1) + " bn yuan")
      ]),
      self.el("p", { "class": "quiet" }, self.say("cleared")),
      self.gauge(goal),
      self.el("ul", { "class": "goals" }, goal.targets.map(function (target, rank) {
        return self.el("li", {}, [
          self.el("b", {}, self.number(goal.shares[rank] * 100, 1) + " %"), " ",
          self.both(["of " + self.number(target / 1000, target % 100 ? 2 : 1) + " trillion yuan",
                     "占 " + self.number(target / 1000, target % 100 ? 2 : 1) + " 万亿元"])
        ]);
      })),
      goal.is_whole_year ? null : self.el("p", { "class": "warning" }, pace(goal)),
      section("by_corridor", byCorridor(goal), wide),
      self.data.waits.length
        ? section("waits", waits(), wide && window.innerHeight > 700, "waits_note") : null
    ]), "panel");
    // On a small screen the controls on the right begin below it.
    new ResizeObserver(function () {
      document.documentElement.style.setProperty("--panel-height", panel.offsetHeight + "px");
      self.map.fire("controlchange");
    }).observe(panel);
  };

  function pace(goal) {
    return self.both(self.word("not_a_year").map(function (text) {
      return text.replace("{days}", self.number(goal.days, 0))
        .replace("{bn}", self.number(goal.yearly, 1))
        .replace("{yi}", self.number(goal.yearly * 10, 0));
    }));
  }

  function byCorridor(goal) {
    var head = self.el("tr", {}, [
      self.el("td", {}, ""),
      self.el("th", { scope: "col" }, ["10 亿元", self.el("br"), "bn yuan"]),
      self.el("th", { scope: "col" }, ["标箱", self.el("br"), "TEU"])
    ]);
    var rows = goal.corridors.map(function (corridor, rank) {
      return self.el("tr", {}, [
        self.el("th", { scope: "row" }, named("c" + rank, corridor.name)),
        self.el("td", {}, self.number(corridor.bn, 1)),
        self.el("td", {}, self.number(corridor.teu, 0))
      ]);
    });
    var sums = [["offered", goal.offered], ["delivered", goal.delivered]].map(function (sum) {
      return self.el("tr", { "class": "sum" }, [
        self.el("th", { scope: "row" }, named(sum[0], self.word(sum[0] + "_value"))),
        self.el("td", {}, self.number(sum[1], 1)), self.el("td", {}, "")
      ]);
    });
    return [self.el("table", {}, [head].concat(rows, sums))];
  }

  function named(key, name) {
    return self.el("div", { "class": "named" }, [
      self.el("i", { "class": "key " + key }), self.both(name)
    ]);
  }

  function waits() {
    return [self.el("ol", { "class": "waits" }, self.data.waits.slice(0, 5).map(function (wait) {
      var one = self.data.facilities[wait.facility];
      var button = self.el("button", { type: "button" }, [
        self.both(one.name[0] || one.name[1] ? one.name : self.data.nodes[one.node].name),
        self.el("b", {}, self.hours(one.wait_h))
      ]);
      button.addEventListener("click", function () { self.openNode(one.node); });
      return self.el("li", {}, button);
    }))];
  }

  // -- measure and views --------------------------------------------------------------------------

  self.addSwitch = function () {
    var box = self.el("fieldset", {}, self.el("legend", {}, self.say("measure")));
    ["teu", "cny"].forEach(function (measure) {
      var input = self.el("input", { type: "radio", name: "measure", id: "measure-" + measure,
                                     value: measure });
      input.checked = measure === self.measure;
      input.addEventListener("change", function () {
        self.measure = measure;
        self.restyleFlows();
        self.restylePlaces();
        self.closeCard();
        self.map.fire("measurechange");
      });
      box.appendChild(self.el("label", { "for": "measure-" + measure }, [
        input, self.say(measure)
      ]));
    });
    control(self.isNarrow() ? "bottomleft" : "topright", box, "switch");
  };

  var ICONS = {
    home: "M8 2 L14 8 H12.4 V14 H9.6 V10 H6.4 V14 H3.6 V8 H2 Z",
    whole: "M8 1.6 A6.4 6.4 0 1 0 8 14.4 A6.4 6.4 0 1 0 8 1.6 Z M1.6 8 H14.4 M8 1.6 " +
      "C4.6 5 4.6 11 8 14.4 C11.4 11 11.4 5 8 1.6"
  };

  // Zoom, and the two views, in one bar.
  self.addViews = function () {
    var zoom = L.control.zoom({
      position: "topright", zoomInTitle: self.plain(self.word("zoom_in")),
      zoomOutTitle: self.plain(self.word("zoom_out"))
    }).addTo(self.map).getContainer();
    zoom.classList.add("views");
    ["home", "whole"].forEach(function (view) {
      var button = self.el("button", {
        type: "button", title: self.plain(self.word(view)), "aria-label": self.plain(self.word(view))
      }, self.svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
                  self.svg("path", { d: ICONS[view], "class": view })));
      button.addEventListener("click", function () { self.show(view); });
      zoom.appendChild(button);
    });
  };

  // -- legend ---------------------------------------------------------------------------------------

  self.addLegend = function () {
    var widths = self.el("div", { "class": "widths" }), circles = self.el("div", {});
    var classes = self.classes.map(function (one) {
      return line(self.colour(one.css), 6, one.dashed ? "8 3" : null, one.words);
    });
    classes.push(line(self.colour("--use-none"), 6, null, self.say("no_limit")));
    classes.push(line(self.colour("--unused"), 1, null, self.say("unused")));
    var open = !self.isNarrow() && window.innerHeight > 720;
    var box = self.el("details", open ? { open: "" } : {}, [
      self.el("summary", {}, self.say("legend")),
      self.el("h3", {}, self.say("utilisation")), self.el("div", {}, classes),
      self.el("h3", {}, self.say("width")), widths, circles,
      self.data.waits.length ? mark("ring", self.say("bottleneck")) : null,
      mark("of-zone", self.say("zone")),
      self.el("p", { "class": "quiet" }, self.say("right_hand"))
    ]);
    control("bottomright", box, "legend");
    function fill() {
      var most = self.most(self.measure);
      widths.textContent = circles.textContent = "";
      [1, 0.25, 0.04].forEach(function (share) {
        var value = round(most * share);
        if (!value) return;
        widths.appendChild(line(self.colour("--use-1"), self.width(value), null, told(value)));
      });
      var handled = round(self.mostHandled() * 0.5);
      if (handled) {
        circles.appendChild(mark("place", [self.say("circle"), " ",
          told(handled)], self.radius(handled)));
      }
    }
    self.map.on("zoomend measurechange", fill);
    fill();
  };

  // A round amount in few words.
  function told(value) {
    if (self.measure === "teu") return self.amount("teu", value);
    return (value / 100).toLocaleString("en-GB") + " 亿元 · " +
      (value / 1000).toLocaleString("en-GB") + " bn";
  }

  // One significant figure, downwards.
  function round(value) {
    if (!(value > 0)) return 0;
    var unit = Math.pow(10, Math.floor(Math.log10(value)));
    return Math.floor(value / unit) * unit;
  }

  function line(colour, width, dashes, words) {
    var stroke = { x1: 0, x2: 34, y1: 9, y2: 9, stroke: colour, "stroke-width": width };
    if (dashes) stroke["stroke-dasharray"] = dashes;
    return self.el("div", { "class": "entry" }, [
      self.svg("svg", { width: 34, height: 18, "aria-hidden": "true" }, self.svg("line", stroke)),
      self.el("span", {}, words)
    ]);
  }

  function mark(name, words, size) {
    var shape = { cx: 17, cy: 11, r: Math.min(size || 6, 10), "class": name };
    return self.el("div", { "class": "entry" }, [
      self.svg("svg", { width: 34, height: 22, "aria-hidden": "true" },
               self.svg("circle", shape)),
      self.el("span", {}, words)
    ]);
  }
})(corridorMap);
