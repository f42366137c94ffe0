// Puts the map together from the data in the page: first what is seen, then what answers.
(function (self) {
  function read(id) { return JSON.parse(document.getElementById(id).textContent); }

  self.isNarrow = function () { return window.innerWidth < 760; };

  self.corridorName = function (code) {
    var found = self.data.corridors.filter(function (one) { return one.id === code; })[0];
    return found ? found.name : [code, ""];
  };

  // `groups` are the layers of the corridors by rank, of the places and of the names.
  self.start = function (map, groups) {
    var frame = self.addFrame(map, groups);
    self.data = read("corridor-data");
    self.words = self.data.words;
    self.lang = self.data.lang;
    if (self.data.other) self.shown = self.data.opens;
    self.data.facilities.forEach(inflate);
    self.data.nodes.forEach(inflate);
    self.data.links.forEach(function (link) { link.ways.forEach(inflate); });
    self.data.byNode = Object.create(null);
    self.data.facilities.forEach(function (one) {
      (self.data.byNode[one.node] = self.data.byNode[one.node] || []).push(one);
    });
    map.attributionControl.setPrefix("Leaflet");
    map.attributionControl.addAttribution(
      "Natural Earth · © OpenStreetMap contributors (" + self.plain(self.word("rail_credit")) + ")"
    );
    // Measured before there is much on the page, which would have to be laid out for it.
    if (!self.isNarrow()) self.show("home");
    self.addViews();
    self.addPanel();
    if (self.isNarrow()) self.show("home");
    self.drawFrame(frame);
    self.addSwitch();
    self.addTime();
    self.addLegend();
    if (!self.isNarrow()) L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  };

  // What is seen of the present frame.
  self.drawFrame = function () {
    var frame = self.frame, byCorridor = Object.create(null);
    self.data.corridors.forEach(function (corridor, rank) {
      byCorridor[corridor.id] = frame.groups.corridors[rank];
    });
    var names = frame.map.createPane("names");
    names.style.zIndex = 620;
    names.style.pointerEvents = "none";
    self.base = self.base || read("corridor-base");
    self.drawBase(frame.map, self.base);
    if (self.data.tiles) L.tileLayer(self.data.tiles, { maxZoom: 10 }).addTo(frame.map);
    self.addFlows(byCorridor);
    self.addPlaces(frame.groups.places);
    self.addClosures();
  };

  // What answers the pointer, and names, which are placed around what is there.
  self.drawRest = function () {
    self.addHits();
    self.addAnswers();
    if (self.data.other) self.addBadge();
    self.frame.groups.names.addLayer(new self.Names());
  };

  // Source, confidence and note are written once for all that share them.
  function inflate(item) {
    var text = self.data.texts[item.src];
    item.source = text[0];
    item.confidence = text[1];
    item.note = text[2];
    // So is what two runs say alike.
    if (!item.b) return;
    var own = item.b, series = own.series === undefined ? item.series
      : own.series && L.extend({}, item.series, own.series);
    item.b = L.extend({}, item, own, { series: series, b: null });
  }

  // The list of layers, before it is added: where there is room it stays open, under a heading.
  self.holdLayers = function (layers) {
    if (self.isNarrow()) return;
    layers.expand = function () {
      L.DomUtil.addClass(this._container, "leaflet-control-layers-expanded");
      return this;
    };
    layers.collapse = function () { return this; };
  };

  // What can be done only when all controls are there. The rest waits until the map was painted.
  self.finish = function (map, groups, layers) {
    var box = layers.getContainer(), toggle = box.querySelector(".leaflet-control-layers-toggle");
    toggle.textContent = self.plain(self.word("layers"));
    toggle.title = self.plain(self.word("layers"));
    if (!self.isNarrow()) {
      var list = box.querySelector(".leaflet-control-layers-list");
      var fold = self.el("details", { open: "" }, self.el("summary", {}, self.say("layers")));
      box.insertBefore(fold, list);
      fold.appendChild(list);
      self.noteSize(box);
    }
    if (self.isSplit()) self.choose({});
    performance.mark("painted");
    map.whenReady(function () {
      requestAnimationFrame(function () { setTimeout(rest, 0); });
    });
  };

  function rest() {
    self.within(self.frames[0], self.drawRest);
    performance.mark("drawn");
    document.documentElement.dataset.drawn = "yes";
  }

  // Shows the opening view or the whole network, beside the controls where there is room.
  self.show = function (view) {
    var size = self.map.getSize(), left = 12, top = 24, right = 12, bottom = 40;
    if (self.isSplit()) {
      top = self.isNarrow() ? 40 : Math.min(210, size.y / 4);
      if (self.isNarrow()) left = right = bottom = 4;
    } else if (self.isNarrow()) {
      top = Math.min(document.querySelector(".panel").offsetHeight + 20, size.y / 2);
    } else {
      left = PANEL + 30;
      right = size.x > 1100 ? (view === "home" ? 110 : 275) : 24;
    }
    self.map.fitBounds(view === "home" ? self.data.view.near : self.data.view.whole, {
      paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], maxZoom: 8, animate: false
    });
  };
  // Width of the panel in the style sheet.
  var PANEL = 302;
})(corridorMap);
