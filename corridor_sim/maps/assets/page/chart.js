// Small charts as SVG, drawn when they are looked at.
(function (self) {
  var WIDTH = 300, LEFT = 4, RIGHT = 4, BAR_HEIGHT = 44, LINE = 13;

  // Bars by month; a second series hangs below the axis. `series` is [{label, values}].
  self.monthChart = function (measure, months, series) {
    var peak = 0;
    series.forEach(function (one) {
      one.values.forEach(function (value) { peak = Math.max(peak, value || 0); });
    });
    if (!peak || !months.length) return self.el("p", { "class": "quiet" }, self.say("no_data"));
    var step = (WIDTH - LEFT - RIGHT) / months.length;
    var axis = LINE + BAR_HEIGHT;
    var below = series.length > 1 ? BAR_HEIGHT + LINE : 0;
    var height = axis + LINE + below;
    var parts = [];
    series.forEach(function (one, side) {
      var top = side ? axis + LINE : axis;
      one.values.forEach(function (value, month) {
        var size = BAR_HEIGHT * (value || 0) / peak;
        parts.push(self.svg("rect", {
          x: LEFT + month * step + step * 0.12, width: step * 0.76,
          y: side ? top : top - size, height: size,
          "class": "bar" + side + (month === self.period ? " now" : "")
        }, self.svg("title", {}, months[month] + ": " + self.amount(measure, value))));
      });
      parts.push(text(LEFT, side ? height - 2 : LINE - 3, one.label + " · " +
        peakWords(measure, months, one.values), "start"));
    });
    months.forEach(function (month, rank) {
      var number = Number(month.slice(5, 7)), weekly = month.length > 7;
      if (weekly && rank && months[rank - 1].slice(5, 7) === month.slice(5, 7)) return;
      if (!weekly && months.length > 14 && number % 3 !== 1) return;
      var name = number === 1 || rank === 0 ? month.slice(0, 4) : String(number);
      parts.push(text(LEFT + (rank + 0.5) * step, axis + LINE - 3, name, "middle"));
    });
    return self.svg("svg", {
      viewBox: "0 0 " + WIDTH + " " + height, width: WIDTH, height: height, role: "img",
      "class": "chart", "aria-label": self.plain(self.word("by_month"))
    }, parts);
  };

  function text(x, y, words, anchor) {
    return self.svg("text", { x: x, y: y, "text-anchor": anchor }, words);
  }

  function peakWords(measure, months, values) {
    var best = 0;
    values.forEach(function (value, month) { if (value > values[best]) best = month; });
    return self.plain(["max", "最大"]) + " " + self.amount(measure, values[best]) + " (" + months[best] + ")";
  }

  // Mean wait at a facility by month, hours.
  self.waitChart = function (months, waits) {
    var now = self.period === null ? null : self.data.periods.month[self.period];
    return smallBars("wait_by_month", months, waits, now, self.hours);
  };

  // How many wait at a facility in each period.
  self.queueChart = function (names, queue) {
    return smallBars("queue_by_period", names, queue, self.period, function (value) {
      return self.number(value, 1);
    });
  };

  function smallBars(key, names, values, now, told) {
    var peak = 0, at = 0;
    values.forEach(function (value, rank) {
      if (value > peak) { peak = value; at = rank; }
    });
    if (!peak) return null;
    var step = (WIDTH - LEFT - RIGHT) / names.length, top = 13, height = 37;
    var label = self.plain(self.word(key)) + " · " + self.plain(["max", "最大"]) + " " + told(peak) +
      " (" + names[at] + ")";
    var parts = values.map(function (value, rank) {
      var size = (height - top - 2) * (value || 0) / peak;
      return self.svg("rect", {
        x: LEFT + rank * step + step * 0.12, width: step * 0.76, y: height - size, height: size,
        "class": (key === "wait_by_month" ? "wait-bar" : "queue-bar") + (now === rank ? " now" : "")
      }, self.svg("title", {}, names[rank] + ": " + told(value)));
    });
    parts.push(text(LEFT, 10, label, "start"));
    return self.svg("svg", {
      viewBox: "0 0 " + WIDTH + " " + height, width: WIDTH, height: height, role: "img",
      "class": "chart", "aria-label": label
    }, parts);
  }

  // The gauge: stacked cleared value by corridor, what was offered, and the goals, in bn yuan.
  self.gauge = function (goal) {
    var width = 276, top = 20, bar = 22;
    var end = Math.max(goal.offered, goal.cleared, Math.max.apply(null, goal.targets)) * 1.06 || 1;
    function x(bn) { return Math.max(0, bn) / end * width; }
    var parts = [self.svg("rect", {
      x: 0, y: top, width: x(goal.offered), height: bar, "class": "offered"
    }, self.svg("title", {}, self.plain(self.word("offered_value")) + ": " +
                             self.yuan(goal.offered * 1000)))];
    var from = 0;
    goal.corridors.forEach(function (corridor, rank) {
      parts.push(self.svg("rect", {
        x: x(from), y: top, width: x(corridor.bn), height: bar, "class": "corridor c" + rank
      }, self.svg("title", {}, self.plain(corridor.name) + ": " +
                               self.yuan(corridor.bn * 1000))));
      from += corridor.bn;
    });
    parts.push(self.svg("rect", { x: 0, y: top, width: width, height: bar, "class": "frame" }));
    if (goal.band) parts.push(self.svg("path", {
      d: "M" + x(goal.band[0]) + " " + (top + 5) + "v" + (bar - 10) + "m0 " + (5 - bar / 2) + "H" +
        x(goal.band[2]) + "m0 " + (5 - bar / 2) + "v" + (bar - 10), "class": "band"
    }, self.svg("title", {}, self.plain(self.word("band")))));
    goal.targets.forEach(function (target, rank) {
      var at = x(target), close = rank && x(target) - x(goal.targets[rank - 1]) < 56;
      parts.push(self.svg("line", { x1: at, x2: at, y1: top - 5, y2: top + bar + 5,
                                    "class": "target" }));
      parts.push(self.svg("text", {
        x: Math.min(at, width - 2), y: close ? top + bar + 16 : top - 8,
        "text-anchor": at > width - 30 ? "end" : "middle"
      }, trillions(target)));
    });
    return self.svg("svg", {
      viewBox: "0 0 " + width + " " + (top + bar + 20), width: width, height: top + bar + 20,
      role: "img", "class": "gauge", "aria-label": gaugeWords(goal)
    }, parts);
  };

  function trillions(bn) {
    return self.number(bn / 1000, bn % 100 ? 2 : 1) + " " + self.plain(["trn", "万亿"]);
  }

  function gaugeWords(goal) {
    return self.plain(self.word("cleared")) + " " + self.yuan(goal.cleared * 1000) + "; " +
      goal.targets.map(function (target, rank) {
        return self.percent(goal.shares[rank]) + " / " + trillions(target);
      }).join("; ");
  }
})(corridorMap);
