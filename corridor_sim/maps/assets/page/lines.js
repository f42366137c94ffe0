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

  // -- base map -----------------------------------------------------------------------------

  // The size of the world at zoom 0, in pixels of Web Mercator.
  var WORLD = 256;

  // Lines as one path in pixels of zoom 0. The cut in the Atlantic is no coast: the path in
  // `coasts`, if given, leaves out the pieces along it.
  function pathOf(texts, coasts) {
    var path = new Path2D(), perDegree = WORLD / 360, half = Math.PI / 360;
    texts.forEach(function (text) {
      var wasOnCut = false, isFirst = true;
      self.decode(text).forEach(function (point) {
        var x = (point[1] + 180) * perDegree, onCut = (point[1] + 30) % 360 === 0;
        var y = WORLD / 2 - WORLD / (2 * Math.PI) * Math.log(Math.tan(Math.PI / 4 + point[0] * half));
        if (isFirst) path.moveTo(x, y); else path.lineTo(x, y);
        if (coasts && (isFirst || (wasOnCut && onCut))) coasts.moveTo(x, y);
        else if (coasts) coasts.lineTo(x, y);
        isFirst = false;
        wasOnCut = onCut;
      });
    });
    return path;
  }

  function flat(areas) { return [].concat.apply([], areas); }

  function pathsOf(base) {
    var coasts = new Path2D(), colour = self.colour;
    return [
      { path: pathOf(flat(base.land), coasts), fill: colour("--land") },
      { path: coasts, stroke: colour("--coast"), width: 0.8 },
      { path: pathOf(base.rivers), stroke: colour("--river"), width: 0.8 },
      { path: pathOf(flat(base.lakes)), fill: colour("--sea"), stroke: colour("--river"), width: 0.6 },
      { path: pathOf(base.borders || []), stroke: colour("--border"), width: 0.9 }
    ];
  }

  // Land, lakes and rivers on a canvas of their own that takes no part in clicks. Leaflet places
  // the canvas; the paths are made once and only scaled, which is many times faster than layers.
  var Base = L.Canvas.extend({
    initialize: function (base) {
      L.Canvas.prototype.initialize.call(this, { pane: "base", padding: 0.4 });
      this._layersOfBase = base.drawn || (base.drawn = pathsOf(base));
    },

    _draw: function () {
      var ctx = this._ctx, origin = this._map.getPixelOrigin();
      var scale = Math.pow(2, this._map.getZoom());
      // West of the window the world is shown once more, so that Europe does not end in nothing.
      [-WORLD, 0].forEach(function (shift) {
        ctx.save();
        ctx.translate(-origin.x, -origin.y);
        ctx.scale(scale, scale);
        ctx.translate(shift, 0);
        ctx.lineJoin = "round";
        this._layersOfBase.forEach(function (one) {
          if (one.fill) {
            ctx.fillStyle = one.fill;
            ctx.fill(one.path, "evenodd");
          }
          if (one.stroke) {
            ctx.strokeStyle = one.stroke;
            ctx.lineWidth = one.width / scale;
            ctx.stroke(one.path);
          }
        });
        ctx.restore();
      }, this);
    }
  });

  self.drawBase = function (map, base) {
    var pane = map.createPane("base");
    pane.style.zIndex = 200;
    pane.style.pointerEvents = "none";
    new Base(base).addTo(map);
  };
})(corridorMap);
