// The legend: what colours, widths, circles and marks mean now.
(function (self) {
  self.addLegend = function () {
    var widths = self.el("div", { "class": "widths" }), circles = self.el("div", {});
    var classes = self.classes.map(function (one) {
      return line(self.colour(one.css), 6, one.dashed ? "8 3" : null, one.words);
    });
    classes.push(line(self.colour("--use-none"), 6, null, self.say("no_limit")));
    classes.push(line(self.colour("--unused"), 1, null, self.say("unused")));
    var open = !self.isNarrow() && window.innerHeight > 720;
    var kinds = self.el("div", {}), waiting = self.el("div", { "class": "waiting" });
    var changes = [line(self.colour("--grew"), 6, null, self.say("grew")),
                   line(self.colour("--shrank"), 6, "8 4", self.say("shrank")),
                   line(self.colour("--unused"), 1, null, self.say("unchanged"))];
    var box = self.el("details", open ? { open: "" } : {}, [
      self.el("summary", {}, self.say("legend")),
      kinds,
      self.el("h3", {}, self.say("width")), widths, circles, waiting,
      self.data.waits.length ? mark("ring", self.say("bottleneck")) : null,
      mark("of-zone", self.say("zone")),
      self.el("p", { "class": "quiet" }, self.say("right_hand"))
    ]);
    self.addControl("bottomright", box, "legend");
    function fill() {
      var most = self.most();
      kinds.textContent = "";
      if (!self.isChange()) kinds.appendChild(self.el("h3", {}, self.say("utilisation")));
      (self.isChange() ? changes : classes).forEach(function (entry) { kinds.appendChild(entry); });
      widths.textContent = circles.textContent = waiting.textContent = "";
      [1, 0.25, 0.04].forEach(function (share) {
        var value = round(most * share);
        if (!value) return;
        widths.appendChild(line(self.colour(self.isChange() ? "--grew" : "--use-1"), self.width(value), null,
                                amountWords(value)));
      });
      var handled = round(self.mostHandled() * 0.5);
      if (handled) {
        circles.appendChild(mark("place", [self.say("circle"), " ",
          amountWords(handled)], self.radius(handled)));
      }
      // The largest sample that fits its line.
      var many = [1, 0.5, 0.25, 0.1, 0.04].map(function (share) {
        return self.isChange() ? 0 : round(self.mostWaiting() * share);
      }).filter(function (value) { return value && self.reach(value) + 3 <= 16; })[0];
      if (many) {
        waiting.appendChild(mark("disc", [self.say("waiting_here"), " ", self.exact(many)],
                                 self.reach(many) + 3));
      }
    }
    self.map.on("zoomend statechange", fill);
    fill();
  };

  // A round amount in few words.
  function amountWords(value) {
    if (self.measure !== "cny") return self.amount(self.measure, value);
    return self.both([self.exact(value / 1000) + " bn", self.exact(value / 100) + " 亿元"]);
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
    var high = name === "disc" ? Math.max(22, 2 * size + 3) : 22, shape = {
      cx: 17, cy: high / 2, r: Math.min(size || 6, name === "disc" ? 16 : 10), "class": name
    };
    return self.el("div", { "class": "entry" }, [
      self.svg("svg", { width: 34, height: high, "aria-hidden": "true" },
               self.svg("circle", shape)),
      self.el("span", {}, words)
    ]);
  }
})(corridorMap);
