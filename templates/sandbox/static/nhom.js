// Asks for new messages every second and a half and appends them as the server drew them;
// shows the form below the chat, and takes a quote into it without loading the page anew.
(function () {
  "use strict";
  var list = document.getElementById("tin");
  var empty = document.getElementById("trong");
  var lost = document.getElementById("mat");
  var form = document.getElementById("soan");
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

  function quote(id, words) {
    document.getElementById("trich").value = id;
    document.getElementById("tin-trich").textContent = words;
    document.getElementById("dang-trich").hidden = !id;
    document.getElementById("loi").focus();
  }

  list.addEventListener("click", function (event) {
    var link = event.target.closest("a.trich-dan");
    if (link) {
      event.preventDefault();
      quote(link.getAttribute("data-ma"), link.getAttribute("data-tin"));
    }
  });

  document.getElementById("bo-trich").addEventListener("click", function (event) {
    event.preventDefault();
    quote("", "");
  });

  form.hidden = false;
  later();
})();
