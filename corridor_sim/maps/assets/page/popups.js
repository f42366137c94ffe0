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
    var title = [0, 1].map(function (language) {
      return ends.map(function (name) { return name[language] || name[1 - language]; }).join(arrow);
    });
    return titled(title[0] === title[1] ? ["", title[1]] : title);
  };

  // A heading with each language on a line of its own.
  function titled(name) {
    name = self.chosen(name);
    return self.el("h2", {}, [
      name[1] ? self.el("span", { "class": "zh", lang: "zh-CN" }, name[1]) : null,
      name[0] ? self.el("span", { "class": "en", lang: "en" }, name[0]) : null
    ]);
  }

  function towards(link, way) {
    var name = self.data.nodes[link.ends[1 - way]].name;
    return "→ " + (self.lang === "en" ? name[0] || name[1] : name[1] || name[0]);
  }

  function linksByAmount(stretch) {
    var most = function (rank) {
      return self.data.links[rank].ways.reduce(function (sum, way) {
        return sum + Math.abs(self.value(way));
      }, 0);
    };
    return stretch.links.slice().sort(function (a, b) { return most(b) - most(a); });
  }

  function inUse(share) {
    return share === null || self.isChange() ? null
      : " · " + self.plain(self.word("in_use")) + " " + self.percent(share);
  }

  // An amount of the present measure, a change with its sign.
  self.signed = function (value) {
    return (self.isChange() && value > 0 ? "+" : "") + self.amount(self.measure, value);
  };

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
        self.say(bounds[side]), ": ", self.signed(way.value), inUse(way.use)
      ]) : null;
    });
  }

  self.stretchTooltip = function (flow) {
    var links = linksByAmount(flow.stretch), link = self.data.links[links[0]];
    if (links.length === 1) {
      return self.el("div", { "class": "tip" }, [self.linkTitle(link)].concat(
        link.ways.map(function (way, side) {
          return self.el("div", {}, [towards(link, side), ": ",
                                     self.signed(self.value(way)), inUse(self.useOf(way))]);
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
          return self.signed(self.value(way));
        }).join(" ⇄ "))
      ]);
      button.addEventListener("click", self.here(function () { openFromList(at, flow, link); }));
      return self.el("li", {}, button);
    });
    self.openCard(at, self.el("div", { "class": "card" }, [self.el("h2", {}, [
      self.both(self.word("together").map(function (words) { return links.length + " " + words; }))
    ])].concat(eachWay(flow, "p"), self.el("ul", { "class": "links" }, items))));
  };

  function openFromList(at, flow, link) {
    var back = self.el("button", { type: "button", "class": "back" }, ["← ", self.say("back")]);
    back.addEventListener("click", self.here(function () { self.openStretchAt(at, flow); }));
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
    var rows = amounts(ways).concat([
      self.isChange() ? null : row(self.say("in_use"), ways.map(function (way) {
        var use = self.useOf(way);
        return use === null ? self.say(self.value(way) ? "no_limit" : "unused") : self.percent(use);
      })),
      row(self.say("distance"), ways.map(function (way) { return self.number(way.km, 0) + " km"; }))
    ]);
    return self.el("div", { "class": "card" }, [
      self.linkTitle(link),
      self.el("p", { "class": "quiet" }, [
        self.both(self.name("mode", link.mode)), " · ", self.both(corridor)
      ]),
      self.el("table", {}, [head].concat(rows)),
      self.data.batch ? null : chartOf(ways, function (side) { return towards(link, side); })
    ].concat(sources(link)));
  };

  // All measures and kinds of cargo of ways or places, or both runs and their difference.
  function amounts(items) {
    function told(measure, cargo) {
      return items.map(function (item) {
        var side = self.side === "b" ? item.b : item;
        var value = self.period === null ? self.whole(side, measure, cargo)
                                         : side ? self.series(side, measure, cargo)[self.period] : 0;
        return measure === "cny" ? self.yuanLines(value) : self.amount(measure, value);
      });
    }
    if (self.isChange() || self.data.batch) {
      return (self.spreads() ? self.PERCENTILES : ["a", "b", "change"]).map(function (side) {
        return row(sideName(side), items.map(function (item) {
          var value = self.value(item, side);
          return (side === "change" && value > 0 ? "+" : "") + self.amount(self.measure, value);
        }));
      });
    }
    return [
      row(self.say("all_cargo"), told("teu", "all")),
      row(self.say("of_it_exports"), told("teu", "export")),
      row(self.say("of_it_imports"), told("teu", "import")),
      row(self.say("value"), told("cny", "own")),
      row(self.say("weight"), told("t", "all")),
      items[0].sum.kg || items.length > 1 ? row(self.say("co2e"), told("kg", "all")) : null
    ];
  }

  function sideName(side) {
    if (side === "change") return self.say("change");
    if (self.spreads()) return self.say("percentile_" + side);
    var run = side === "a" ? self.data.run : self.data.other.run;
    return run.scenario;
  }

  function chartOf(items, label) {
    var shown = items.map(function (item, side) {
      return { label: label(side), values: valuesOf(item) };
    });
    return self.monthChart(self.measure, self.data.periods.names, shown);
  }

  function valuesOf(item) {
    if (self.side === "a") return self.series(item, self.measure, self.cargo);
    return self.series(item.b || {}, self.measure, self.cargo);
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

  self.nodeTitle = function (node) { return titled(node.name); };

  self.nodeTooltip = function (node, rank) {
    var waiting = self.waitingAt(rank);
    return self.el("div", { "class": "tip" }, [
      self.nodeTitle(node),
      self.data.batch ? null : self.el("div", {}, [
        self.plain(self.word(self.whole(node, "teu", "all") ? "handled" : "boxes")), ": ",
        self.whole(node, "teu", "all") ? self.signed(self.value(node))
                                       : self.amount("teu", node.passing)
      ]),
      waiting >= 1 && !self.isChange() ? self.el("div", {}, [
        self.plain(self.word("waiting")), ": ", self.number(waiting, waiting < 10 ? 1 : 0)]) : null
    ]);
  };

  self.nodeCard = function (node, rank) {
    var moved = self.whole(node, "teu", "all") || self.whole(node.b, "teu", "all");
    var facilities = self.data.byNode[rank] || [];
    return self.el("div", { "class": "card" }, [
      self.nodeTitle(node),
      self.el("p", { "class": "quiet" }, self.both(self.name("node", node.kind))),
      self.data.batch ? null : moved ? self.el("table", {}, amounts([node]))
            : self.el("p", {}, self.say("none_handled")),
      moved ? chartOf([node], function () { return self.plain(self.word("handled")); }) : null,
      facilities.length ? self.el("h3", {}, self.say("facilities")) : null
    ].concat(facilities.map(facility), [source(node)]));
  };

  function facility(one) {
    var long = self.data.waits.some(function (wait) {
      return self.data.facilities[wait.facility] === one;
    });
    var now = self.figuresOf(one), shown = self.side === "b" ? one.b || one : one;
    return self.el("div", { "class": "facility" + (long ? " long" : "") }, [
      self.el("div", {}, [self.both(one.name), " ",
        self.el("span", { "class": "quiet" }, self.both(self.name("facility", one.kind)))]),
      self.el("div", { "class": "figures" }, [
        self.data.batch ? null : figure("boxes", self.amount("teu", now.teu)),
        figure("in_use", self.percent(now.use)),
        figure("mean_wait", self.hours(now.wait)),
        one.spread && self.side !== "b" ? figure("spread", one.spread.map(self.hours).join(" · ")) : null,
        now.high === null ? null : figure("high_wait", self.hours(now.high)),
        self.period === null ? figure("longest_wait", self.hours(now.longest)) : null,
        now.queue === null ? null : figure("queue", self.number(now.queue, 1))
      ]),
      self.isChange() ? queueOfBoth(one) : null,
      shown.months.length > 1 && !self.isChange() ? self.waitChart(self.data.months, shown.months) : null,
      shown.queue.length > 1 && !self.isChange()
        ? self.queueChart(self.data.periods.names, shown.queue) : null,
      source(one)
    ]);
  }

  // The mean queue in either run, where their difference is shown.
  function queueOfBoth(one) {
    var queues = ["a", "b"].map(function (side) {
      return self.as(side, function () { return self.figuresOf(one).queue; });
    });
    if (queues[0] === null || !(queues[0] || queues[1])) return null;
    return self.el("div", { "class": "figures" }, figure("queue", queues.map(function (queue, side) {
      return "AB"[side] + " " + self.number(queue, 1);
    }).join(" · ")));
  }

  function figure(key, value) {
    return self.el("span", {}, [self.say(key), " ", self.el("b", {}, value)]);
  }
})(corridorMap);
