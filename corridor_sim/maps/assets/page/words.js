// Words and numbers in both languages, and small pieces of page. Text goes in as text only.
(function (self) {
  self.words = {};

  // An element with attributes and children; strings become text nodes.
  self.el = function (tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      node.setAttribute(name, attributes[name]);
    });
    append(node, children);
    return node;
  };

  // The same for SVG.
  self.svg = function (tag, attributes, children) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.keys(attributes || {}).forEach(function (name) {
      node.setAttribute(name, attributes[name]);
    });
    append(node, children);
    return node;
  };

  function append(node, children) {
    [].concat(children === undefined ? [] : children).forEach(function (child) {
      if (child === null) return;
      node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
    });
  }

  // A pair of [English, Chinese]: Chinese first, English beside it in a quieter tone.
  self.both = function (pair) {
    var out = [];
    pair = chosen(pair);
    if (pair[1]) out.push(self.el("span", { lang: "zh-CN", "class": "zh" }, pair[1]));
    if (pair[1] && pair[0]) out.push(" ");
    if (pair[0]) out.push(self.el("span", { lang: "en", "class": "en" }, pair[0]));
    return self.el("span", { "class": "both" }, out);
  };

  // A pair without the language that is not wanted, unless it is all there is.
  function chosen(pair) {
    if (self.lang === "en") return pair[0] ? [pair[0], ""] : pair;
    if (self.lang === "zh") return pair[1] ? ["", pair[1]] : pair;
    return pair;
  }
  self.chosen = chosen;

  self.plain = function (pair) {
    pair = chosen(pair);
    if (pair[0] === pair[1]) return pair[0];
    return [pair[1], pair[0]].filter(Boolean).join(" ");
  };

  self.word = function (key) { return self.words.page[key]; };
  self.say = function (key) { return self.both(self.word(key)); };
  self.name = function (kind, code) {
    var known = self.words[kind];
    return known && Object.prototype.hasOwnProperty.call(known, code) ? known[code] : [code, ""];
  };

  // -- numbers ------------------------------------------------------------------------------

  self.number = function (value, digits) {
    if (value === null || value === undefined) return "–";
    return grouped(Math.abs(value).toFixed(digits || 0), value < 0);
  };

  // By hand: the browser's own way takes longer to load than the map to draw.
  function grouped(text, isNegative) {
    var parts = text.split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
    return (isNegative && /[1-9]/.test(text) ? "−" : "") + parts.join(".");
  }

  // A number with as many decimal places as it has.
  self.exact = function (value) {
    return grouped(String(Number(Math.abs(value).toPrecision(12))), value < 0);
  };

  // Three significant figures: more would claim what no input knows.
  self.short = function (value) {
    if (value === null || value === undefined) return "–";
    var size = Math.abs(value);
    return self.number(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size ? 3 : 0);
  };

  self.percent = function (share) {
    return share === null || share === undefined ? "–" : self.number(share * 100, 0) + " %";
  };

  // Hours as people say them.
  self.hours = function (hours) {
    if (hours === null || hours === undefined) return "–";
    return hours >= 72 ? self.number(hours / 24, 1) + " " + self.plain(["d", "天"])
                       : self.number(hours, hours < 10 ? 1 : 0) + " " + self.plain(["h", "小时"]);
  };

  // Millions of yuan: bn yuan and 亿元 stand side by side, for they differ by ten.
  self.yuan = function (million) {
    if (million === null || million === undefined) return "–";
    var english = self.short(million / 1000) + " bn yuan";
    var chinese = self.short(million / 100) + " 亿元";
    return self.lang === "en" ? english : self.lang === "zh" ? chinese : english + " · " + chinese;
  };

  // The same on two lines, for narrow cells.
  self.yuanLines = function (million) {
    if (million !== null && self.lang !== "both") return self.el("span", {}, self.yuan(million));
    return self.el("span", {}, million === null ? "–" : [
      self.short(million / 100) + " 亿元", self.el("br"),
      self.el("span", { "class": "en" }, self.short(million / 1000) + " bn yuan")
    ]);
  };

  self.amount = function (measure, value) {
    if (measure === "cny") return self.yuan(value);
    if (measure === "teu") return self.number(value, 0) + " TEU";
    return self.number(value, 0) + " t" + (measure === "kg" ? " CO2e" : "");
  };
})(corridorMap);
