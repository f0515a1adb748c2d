/* The receipt page. It works without this; here photos are made smaller before they go, and who
   leaves in a hurry leaves nothing behind. Nothing is stored on the phone. */

import { smaller } from "./tip-form-photos.js";

const TWICE_WITHIN = 700;

/* ---- leaving ---- */

let isLeaving = false;

function leave(address) {
  isLeaving = true;
  document.body.hidden = true;
  document.querySelectorAll("form").forEach((form) => form.remove());
  location.replace(address);
}

const exits = Array.from(document.querySelectorAll("[data-leave]"));
exits.forEach((link) =>
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link.href);
  }),
);

let lastEscape = -TWICE_WITHIN;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (event.timeStamp - lastEscape < TWICE_WITHIN) {
      leave(exits[0].href);
    }
    lastEscape = event.timeStamp;
  }
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && isLeaving) {
    location.replace(exits[0].href);
  }
});

/* ---- photos ---- */

const form = document.querySelector("[data-message-form]");
const input = form && form.elements.photos;
const texts = document.querySelector("template[data-texts]");
let shrinking = null;

function say(name, values) {
  const text = texts.content.querySelector(`[data-text="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key]));
}

async function shrunk(files, tell) {
  const chosen = new DataTransfer();
  for (const [index, file] of files.entries()) {
    tell("working", { n: index + 1, of: files.length });
    // One after the other: two opened photos at once are too much for a small phone.
    const blob = await smaller(file);
    chosen.items.add(blob ? new File([blob], `${index + 1}.jpg`, { type: blob.type }) : file);
  }
  return chosen.files;
}

/* Puts the smaller copies where the browser takes them from when the form goes: an ordinary form,
   sent in the ordinary way. What cannot be made smaller goes as it is. */
function setUpPhotos() {
  const state = form.querySelector("[data-photo-state]");
  input.addEventListener("change", () => {
    const files = Array.from(input.files);
    const tell = (name, values) => {
      if (shrinking === mine) {
        state.textContent = say(name, values);
      }
    };
    const mine = Promise.resolve()
      .then(() => shrunk(files, tell))
      .then((chosen) => {
        // Other photos may have been chosen meanwhile.
        if (shrinking === mine) {
          input.files = chosen;
          tell("ready", { n: files.length });
        }
      })
      .finally(() => {
        if (shrinking === mine) {
          shrinking = null;
        }
      });
    shrinking = mine;
  });
  form.addEventListener("submit", (event) => {
    if (shrinking) {
      event.preventDefault();
      shrinking.finally(() => form.requestSubmit());
    }
  });
}

if (input && window.DataTransfer) {
  setUpPhotos();
}
