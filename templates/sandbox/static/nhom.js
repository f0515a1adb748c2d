// Asks for new messages every second and a half and appends them as the server drew them.
(function () {
  "use strict";
  var list = document.getElementById("tin");
  var empty = document.getElementById("trong");
  var lost = document.getElementById("mat");
  var source = list.getAttribute("data-nguon");
  var last = list.getAttribute("data-cuoi");

  function later() {
    window.setTimeout(ask, 1500);
  }

  function show(answer) {
    lost.textContent = "";
    if (answer.html) {
      empty.hidden = true;
      list.insertAdjacentHTML("beforeend", answer.html);
      last = answer.last;
    }
  }

  function ask() {
    fetch(source + "?sau=" + last, { cache: "no-store" })
      .then(function (response) {
        if (!response.ok) {
          throw new Error(String(response.status));
        }
        return response.json();
      })
      .then(show)
      .catch(function () {
        lost.textContent = lost.getAttribute("data-cau");
      })
      .then(later);
  }

  later();
})();
