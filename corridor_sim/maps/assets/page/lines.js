// Lines: decoding, sideways offset so that each direction has its own side, base map.
"use strict";
var corridorMap = {};

(function (self) {
  var STEPS_PER_DEGREE = 100;

  // The [lat, lon] points of a line that Python's encode_line wrote.
  self.decode = function (text) {
    var points = [], here = [0, 0], axis = 0, shift = 0, rest = 0;
    for (var i = 0; i < text.length; i++) {
      var digit = text.charCodeAt(i) - 63;
      rest |= (digit & 31) << shift;
      shift += 5;
      if (digit >= 32) continue;
      here[axis] += rest & 1 ? ~(rest >> 1) : rest >> 1;
      if (axis) points.push([here[1] / STEPS_PER_DEGREE, here[0] / STEPS_PER_DEGREE]);
      axis = 1 - axis;
      shift = rest = 0;
    }
    return points;
  };

  // A point line moved sideways by so many pixels, to the right of its direction.
  self.shifted = function (points, pixels) {
    var moved = [];
    for (var i = 0; i < points.length; i++) {
      var before = points[Math.max(i - 1, 0)], after = points[Math.min(i + 1, points.length - 1)];
      var here = points[i];
      var a = unit(before, here) || unit(here, after), b = unit(here, after) || a;
      if (!a) { moved.push(here); continue; }
      // Along the bisector, so far that both neighbouring pieces keep their distance; no spikes.
      var x = a.x + b.x, y = a.y + b.y, length = Math.hypot(x, y);
      if (length < 0.3) { x = a.x; y = a.y; length = 1; }
      var cosine = Math.max((a.x * x + a.y * y) / length, 0.6);
      moved.push(L.point(here.x - y / length * pixels / cosine,
                         here.y + x / length * pixels / cosine));
    }
    return moved;
  };

  function unit(from, to) {
    var x = to.x - from.x, y = to.y - from.y, length = Math.hypot(x, y);
    return length > 1e-6 ? { x: x / length, y: y / length } : null;
  }

  // A polyline that is drawn `offset` pixels to the right of its points.
  self.Flow = L.Polyline.extend({
    _simplifyPoints: function () {
      L.Polyline.prototype._simplifyPoints.call(this);
      var offset = this.options.offset;
      if (!offset) return;
      this._parts = this._parts.map(function (part) { return self.shifted(part, offset); });
    }
  });

  // The outlines of areas without the pieces along the cut in the Atlantic, which is no coast.
  function coasts(areas) {
    var lines = [];
    areas.forEach(function (area) {
      area.forEach(function (ring) {
        var line = [ring[0]];
        for (var i = 1; i < ring.length; i++) {
          if (onCut(ring[i - 1]) && onCut(ring[i])) {
            if (line.length > 1) lines.push(line);
            line = [];
          }
          line.push(ring[i]);
        }
        if (line.length > 1) lines.push(line);
      });
    });
    return lines;
  }

  function onCut(point) { return (point[1] + 30) % 360 === 0; }

  // Land, lakes and rivers on a canvas of their own that takes no part in clicks.
  self.drawBase = function (map, base) {
    var pane = map.createPane("base");
    pane.style.zIndex = 200;
    pane.style.pointerEvents = "none";
    var renderer = L.canvas({ pane: "base", padding: 0.4 });
    var common = { pane: "base", renderer: renderer, interactive: false };
    var css = getComputedStyle(document.documentElement);
    function colour(name) { return css.getPropertyValue(name).trim(); }
    // West of the window the Americas are shown once more, so that Europe does not end in nothing.
    function rings(areas) {
      var inside = areas.map(function (area) { return area.map(self.decode); });
      return inside.concat(inside.filter(function (area) { return area[0][0][1] > 270; }).map(
        function (area) { return area.map(westwards); }));
    }
    function westwards(line) {
      return line.map(function (point) { return [point[0], point[1] - 360]; });
    }
    var land = rings(base.land);
    L.polygon(land, L.extend({
      stroke: false, fillColor: colour("--land"), fillOpacity: 1, smoothFactor: 0.6
    }, common)).addTo(map);
    L.polyline(coasts(land), L.extend({
      color: colour("--coast"), weight: 0.8, smoothFactor: 0.6
    }, common)).addTo(map);
    L.polyline(base.rivers.map(self.decode), L.extend({
      color: colour("--river"), weight: 0.8, smoothFactor: 0.8
    }, common)).addTo(map);
    L.polygon(rings(base.lakes), L.extend({
      color: colour("--river"), weight: 0.6, fillColor: colour("--sea"), fillOpacity: 1,
      smoothFactor: 0.6
    }, common)).addTo(map);
  };
})(corridorMap);
