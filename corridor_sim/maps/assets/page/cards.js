// Where a click's answer is shown: a popup at the place, on a small screen a sheet at the bottom.
(function (self) {
  var sheet = null;

  self.openCard = function (at, card) {
    self.frames.forEach(function (frame) {
      if (frame.map !== self.map) frame.map.closePopup();
    });
    self.map.eachLayer(function (layer) {
      if (layer.getTooltip && layer.getTooltip()) layer.closeTooltip();
    });
    if (self.isNarrow()) openSheet(card);
    else openPopup(at, card);
  };

  function openPopup(at, card) {
    var panel = document.querySelector(".panel"), size = self.map.getSize(), two = self.isSplit();
    L.popup({
      minWidth: 320, maxWidth: 348, maxHeight: Math.max(240, Math.min(560, size.y - 120)), className: "popup",
      // The whole card comes into sight beside the controls.
      autoPanPaddingTopLeft: [two ? 14 : panel.offsetWidth + 30, two ? 56 : 14],
      autoPanPaddingBottomRight: [!two && size.x > 1100 ? 280 : 20, 20]
    }).setLatLng(at).setContent(card).openOn(self.map);
    var close = self.map.getContainer().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", self.plain(self.word("close")));
  }

  function openSheet(card) {
    self.closeCard();
    var close = self.el("button", { type: "button", "class": "close",
                                    "aria-label": self.plain(self.word("close")) }, "×");
    close.addEventListener("click", self.closeCard);
    sheet = self.el("section", { "class": "sheet", role: "dialog" }, [close, card]);
    document.body.appendChild(sheet);
    close.focus({ preventScroll: true });
  }

  self.closeCard = function () {
    self.frames.forEach(function (frame) { frame.map.closePopup(); });
    if (sheet) sheet.remove();
    sheet = null;
  };

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") self.closeCard();
  });
})(corridorMap);
