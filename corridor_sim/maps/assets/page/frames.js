// Frames: the map, or two maps side by side, one run in each, that are moved together.
(function (self) {
  var now = null, follows = false;
  self.frames = [];
  // "a" and "b" are the runs, "change" is b less a, "both" has a map for each; of a batch "a" is
  // the median of the replications, "low" and "high" are the 10th and 90th percentiles.
  self.shown = "a";

  self.isSplit = function () { return self.shown === "both"; };

  // What is drawn or asked now belongs to this frame: its map, its side, its lines and circles.
  Object.defineProperty(self, "frame", { get: function () { return now; } });
  Object.defineProperty(self, "map", { get: function () { return now.map; } });
  Object.defineProperty(self, "side", { get: function () {
    return now.side || (self.isSplit() ? "a" : self.shown);
  } });

  self.addFrame = function (map, groups, side) {
    var frame = { map: map, groups: groups, side: side || null, flows: [], circles: [], marks: [] };
    self.frames.push(frame);
    if (!now) now = frame;
    return frame;
  };

  self.within = function (frame, work) {
    var before = now;
    now = frame;
    try { return work(); } finally { now = before; }
  };

  // Does the work as if the side were another.
  self.as = function (side, work) {
    var frame = now, before = frame.side;
    frame.side = side;
    try { return work(); } finally { frame.side = before; }
  };

  // A function that finds the present frame again whenever it is called.
  self.here = function (work) {
    var frame = now;
    return function () {
      var me = this, given = arguments;
      return self.within(frame, function () { return work.apply(me, given); });
    };
  };

  // Does the work for every frame that is seen.
  self.each = function (work) {
    self.frames.slice(0, self.isSplit() ? 2 : 1).forEach(function (frame) {
      self.within(frame, function () { work(frame); });
    });
  };

  // Shows one map or two, as it was chosen.
  self.layOut = function () {
    var two = self.isSplit(), root = document.documentElement;
    if (root.classList.contains("split") === two && (!two || self.frames[1])) return;
    root.classList.toggle("split", two);
    self.fold(two);
    if (two && !self.frames[1]) addSecond();
    // Neither map leads the other, or is led back into its bounds, while both change their size.
    var maps = self.frames.map(function (frame) { return frame.map; });
    follows = true;
    maps.forEach(function (map) {
      map._enforcingBounds = true;
      map.stop().invalidateSize({ pan: false, animate: false });
    });
    self.show("home");
    maps.slice(1).forEach(function (map) {
      map.setView(self.map.getCenter(), self.map.getZoom(), { animate: false });
    });
    maps.forEach(function (map) { map._enforcingBounds = false; });
    follows = false;
  };

  function addSecond() {
    var first = self.frames[0];
    var box = self.el("div", { id: "map_other", "class": "folium-map" });
    first.map.getContainer().after(box);
    var map = L.map(box, L.extend({}, first.map.options, {
      attributionControl: false, center: first.map.getCenter(), zoom: first.map.getZoom()
    }));
    var groups = { corridors: first.groups.corridors.map(function () { return L.featureGroup(); }),
                   places: L.featureGroup(), names: L.layerGroup() };
    var pairs = first.groups.corridors.concat(first.groups.places, first.groups.names);
    var own = groups.corridors.concat(groups.places, groups.names);
    pairs.forEach(function (group, rank) { if (first.map.hasLayer(group)) own[rank].addTo(map); });
    first.map.on("overlayadd overlayremove", function (event) {
      var rank = pairs.indexOf(event.layer);
      if (rank < 0) return;
      if (event.type === "overlayadd") own[rank].addTo(map); else own[rank].remove();
    });
    self.within(self.addFrame(map, groups, "b"), function () {
      self.drawFrame();
      self.drawRest();
    });
    follow(first.map, map);
    follow(map, first.map);
  }

  // The other map goes where this one goes: with the hand while it is dragged, else in one step.
  function follow(from, to) {
    function led(work) {
      return function (event) {
        if (follows || !self.isSplit() || to._animatingZoom) return;
        follows = true;
        try { work(event); } finally { follows = false; }
      };
    }
    function slide() {
      to._rawPanBy(to.project(from.getCenter()).subtract(to.project(to.getCenter())).round());
      to.fire("move");
    }
    from.on("move", led(function () { if (from.getZoom() === to.getZoom()) slide(); }));
    from.on("zoomanim", led(function (event) {
      to._moveStart(true, false)._animateZoom(event.center, event.zoom, true);
    }));
    from.on("moveend zoomend", led(function () {
      if (from._animatingZoom) return;
      if (from.getZoom() !== to.getZoom()) to.setView(from.getCenter(), from.getZoom(), { animate: false });
      else {
        slide();
        to.fire("moveend");
      }
    }));
  }
})(corridorMap);
