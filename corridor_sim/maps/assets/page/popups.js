// What a click on a link or a place tells.
(function (self) {
  function source(item, where) {
    var known = self.words.confidence;
    var has = Object.prototype.hasOwnProperty.call(known, item.confidence);
    return self.el("p", { "class": "source" }, [
      where ? where + ": " : null,
      self.say("source"), " ", self.el("b", {}, item.source || "–"), " · ",
      self.say("confidence"), " ",
      self.el("b", { "class": has ? "confidence " + item.confidence : "" },
              has ? self.both(known[item.confidence]) : item.confidence || "–"),
      item.note ? self.el("span", { "class": "note" }, item.note) : null
    ]);
  }

  function row(head, cells) {
    return self.el("tr", {}, [self.el("th", { scope: "row" }, head)].concat(
      cells.map(function (cell) { return self.el("td", {}, cell); })));
  }

  // -- links ----------------------------------------------------------------------------------

  self.linkTitle = function (link) {
    var ends = link.ends.map(function (rank) { return self.data.nodes[rank].name; });
    var arrow = link.ways.length > 1 ? " ⇄ " : " → ";
    return self.el("h2", {}, [0, 1].map(function (language) {
      var names = ends.map(function (name) { return name[1 - language] || name[language]; });
      return self.el("span", { "class": language ? "en" : "zh", lang: language ? "en" : "zh-CN" },
                     names.join(arrow));
    }));
  };

  function towards(link, way) {
    var name = self.data.nodes[link.ends[1 - way]].name;
    return "→ " + (name[1] || name[0]);
  }

  function linksByAmount(stretch) {
    var most = function (rank) {
      return self.data.links[rank].ways.reduce(function (sum, way) {
        return sum + way[self.measure];
      }, 0);
    };
    return stretch.links.slice().sort(function (a, b) { return most(b) - most(a); });
  }

  function inUse(way) {
    return way.use === null ? null
      : " · " + self.plain(self.word("in_use")) + " " + self.percent(way.use);
  }

  // The amounts of a stretch, each direction called after the point of the compass it runs to.
  function eachWay(flow, tag) {
    var parts = flow.stretch.line.map(self.decode), last = parts[parts.length - 1];
    var from = parts[0][0], to = last[last.length - 1];
    var north = to[0] - from[0], east = to[1] - from[1];
    var bounds = Math.abs(north) > Math.abs(east) ? ["northbound", "southbound"]
                                                  : ["eastbound", "westbound"];
    if ((bounds[0] === "northbound" ? north : east) < 0) bounds.reverse();
    return flow.ways.map(function (way, side) {
      return way.there ? self.el(tag, { "class": "way" }, [
        self.say(bounds[side]), ": ", self.amount(self.measure, way[self.measure]), inUse(way)
      ]) : null;
    });
  }

  self.stretchTooltip = function (flow) {
    var links = linksByAmount(flow.stretch), link = self.data.links[links[0]];
    if (links.length === 1) {
      return self.el("div", { "class": "tip" }, [self.linkTitle(link)].concat(
        link.ways.map(function (way, side) {
          return self.el("div", {}, [towards(link, side), ": ",
                                     self.amount(self.measure, way[self.measure]), inUse(way)]);
        })));
    }
    return self.el("div", { "class": "tip" }, [
      self.el("div", {}, [self.el("b", {}, links.length), " ", self.say("together")])
    ].concat(eachWay(flow, "div"), [self.linkTitle(link), self.el("div", { "class": "quiet" }, "…")]));
  };

  // One link, or the list of those that run here.
  self.openStretchAt = function (at, flow) {
    var links = linksByAmount(flow.stretch);
    if (links.length === 1) {
      self.openCard(at, self.linkCard(self.data.links[links[0]]));
      return;
    }
    var items = links.map(function (rank) {
      var link = self.data.links[rank];
      var button = self.el("button", { type: "button" }, [
        self.linkTitle(link),
        self.el("span", { "class": "quiet" }, link.ways.map(function (way) {
          return self.amount(self.measure, way[self.measure]);
        }).join(" ⇄ "))
      ]);
      button.addEventListener("click", function () { openFromList(at, flow, link); });
      return self.el("li", {}, button);
    });
    self.openCard(at, self.el("div", { "class": "card" }, [self.el("h2", {}, [
      self.el("span", { "class": "zh", lang: "zh-CN" }, links.length + " " +
              self.word("together")[1]),
      self.el("span", { "class": "en", lang: "en" }, links.length + " " + self.word("together")[0])
    ])].concat(eachWay(flow, "p"), self.el("ul", { "class": "links" }, items))));
  };

  function openFromList(at, flow, link) {
    var back = self.el("button", { type: "button", "class": "back" }, ["← ", self.say("back")]);
    back.addEventListener("click", function () { self.openStretchAt(at, flow); });
    var card = self.linkCard(link);
    card.insertBefore(back, card.firstChild);
    self.openCard(at, card);
    back.focus({ preventScroll: true });
  }

  self.linkCard = function (link) {
    var ways = link.ways, corridor = self.corridorName(link.corridor);
    var head = self.el("tr", {}, [self.el("th", { scope: "col" }, self.say("direction"))].concat(
      ways.map(function (way, side) {
        return self.el("th", { scope: "col" }, [
          self.el("i", { "class": "key bar" + side }), towards(link, side)
        ]);
      })));
    function each(tell) { return ways.map(tell); }
    var rows = [
      row(self.say("all_cargo"), each(function (w) { return self.amount("teu", w.teu); })),
      row(self.say("own_trade"), each(function (w) { return self.amount("teu", w.own); })),
      row(self.say("value"), each(function (w) { return self.yuanLines(w.cny); })),
      row(self.say("in_use"), each(function (w) {
        return w.use === null ? self.say(w.teu ? "no_limit" : "unused") : self.percent(w.use);
      })),
      row(self.say("distance"), each(function (w) { return self.number(w.km, 0) + " km"; }))
    ];
    return self.el("div", { "class": "card" }, [
      self.linkTitle(link),
      self.el("p", { "class": "quiet" }, [
        self.both(self.name("mode", link.mode)), " · ", self.both(corridor)
      ]),
      self.el("table", {}, [head].concat(rows)),
      chartOf(ways, function (side) { return towards(link, side); }),
    ].concat(sources(link)));
  };

  function chartOf(items, label) {
    return self.monthChart(self.measure, self.data.months, items.map(function (item, side) {
      return { label: label(side), values: item.months[self.measure] || [] };
    }));
  }

  function sources(link) {
    var ways = link.ways;
    var same = ways.length < 2 || ["source", "confidence", "note"].every(function (what) {
      return ways[0][what] === ways[1][what];
    });
    return same ? [source(ways[0])] : ways.map(function (way, side) {
      return source(way, towards(link, side));
    });
  }

  // -- places ---------------------------------------------------------------------------------

  self.nodeTitle = function (node) {
    return self.el("h2", {}, [
      node.name[1] ? self.el("span", { "class": "zh", lang: "zh-CN" }, node.name[1]) : null,
      node.name[0] ? self.el("span", { "class": "en", lang: "en" }, node.name[0]) : null
    ]);
  };

  self.nodeTooltip = function (node) {
    return self.el("div", { "class": "tip" }, [
      self.nodeTitle(node),
      self.el("div", {}, [
        self.plain(self.word(node.teu ? "handled" : "boxes")), ": ",
        self.amount("teu", node.teu || node.passing), node.cny ? " · " + self.yuan(node.cny) : null
      ])
    ]);
  };

  self.nodeCard = function (node, rank) {
    var facilities = self.data.facilities.filter(function (one) { return one.node === rank; });
    return self.el("div", { "class": "card" }, [
      self.nodeTitle(node),
      self.el("p", { "class": "quiet" }, self.both(self.name("node", node.kind))),
      node.teu ? self.el("table", {}, [
        row(self.say("handled"), [self.amount("teu", node.teu)]),
        row(self.say("own_trade"), [self.amount("teu", node.own)]),
        row(self.say("value"), [self.yuanLines(node.cny)])
      ]) : self.el("p", {}, self.say("none_handled")),
      node.teu ? chartOf([node], function () { return self.plain(self.word("handled")); }) : null,
      facilities.length ? self.el("h3", {}, self.say("facilities")) : null
    ].concat(facilities.map(facility), [source(node)]));
  };

  function facility(one) {
    var long = self.data.waits.some(function (wait) {
      return self.data.facilities[wait.facility] === one;
    });
    return self.el("div", { "class": "facility" + (long ? " long" : "") }, [
      self.el("div", {}, [self.both(one.name), " ",
        self.el("span", { "class": "quiet" }, self.both(self.name("facility", one.kind)))]),
      self.el("div", { "class": "figures" }, [
        figure("boxes", self.amount("teu", one.teu)),
        figure("in_use", self.percent(one.use)),
        figure("mean_wait", self.hours(one.wait_h)),
        figure("longest_wait", self.hours(one.longest_h))
      ]),
      source(one)
    ]);
  }

  function figure(key, value) {
    return self.el("span", {}, [self.say(key), " ", self.el("b", {}, value)]);
  }
})(corridorMap);
