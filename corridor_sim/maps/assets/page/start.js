// Puts the map together from the data in the page.
(function (self) {
  function read(id) { return JSON.parse(document.getElementById(id).textContent); }

  self.isNarrow = function () { return window.innerWidth < 760; };

  self.corridorName = function (code) {
    var found = self.data.corridors.filter(function (one) { return one.id === code; })[0];
    return found ? found.name : [code, ""];
  };

  // `groups` are the layers of the corridors by rank, of the places and of the names.
  self.start = function (map, groups) {
    self.map = map;
    self.data = read("corridor-data");
    self.words = self.data.words;
    self.lang = self.data.lang;
    if (self.data.other) self.side = "change";
    self.data.facilities.forEach(inflate);
    self.data.nodes.forEach(inflate);
    self.data.links.forEach(function (link) { link.ways.forEach(inflate); });
    var byCorridor = Object.create(null);
    self.data.corridors.forEach(function (corridor, rank) {
      byCorridor[corridor.id] = groups.corridors[rank];
    });
    map.attributionControl.setPrefix("Leaflet");
    map.attributionControl.addAttribution(
      "Natural Earth · © OpenStreetMap contributors (" + self.plain(self.word("rail_credit")) + ")"
    );
    var names = map.createPane("names");
    names.style.zIndex = 620;
    names.style.pointerEvents = "none";
    self.addViews();
    self.addPanel();
    self.show("home");
    self.drawBase(map, read("corridor-base"));
    if (self.data.tiles) L.tileLayer(self.data.tiles, { maxZoom: 10 }).addTo(map);
    self.addFlows(byCorridor);
    self.addPlaces(groups.places);
    self.addClosures();
    self.addSwitch();
    self.addTime();
    self.addLegend();
    if (!self.isNarrow()) L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  };

  // Source, confidence and note are written once for all that share them.
  function inflate(item) {
    var text = self.data.texts[item.src];
    item.source = text[0];
    item.confidence = text[1];
    item.note = text[2];
  }

  // What can be done only when all controls are there.
  self.finish = function (map, groups, layers) {
    var toggle = layers.getContainer().querySelector(".leaflet-control-layers-toggle");
    toggle.textContent = self.plain(self.word("layers"));
    toggle.title = self.plain(self.word("layers"));
    groups.names.addLayer(new self.Names());
    map.whenReady(function () { document.documentElement.dataset.drawn = "yes"; });
  };

  // Shows the opening view or the whole network, beside the controls where there is room.
  self.show = function (view) {
    var panel = document.querySelector(".panel"), size = self.map.getSize();
    var left = 12, top = 24, right = 12;
    if (self.isNarrow()) top = Math.min(panel.offsetHeight + 20, size.y / 2);
    else {
      left = panel.offsetWidth + 30;
      right = size.x > 1100 ? (view === "home" ? 110 : 275) : 24;
    }
    self.map.fitBounds(view === "home" ? self.data.view.near : self.data.view.whole, {
      paddingTopLeft: [left, top], paddingBottomRight: [right, 40], maxZoom: 8, animate: false
    });
  };
})(corridorMap);
