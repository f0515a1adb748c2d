/* The search box. Nothing is loaded before the first letter is typed; what is typed stays on the
   phone. All words stand in the box's data- attributes. Enter asks the server, as without script. */

const AFTER_TYPING = 120;

const box = document.querySelector("[data-md-component=search][data-index]");
const input = box.querySelector("[data-md-component=search-query]");
const output = box.querySelector(".md-search__output");
const state = box.querySelector(".md-search-result__meta");
const list = box.querySelector(".md-search-result__list");
const help = box.querySelector(".by-search__none");
const texts = box.dataset;

let engine = null;
let waiting = 0;

/** Load ranking and index once; after a failure the next letter tries again. */
function load() {
  if (!engine) {
    const parts = texts.index.split(" ").map(async (address) => {
      const answer = await fetch(address);
      if (!answer.ok) {
        throw new Error(`${answer.status}`);
      }
      return answer.json();
    });
    engine = Promise.all([import("./search-engine.js"), ...parts])
      .then(([{ makeIndex, search }, ...loaded]) => {
        const index = makeIndex(loaded);
        return (query) => search(index, query);
      });
    engine.catch(() => {
      engine = null;
    });
  }
  return engine;
}

function element(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function item({ location, title, kind, name }) {
  const link = element("a", "md-search-result__link", "");
  link.href = location.startsWith("/") ? location : texts.base + location;
  const article = element("span", "md-search-result__article", "");
  article.append(
    element("span", "by-search__title", title),
    element("span", "by-search__kind", box.getAttribute(`data-kind-${kind}`)),
  );
  if (name.includes(" · ")) {
    const former = name.replace(" · ", " (");
    article.append(element("span", "by-search__kind", texts.former.replace("{name}", `${former})`)));
  }
  link.append(article);
  const row = element("li", "md-search-result__item", "");
  row.append(link);
  return row;
}

function close() {
  output.hidden = true;
}

async function answer() {
  const query = input.value;
  if (query.trim().length < 2) {
    close();
    return;
  }
  if (!engine) {
    list.textContent = "";
    help.hidden = true;
    state.textContent = texts.loading;
    output.hidden = false;
  }
  let hits;
  try {
    hits = (await load())(query);
  } catch {
    state.textContent = texts.failed;
    return;
  }
  if (query !== input.value) {
    return;
  }
  list.textContent = "";
  list.append(...hits.map(item));
  state.textContent = hits.length > 0 ? texts.count.replace("{n}", String(hits.length)) : texts.none;
  help.hidden = hits.length > 0;
  output.hidden = false;
}

input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(answer, AFTER_TYPING);
});

input.addEventListener("click", () => {
  if (output.hidden) {
    answer();
  }
});

box.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    close();
    input.focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = Array.from(output.querySelectorAll("a")).filter((link) => link.offsetParent);
  if (!step || output.hidden || links.length === 0) {
    return;
  }
  event.preventDefault();
  const next = links.indexOf(document.activeElement) + step;
  (next < 0 ? input : links[Math.min(next, links.length - 1)]).focus();
});

/* A tap beside the box, or leaving it by Tab, closes it. */
box.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !box.contains(event.relatedTarget)) {
    close();
  }
});
document.addEventListener("click", (event) => {
  if (!box.contains(event.target)) {
    close();
  }
});
