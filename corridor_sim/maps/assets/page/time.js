// The slider through the periods, and disruptions at their places while they last.
(function (self) {
  var STEP_MS = 900, timer = null, parts = {};

  self.addTime = function () {
    var periods = self.data.periods;
    if (periods.names.length < 2) return;
    parts.play = self.el("button", { type: "button", "class": "play" }, "▶");
    parts.range = self.el("input", {
      type: "range", min: 0, max: periods.names.length, step: 1, value: 0, id: "period"
    });
    parts.label = self.el("output", { "for": "period" });
    parts.events = self.el("p", { "class": "quiet events", "aria-live": "polite" });
    parts.play.addEventListener("click", function () { if (timer) stop(); else play(); });
    parts.range.addEventListener("input", function () {
      stop();
      show(Number(parts.range.value));
    });
    var box = self.el("section", {
      "class": "box time leaflet-control", "aria-label": self.plain(self.word("time"))
    }, [self.el("div", {}, [parts.play, parts.range, parts.label]), parts.events]);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    self.map.getContainer().appendChild(box);
    new ResizeObserver(function () {
      document.documentElement.style.setProperty("--time-height", box.offsetHeight + "px");
      self.map.fire("controlchange");
    }).observe(box);
    parts.range.setAttribute("aria-label", self.plain(self.word("time")));
    tell();
  };

  // Position 0 is the whole window, the others are the periods.
  function show(position) {
    parts.range.value = position;
    self.choose({ period: position ? position - 1 : null });
    tell();
  }

  self.showPeriod = function (period) { show(period === null ? 0 : period + 1); };

  function play() {
    parts.play.textContent = "❚❚";
    parts.play.setAttribute("aria-label", self.plain(self.word("stop")));
    timer = setInterval(step, STEP_MS);
    step();
  }

  function stop() {
    if (timer) clearInterval(timer);
    timer = null;
    parts.play.textContent = "▶";
    parts.play.setAttribute("aria-label", self.plain(self.word("play")));
  }

  function step() {
    var next = Number(parts.range.value) + 1;
    if (next > self.data.periods.names.length) { stop(); show(0); } else show(next);
  }

  function tell() {
    if (!timer) parts.play.setAttribute("aria-label", self.plain(self.word("play")));
    var periods = self.data.periods, name;
    if (self.period === null) name = self.say("whole_window");
    else {
      name = self.el("span", {}, periods.by === "week"
        ? [self.plain(self.word("week_of")), " ", periods.names[self.period]]
        : periods.names[self.period]);
    }
    parts.label.textContent = "";
    parts.label.appendChild(name);
    parts.range.setAttribute("aria-valuetext", parts.label.textContent);
    var now = [];
    if (self.period !== null) self.each(function () { now = now.concat(self.closuresNow()); });
    var names = now.map(function (one) { return one.name; }).filter(function (name, at, all) {
      return all.indexOf(name) === at;
    });
    parts.events.textContent = names.length
      ? "⚠ " + names.slice(0, 2).join("; ") + (names.length > 2 ? " +" + (names.length - 2) : "")
      : "";
  }

  // -- disruptions ------------------------------------------------------------------------------

  function all() {
    if (!self.data.other || self.side === "a") return self.data.closures;
    if (self.side === "b") return self.data.other.closures;
    // The difference of two runs has the closures of either.
    var known = self.data.closures.map(function (one) { return JSON.stringify(one); });
    return self.data.closures.concat(self.data.other.closures.filter(function (one) {
      return known.indexOf(JSON.stringify(one)) < 0;
    }));
  }

  // What was shut or slowed down at any time of the period.
  self.closuresNow = function () {
    if (self.period === null) return all();
    var days = self.data.periods.days, from = days[self.period], to = days[self.period + 1];
    return all().filter(function (one) { return one.from < to && one.to > from; });
  };

  function placesOf(one) {
    var at = one.nodes.map(function (rank) {
      var node = self.data.nodes[rank].at;
      return [node[1], node[0]];
    });
    return at.concat(one.links.slice(0, 20).map(self.middleOf).filter(Boolean));
  }

  self.addClosures = function () {
    self.map.createPane("closures").style.zIndex = 610;
    self.map.on("statechange", self.here(draw));
    draw();
  };

  function draw() {
    self.frame.marks.forEach(function (marker) { marker.remove(); });
    self.frame.marks = [];
    var byPlace = Object.create(null);
    self.closuresNow().forEach(function (one) {
      placesOf(one).forEach(function (at) {
        var key = at.join(",");
        (byPlace[key] = byPlace[key] || { at: at, list: [] }).list.push(one);
      });
    });
    Object.keys(byPlace).forEach(function (key) {
      var place = byPlace[key];
      var icon = L.divIcon({ className: "closure", html: "!", iconSize: [16, 16],
                             iconAnchor: [-4, 20] });
      var marker = L.marker(place.at, { icon: icon, pane: "closures", keyboard: true,
                                        alt: self.plain(self.word("disruption")) });
      marker.bindTooltip(function () { return list(place.list); },
                         { className: "tip-box", opacity: 1, direction: "top" });
      function open() {
        self.openCard(place.at, self.el("div", { "class": "card" }, list(place.list)));
      }
      var answer = self.here(open);
      marker.on("click", answer);
      marker.on("keypress", function (event) { if (event.originalEvent.key === "Enter") answer(); });
      self.frame.marks.push(marker.addTo(self.map));
    });
  }

  function list(closures) {
    var shown = closures.slice(0, 8);
    return self.el("div", { "class": "tip" }, [self.el("h2", {}, self.say("disruption"))].concat(
      shown.map(function (one) {
        return self.el("div", {}, [self.el("b", {}, one.name), " ",
          one.first === one.last ? one.first : one.first + " – " + one.last]);
      }),
      closures.length > shown.length ? [self.el("div", { "class": "quiet" },
                                                "+ " + (closures.length - shown.length))] : []));
  }
})(corridorMap);
