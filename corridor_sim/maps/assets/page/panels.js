// Controls: what the run was and how far it reaches, the switch of the measure, the views.
(function (self) {
  self.addControl = function (position, node, name) {
    var Control = L.Control.extend({
      onAdd: function () {
        L.DomEvent.disableClickPropagation(node);
        L.DomEvent.disableScrollPropagation(node);
        node.classList.add("box", name);
        self.noteSize(node);
        return node;
      }
    });
    new Control({ position: position }).addTo(self.map);
    return node;
  };

  // Names on the map make room for a control that grows.
  self.noteSize = function (node) {
    new ResizeObserver(function () {
      self.each(function (frame) { frame.map.fire("controlchange"); });
    }).observe(node);
  };

  // Two maps need the room of lists that can be opened again.
  self.fold = function (on) {
    document.querySelectorAll(".panel details, details.legend, .leaflet-control-layers details")
      .forEach(function (list) {
        if (on) list.dataset.wasOpen = list.open ? "yes" : "";
        list.open = on ? false : Boolean(list.dataset.wasOpen);
      });
  };

  function section(key, children, open, note) {
    var attributes = open ? { open: "" } : {};
    return self.el("details", attributes, [
      self.el("summary", {}, self.say(key)),
      note ? self.el("p", { "class": "quiet" }, self.say(note)) : null
    ].concat(children));
  }

  // -- run and goal -----------------------------------------------------------------------------

  self.addPanel = function () {
    var run = self.data.run, other = self.data.other, answer = self.el("div", {});
    var wide = !self.isNarrow();
    var panel = self.addControl("topleft", self.el("section", { "aria-label": self.plain(
      self.word("heading")) }, [
      self.el("h1", {}, self.say("heading")),
      other ? self.el("p", { "class": "title" }, [self.el("b", {}, "A "), told(run)]) : null,
      other ? self.el("p", { "class": "title" }, [self.el("b", {}, "B "), told(other.run)])
            : run.title ? self.el("p", { "class": "title" }, run.title) : null,
      other ? null : self.el("p", { "class": "quiet meta" }, meta(run)),
      answer,
      self.data.waits.length
        ? section("waits", waits(), wide && window.innerHeight > 700,
                  self.data.batch ? "waits_note_batch" : "waits_note") : null
    ]), "panel");
    function fill() {
      var open = answer.querySelector("details");
      var both = other && (self.isChange() || self.isSplit());
      var isOpen = open ? open.open : wide && !self.isSplit();
      answer.textContent = "";
      (both ? change(isOpen) : reached(self.side === "b" ? other.goal : self.data.goal,
                                                     isOpen)).forEach(function (node) {
        if (node) answer.appendChild(node);
      });
    }
    fill();
    self.map.on("statechange", fill);
    // On a small screen the controls on the right begin below it.
    new ResizeObserver(function () {
      document.documentElement.style.setProperty("--panel-height", panel.offsetHeight + "px");
      self.each(function (frame) { frame.map.fire("controlchange"); });
    }).observe(panel);
  };

  function told(run) { return run.title || run.scenario; }

  function meta(run) {
    return run.scenario + " · " + run.first + " – " + run.last + " · " +
      self.plain(self.word("seed")) + " " + run.seed + (self.data.batch
        ? " · " + self.number(self.data.batch.n, 0) + " " + self.plain(self.word("replications")) : "") +
      (run.replication ? " · " + self.plain(self.word("replication")) + " " + run.replication : "");
  }

  function upTo(series, period) {
    return series.slice(0, period + 1).reduce(function (sum, bn) { return sum + bn; }, 0);
  }

  // The goal as far as it was reached at the end of the period shown.
  function soFar(goal) {
    if (self.period === null || !goal.series.offered.length) return goal;
    var days = self.data.periods.days[self.period + 1];
    var corridors = goal.corridors.map(function (corridor) {
      return L.extend({}, corridor, { bn: upTo(corridor.series, self.period) });
    });
    var cleared = corridors.reduce(function (sum, corridor) { return sum + corridor.bn; }, 0);
    return {
      targets: goal.targets, corridors: corridors, cleared: cleared,
      shares: goal.targets.map(function (target) { return cleared / target; }),
      offered: upTo(goal.series.offered, self.period),
      delivered: upTo(goal.series.delivered, self.period),
      days: days, is_whole_year: false, yearly: cleared / days * 365, isSoFar: true
    };
  }

  function money(bn) {
    var chinese = self.number(bn * 10, 0) + " 亿元", english = self.number(bn, 1) + " bn yuan";
    if (self.lang === "en") return self.el("b", {}, english);
    if (self.lang === "zh") return self.el("b", {}, chinese);
    return self.el("span", {}, [self.el("b", {}, chinese), " ", self.el("span", {}, english)]);
  }

  function reached(whole, open) {
    var goal = soFar(whole);
    return [
      self.el("p", { "class": "headline" }, money(goal.cleared)),
      self.el("p", { "class": "quiet" }, self.say(
        goal.isSoFar ? "cleared_so_far" : goal.band ? "cleared_on_average" : "cleared")),
      self.gauge(goal),
      goal.band ? self.el("p", { "class": "quiet band-words" }, [
        self.say("band"), " ", self.yuan(goal.band[0] * 1000), " – ",
        self.yuan(goal.band[2] * 1000)]) : null,
      self.el("ul", { "class": "goals" }, goal.targets.map(function (target, rank) {
        var name = self.number(target / 1000, target % 100 ? 2 : 1);
        return self.el("li", {}, [
          self.el("b", {}, self.number((goal.chances ? goal.chances[rank][0] : goal.shares[rank])
                                       * 100, 1) + " %"), " ",
          goal.chances ? chance(name, goal.chances[rank]) : self.both(["of " + name + " trillion yuan", "占 " + name + " 万亿元"])
        ]);
      })),
      goal.is_whole_year ? null : self.el("p", { "class": "warning" }, pace(goal)),
      self.data.batch && self.data.batch.note
        ? self.el("p", { "class": "warning" }, self.both(self.data.batch.note)) : null,
      section("by_corridor", byCorridor(goal), open)
    ];
  }

  // How likely a goal is, with the interval that so many replications leave.
  function chance(name, found) {
    var from = self.number(found[1] * 100, 1), to = self.number(found[2] * 100, 1);
    return self.both(["to reach " + name + " trillion yuan (95 % interval " + from + "–" + to + " %)",
                      "达到 " + name + " 万亿元的概率（95% 区间 " + from + "–" + to + "%）"]);
  }

  // What the second run cleared more or less than the first, by corridor.
  function change(open) {
    var a = soFar(self.data.goal), b = soFar(self.data.other.goal), names = [];
    var head = self.el("tr", {}, [self.el("td", {}, "")].concat(["A", "B", "B − A"].map(
      function (name) { return self.el("th", { scope: "col" }, name); })));
    function find(goal, name) {
      var found = goal.corridors.filter(function (one) { return one.name[0] === name[0]; })[0];
      return found ? found.bn : 0;
    }
    a.corridors.concat(b.corridors).forEach(function (corridor) {
      if (!names.some(function (name) { return name[0] === corridor.name[0]; })) {
        names.push(corridor.name);
      }
    });
    function row(title, x, y) {
      return self.el("tr", {}, [
        self.el("th", { scope: "row" }, title), self.el("td", {}, self.number(x, 1)),
        self.el("td", {}, self.number(y, 1)),
        self.el("td", {}, self.el("b", {}, signedNumber(y - x, 2)))
      ]);
    }
    return [
      self.el("p", { "class": "headline" }, moneyChange(b.cleared - a.cleared)),
      self.el("p", { "class": "quiet" }, self.say("change_note")),
      section("by_corridor", self.el("table", {}, [
        self.el("caption", { "class": "quiet" }, self.say("cleared_bn")), head
      ].concat(names.map(function (name) {
        return row(self.both(name), find(a, name), find(b, name));
      }), [row(self.say("all"), a.cleared, b.cleared)])), open)
    ];
  }

  function signedNumber(value, digits) {
    var text = self.number(value, digits);
    return value > 0 && /[1-9]/.test(text) ? "+" + text : text;
  }

  function moneyChange(bn) {
    var size = Math.abs(bn), sign = size < 5e-4 ? "±" : bn < 0 ? "−" : "+";
    var chinese = sign + self.short(size * 10) + " 亿元", english = sign + self.short(size) + " bn yuan";
    if (self.lang === "en") return self.el("b", {}, english);
    if (self.lang === "zh") return self.el("b", {}, chinese);
    return self.el("span", {}, [self.el("b", {}, chinese), " ", self.el("span", {}, english)]);
  }

  function pace(goal) {
    return self.both(self.word(goal.isSoFar ? "so_far" : "not_a_year").map(function (text) {
      return text.replace("{days}", self.number(goal.days, 0))
        .replace("{bn}", self.number(goal.yearly, 1))
        .replace("{yi}", self.number(goal.yearly * 10, 0));
    }));
  }

  function byCorridor(goal) {
    var head = self.el("tr", {}, [
      self.el("td", {}, ""),
      self.el("th", { scope: "col" }, self.both(["bn yuan", "10 亿元"])),
      self.el("th", { scope: "col" }, goal.isSoFar ? "" : self.both(["TEU", "标箱"]))
    ]);
    var rows = goal.corridors.map(function (corridor, rank) {
      return self.el("tr", {}, [
        self.el("th", { scope: "row" }, named("c" + rank, corridor.name)),
        self.el("td", {}, self.number(corridor.bn, 1)),
        self.el("td", {}, goal.isSoFar ? "" : self.number(corridor.teu, 0))
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

  function select(name, options, chosen, words) {
    words = words || name;
    var box = self.el("select", { id: name }, options.map(function (key) {
      var option = self.el("option", { value: key }, self.plain(self.word(words + "_" + key)));
      option.selected = key === chosen;
      return option;
    }));
    box.addEventListener("change", function () {
      var what = {};
      what[name] = box.value;
      self.closeCard();
      self.choose(what);
    });
    return self.el("label", { "for": name }, [self.say(words), box]);
  }

  // What a map beside another one shows: run, and what it cleared so far.
  self.addBadge = function () {
    var isB = self.side === "b", run = isB ? self.data.other.run : self.data.run;
    var value = self.el("b", {}), box = self.el("div", { "class": "badge leaflet-control" }, [
      self.el("i", {}, isB ? "B" : "A"), self.el("span", {}, told(run)), value
    ]);
    function fill() {
      var goal = soFar(isB ? self.data.other.goal : self.data.goal);
      value.textContent = self.plain([self.number(goal.cleared, 1) + " bn yuan",
                                      self.number(goal.cleared * 10, 0) + " 亿元"]);
    }
    fill();
    self.map.getContainer().appendChild(box);
    self.map.on("statechange", self.here(fill));
  };

  self.addSwitch = function () {
    var batch = self.data.batch, fields = batch ? [] : [
      select("measure", ["teu", "t", "cny", "kg"], self.measure),
      select("cargo", ["all", "own", "export", "import"], self.cargo)
    ];
    if (batch && batch.measures.length) {
      fields.push(self.spreads() ? select("side", self.PERCENTILES, self.shown, "percentile") : null,
                  select("measure", batch.measures, self.measure),
                  self.el("p", { "class": "quiet" }, self.say(self.spreads() ? "percentiles_note" : "means_note")));
    }
    if (self.data.other) fields.unshift(select("side", ["change", "both", "a", "b"], self.shown));
    var modes = self.modes();
    if (modes.length > 1) {
      fields.push(self.el("details", {}, [self.el("summary", {}, self.say("modes"))].concat(
        modes.map(mode))));
    }
    self.addControl(self.isNarrow() ? "bottomleft" : "topright",
            self.el("fieldset", {}, [self.el("legend", {}, self.say("shown"))].concat(fields)),
            "switch");
  };

  function mode(name) {
    var input = self.el("input", { type: "checkbox", id: "mode-" + name });
    input.checked = true;
    input.addEventListener("change", function () { self.showMode(name, input.checked); });
    return self.el("label", { "for": "mode-" + name, "class": "mode" },
                   [input, self.both(self.name("mode", name))]);
  }

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
})(corridorMap);
