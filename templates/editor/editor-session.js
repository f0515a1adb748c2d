/* Before Decap: who is signed in, and how every call goes out. What is typed stays on the screen
   when a session ends or the net is gone; the panel says what to do. Texts come from the page. */

(function () {
  "use strict";

  const page = document.body.dataset;
  const words = JSON.parse(page.words);
  const panel = document.getElementById("be-panel");
  const LONGEST_WAIT = 180000;

  /* Decap starts by our word only (editor.js), and shows no door of its own: ours is passed. */
  window.CMS_MANUAL_INIT = true;
  localStorage.setItem("decap-cms-user", JSON.stringify({ backendName: "binhyen" }));

  /* On a phone form and preview take turns: the eye beside the form brings the preview. */
  if (window.matchMedia("(max-width: 50rem)").matches) {
    localStorage.setItem("cms.right-pane", "none");
  }

  let token = page.csrfToken;
  let isSignedOut = false;

  /* ---- the panel ---- */

  function element(name, text, className) {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) {
      made.className = className;
    }
    return made;
  }

  function button(text, act) {
    const made = element("button", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  function hidePanel() {
    panel.hidden = true;
    panel.replaceChildren();
  }

  /* `notice`: title, text, problems [[place, sentence]], acts [node], isGood. */
  function showPanel(notice) {
    panel.replaceChildren(element("p", notice.title, "be-panel__title"));
    panel.append(element("p", notice.text));
    if (notice.problems && notice.problems.length) {
      const list = document.createElement("ul");
      notice.problems.forEach(([place, sentence]) => {
        const item = document.createElement("li");
        item.append(...(place ? [element("b", place), ": "] : []), sentence);
        list.append(item);
      });
      panel.append(list);
    }
    const acts = element("p", "", "be-panel__acts");
    acts.append(...(notice.acts || []), button(words.close, hidePanel));
    panel.append(acts);
    panel.classList.toggle("be-panel--good", Boolean(notice.isGood));
    panel.hidden = false;
  }

  /* What it says is about the page that was open. */
  window.addEventListener("hashchange", () => {
    if (!isSignedOut) {
      hidePanel();
    }
  });

  function showSignedOut() {
    isSignedOut = true;
    const link = element("a", words.expired_link);
    link.href = "/sua-nhanh/";
    link.target = "_blank";
    link.rel = "noopener";
    showPanel({ title: words.expired_title, text: words.expired, acts: [link] });
  }

  /* ---- the session ---- */

  /* Whoever signs in again in another tab has a new token: take it over. */
  async function hasNewToken() {
    const response = await fetch("/api/session", { headers: { Accept: "application/json" } });
    if (!response.ok) {
      return false;
    }
    const session = await response.json();
    if (session.unit !== page.unit || session.role !== page.role) {
      showPanel({ title: words.failed_title, text: words.other_editor });
      return false;
    }
    const isNew = session.csrf_token !== token;
    token = session.csrf_token;
    return isNew;
  }

  window.addEventListener("focus", async () => {
    if (isSignedOut && (await hasNewToken().catch(() => false))) {
      isSignedOut = false;
      showPanel({ title: words.signed_in_title, text: words.signed_in, isGood: true });
    }
  });

  function send(address, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), LONGEST_WAIT);
    return fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: "manual",
      signal: stop.signal,
    }).finally(() => clearTimeout(timer));
  }

  /* Sends a call, once more where only the token was old. */
  async function post(address, body) {
    const response = await send(address, body);
    if (response.status === 403 && (await hasNewToken())) {
      return send(address, body);
    }
    return response;
  }

  /* What Decap sees of a failure: a status, and the words of its passing note. */
  function failure(status, sentence) {
    const error = new Error(sentence);
    error.status = status;
    error.toString = () => sentence;
    return error;
  }

  window.binhyen = {
    page,
    words,
    element,
    button,
    showPanel,
    showSignedOut,
    hidePanel,
    post,
    failure,
  };
})();
