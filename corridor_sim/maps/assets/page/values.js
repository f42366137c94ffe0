// Amounts of links and places: by cargo, by period, of one run, another, or their difference.
(function (self) {
  self.measure = "teu";
  self.cargo = "all";
  // Number of the period, null for the whole window.
  self.period = null;
  var FLOWS = { all: [0, 1, 2], own: [0, 1], "export": [0], "import": [1] };

  // The whole numbers that Python's encode_counts wrote.
  self.decodeCounts = function (text) {
    var counts = [], shift = 0, rest = 0;
    for (var i = 0; i < text.length; i++) {
      var digit = text.charCodeAt(i) - 63;
      rest += (digit & 31) * Math.pow(2, shift);
      shift += 5;
      if (digit >= 32) continue;
      counts.push(rest);
      rest = shift = 0;
    }
    return counts;
  };

  function cached(item, key, make) {
    var kept = item.kept || (item.kept = Object.create(null));
    if (!(key in kept)) kept[key] = make();
    return kept[key];
  }

  function counts(item, name, flow) {
    return cached(item, name + flow, function () {
      var texts = item.series && item.series[name];
      return self.decodeCounts(!texts ? "" : flow === "" ? texts : texts[flow]);
    });
  }

  // Amounts by period, all noughts where nothing moved.
  self.series = function (item, measure, cargo) {
    return cached(item, measure + cargo, function () {
      var sums = self.data.periods.names.map(function () { return 0; });
      FLOWS[cargo].forEach(function (flow) {
        counts(item, measure, flow).forEach(function (value, at) { sums[at] += value; });
      });
      return sums;
    });
  };

  self.whole = function (item, measure, cargo) {
    var sums = item && item.sum && item.sum[measure];
    return sums ? FLOWS[cargo].reduce(function (sum, flow) { return sum + sums[flow]; }, 0) : 0;
  };

  function ofOne(item, measure, cargo) {
    if (!item) return 0;
    return self.period === null ? self.whole(item, measure, cargo)
                                : self.series(item, measure, cargo)[self.period];
  }

  // What the map shows of a way or a place now.
  self.value = function (item, side) {
    var shown = side || self.side;
    if (shown === "a") return ofOne(item, self.measure, self.cargo);
    if (shown === "low" || shown === "high") return ofOne(item[shown], self.measure, self.cargo);
    if (shown === "b") return ofOne(item.b, self.measure, self.cargo);
    return ofOne(item.b, self.measure, self.cargo) - ofOne(item, self.measure, self.cargo);
  };

  // Load and room of the scheduled departures; no room where only vehicles on demand pass.
  self.loadAndRoom = function (way) {
    var item = self.side === "a" || self.isChange() ? way : way[self.side] || {};
    if (item.use === null || item.use === undefined) return { load: 0, room: 0 };
    if (self.period === null) return { load: item.use * item.room, room: item.room };
    return { load: counts(item, "load", "")[self.period] || 0,
             room: counts(item, "room", "")[self.period] || 0 };
  };

  self.useOf = function (way) {
    var both = self.loadAndRoom(way);
    return both.room > 0 ? both.load / both.room : null;
  };

  // Whether a batch is shown by itself, as percentiles of its replications.
  self.spreads = function () { return Boolean(self.data.batch) && !self.data.other; };
  self.PERCENTILES = ["low", "a", "high"];

  self.isChange = function () { return self.side === "change"; };

  // Figures of a facility now: waits are those of the month that a period begins in.
  self.figuresOf = function (facility) {
    var item = self.side === "b" ? facility.b || facility : facility;
    var month = self.period === null ? null : self.data.periods.month[self.period];
    return {
      wait: month === null ? item.wait_h : item.months.length ? item.months[month] : null,
      high: month === null ? item.p95_h : item.high.length ? item.high[month] : null,
      queue: self.period === null ? item.mean_queue
                                  : item.queue.length ? item.queue[self.period] : null,
      longest: item.longest_h, use: item.use, teu: item.teu
    };
  };

  // How many wait at the facilities of a place, vehicles and boxes.
  self.waitingAt = function (rank) {
    return (self.data.byNode[rank] || []).reduce(function (sum, one) {
      return sum + (self.figuresOf(one).queue || 0);
    }, 0);
  };

  // Sets some of measure, cargo, period and side, and has everything drawn again.
  self.choose = function (what) {
    Object.keys(what).forEach(function (key) {
      if (key === "side") self.shown = what.side; else self[key] = what[key];
    });
    self.layOut();
    self.restyleFlows();
    self.restylePlaces();
    self.each(function (frame) {
      frame.map.fire("statechange");
      frame.map.fire("controlchange");
    });
  };
})(corridorMap);
