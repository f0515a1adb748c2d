// Filters the list of units while typing; without it the form asks the server.
(function () {
  "use strict";
  var field = document.getElementById("tim");
  var rows = Array.prototype.slice.call(document.querySelectorAll("#don-vi > li"));
  var empty = document.getElementById("trong");

  function fold(text) {
    return text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }

  field.addEventListener("input", function () {
    var wanted = fold(field.value.trim());
    var shown = 0;
    rows.forEach(function (row) {
      row.hidden = row.getAttribute("data-tim").indexOf(wanted) < 0;
      shown += row.hidden ? 0 : 1;
    });
    empty.hidden = shown > 0;
  });
})();
