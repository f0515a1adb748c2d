/* The tip form, one step at a time. The page works without this; all sentences stand in the
   page's templates. Nothing is stored on the phone: what is typed lives in the form's fields,
   history entries hold a step's number and how deep it lies, nothing else. */

import { adapt, allMistakes, count, drawCheck, inWords, prefill } from "./tip-form-answers.js";
import { deliver, showProgress } from "./tip-form-delivery.js";
import { area, element, find, findAll, form, say, value } from "./tip-form-page.js";
import { photoList } from "./tip-form-photos.js";
import { newSubmissionKey, receiptGroups } from "./tip-form-send.js";
import { setUpPosition, setUpTime } from "./tip-form-where-when.js";

const TWICE_WITHIN = 700;

const steps = findAll(".tf-step");
const lastStep = steps.length;
let step = 1;
let depth = 0;
/* After "Sửa", the next button leads straight back to the check. */
let isMending = false;
let isSending = false;
/* The answers are gone: nothing of this page may come back, neither by a step nor from a cache. */
let isOver = false;
let submissionKey = "";
let photos = null;

/* ---- steps ---- */

function show(number) {
  step = Math.min(Math.max(number, 1), lastStep);
  steps.forEach((section, index) => section.classList.toggle("is-current", index + 1 === step));
  if (step === lastStep) {
    drawCheck(photos);
  }
}

function focusHeading() {
  const heading = steps[step - 1].querySelector(".tf-heading");
  heading.focus({ preventScroll: true });
  steps[step - 1].scrollIntoView();
}

function goTo(number) {
  if (number === step) {
    return;
  }
  depth += 1;
  history.pushState({ step: number, depth }, "");
  show(number);
}

function goOn() {
  const mistakes = allMistakes(photos).filter(({ field }) => stepOf(field) === step);
  if (mistakes.length > 0) {
    showMistakes(mistakes);
    return;
  }
  clearMistakes();
  goTo(isMending ? lastStep : step + 1);
  isMending = false;
  focusHeading();
}

function mend(number) {
  isMending = true;
  clearMistakes();
  goTo(number);
  focusHeading();
}

function onPopState(event) {
  if (isOver) {
    return;
  }
  if (!event.state || !event.state.step) {
    // A link to a place in this page made the entry: no step, but one deeper.
    depth += 1;
    history.replaceState({ step, depth }, "");
    return;
  }
  depth = event.state.depth;
  isMending = false;
  clearMistakes();
  show(event.state.step);
  focusHeading();
}

/* ---- mistakes ---- */

function stepOf(field) {
  const place = field && document.getElementById(field);
  const section = place && place.closest(".tf-step");
  return section ? steps.indexOf(section) + 1 : 0;
}

function setMistake(field, message) {
  const place = document.getElementById(`${field}-error`);
  const control = document.getElementById(field);
  if (place && control) {
    place.textContent = message;
    // Groups take no such mark, only what is typed or chosen in.
    if (message && control.matches("input, select, textarea")) {
      control.setAttribute("aria-invalid", "true");
    } else {
      control.removeAttribute("aria-invalid");
    }
  }
}

function clearMistakes() {
  findAll("[data-error]").forEach((place) => setMistake(place.id.replace(/-error$/, ""), ""));
  find("[data-summary]").hidden = true;
}

/** Show mistakes at their fields and in the summary, which takes the focus. */
function showMistakes(mistakes, heading = "to-mend") {
  clearMistakes();
  const first = mistakes.map((mistake) => stepOf(mistake.field)).find((number) => number > 0);
  if (first) {
    goTo(first);
  }
  const list = find("[data-summary-list]");
  list.textContent = "";
  mistakes.forEach(({ field, message }) => {
    const item = element("li", {});
    item.append(stepOf(field) ? linkTo(field, message) : message);
    setMistake(field, message);
    list.append(item);
  });
  find("[data-again]").hidden = true;
  find("[data-summary-text]").textContent = say(heading);
  const summary = find("[data-summary]");
  summary.hidden = false;
  summary.focus({ preventScroll: true });
  summary.scrollIntoView();
}

function linkTo(field, message) {
  const link = element("a", { href: `#${field}`, textContent: message });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    goTo(stepOf(field));
    document.getElementById(field).focus();
  });
  return link;
}

/* ---- sending ---- */

async function send(action) {
  if (isSending || isOver) {
    return;
  }
  const mistakes = allMistakes(photos);
  if (mistakes.length > 0) {
    showMistakes(mistakes);
    return;
  }
  clearMistakes();
  // Where the progress is seen.
  goTo(lastStep);
  // Kept until a receipt is shown: whatever is repeated with it is the same act to the server.
  submissionKey = submissionKey || newSubmissionKey();
  showSending(true);
  const answer = await deliver(action, photos, submissionKey, () => isOver);
  if (isOver) {
    return;
  }
  showSending(false);
  const groups = answer.status === 200 || answer.status === 201 ? receiptGroups(answer) : null;
  if (groups) {
    showReceipt(groups, answer.body);
  } else {
    explain(answer);
  }
}

function showSending(sending) {
  isSending = sending;
  const button = find("[data-send]");
  // Not `disabled`: that would throw the focus away.
  button.setAttribute("aria-disabled", String(sending));
  find("[data-sending]").hidden = !sending;
  find("[data-choices]").hidden = true;
  if (sending) {
    showProgress(say("sending"), 0);
  }
}

function explain({ status, body, problem }) {
  find("[data-send]").textContent = say("send-again");
  const errors = Array.isArray(body.errors) ? body.errors : [];
  if (problem) {
    offerAgain([{ field: "photos", message: say(problem) }], "not-sent");
  } else if (status === 409) {
    submissionKey = newSubmissionKey();
    offerAgain([{ field: "", message: say("changed") }], "not-sent");
  } else if (errors.some((error) => stepOf(error.field))) {
    showMistakes(errors, "not-sent");
  } else if ((status === 413 || status === 415) && photos.blobs().length > 0) {
    showMistakes([{ field: "photos", message: say("photo-refused") }], "not-sent");
  } else if (status === 0 || (status >= 200 && status < 300)) {
    offerAgain([{ field: "", message: say("no-answer") }], "not-sure");
  } else {
    const trouble = [{ field: "", message: say("trouble") }];
    offerAgain(errors.length > 0 ? errors : trouble, "not-sent");
    offerCall(body.phone);
    offerSuccessors(body.successors);
  }
}

function offerAgain(mistakes, heading) {
  showMistakes(mistakes, heading);
  find("[data-again]").hidden = false;
}

function offerCall(phone) {
  if (phone) {
    const number = String(phone).replace(/[^+\d]/g, "");
    const item = element("li", {});
    item.append(element("a", { href: `tel:${number}`, textContent: say("call", { phone }) }));
    find("[data-summary-list]").append(item);
  }
}

/* The unit was split while this page was open: its successors, to choose from. */
function offerSuccessors(successors) {
  if (!Array.isArray(successors)) {
    return;
  }
  const choices = find("[data-choices]");
  choices.textContent = "";
  successors.forEach(({ unit_id: id, name }) => {
    const words = say("send-to", { name });
    const button = element("button", { type: "button", className: "tf-button", textContent: words });
    button.addEventListener("click", () => send(`/api/units/${encodeURIComponent(id)}/tips`));
    choices.append(button);
  });
  choices.hidden = false;
  find("[data-again]").hidden = true;
}

function showReceipt(groups, body) {
  const receipt = find("template[data-receipt]").content.firstElementChild.cloneNode(true);
  const code = receipt.querySelector("[data-receipt-code]");
  groups.forEach((group) => code.append(element("span", { textContent: group }), " "));
  receipt.querySelector("[data-receipt-now]").hidden = value("urgency") !== "now";
  const at = new Date(body.received_at);
  if (!Number.isNaN(at.getTime())) {
    const local = new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString();
    receipt.querySelector("[data-receipt-time]").textContent = say("stored-at", { when: inWords(local) });
  }
  forget();
  form.replaceWith(receipt);
  // Back must leave this page now, not walk through steps that are no more.
  leaveSteps();
  receipt.querySelector(".tf-heading").focus({ preventScroll: true });
  receipt.scrollIntoView();
}

/* ---- leaving ---- */

function forget() {
  isOver = true;
  submissionKey = "";
  form.reset();
  findAll("input[type=hidden]").forEach((input) => input.remove());
  findAll("[data-show]").forEach((place) => { place.textContent = ""; });
  if (photos) {
    photos.clear();
  }
}

function leaveSteps() {
  const back = depth;
  depth = 0;
  if (back > 0) {
    history.go(-back);
  }
  return back > 0;
}

/* To a page of this site that says nothing about a tip. The entries of the steps are left behind
   first, so that the back key does not show the form again. */
function exitQuickly() {
  const harmless = find("[data-quick-exit]").href;
  const leave = () => location.replace(harmless);
  forget();
  document.body.hidden = true;
  if (leaveSteps()) {
    window.addEventListener("popstate", leave);
    setTimeout(leave, 300);
  } else {
    leave();
  }
}

function setUpLeaving() {
  let lastEscape = -TWICE_WITHIN;
  find("[data-quick-exit]").addEventListener("click", (event) => {
    event.preventDefault();
    exitQuickly();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (event.timeStamp - lastEscape < TWICE_WITHIN) {
        exitQuickly();
      }
      lastEscape = event.timeStamp;
    }
  });
  window.addEventListener("pagehide", () => {
    const receipt = find(".tf-receipt");
    if (receipt) {
      receipt.remove();
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && isOver) {
      location.reload();
    }
  });
}

/* ---- start ---- */

function start() {
  photos = photoList(
    {
      input: form.elements.photos,
      list: find("[data-photo-list]"),
      state: find("[data-photo-state]"),
      item: find("template[data-photo]"),
    },
    say,
    (message) => setMistake("photos", message),
  );
  // Of the steps shown while this script was on its way, the one in use stays.
  const inUse = steps.findIndex((section) => section.contains(document.activeElement));
  form.noValidate = true;
  // Steps put themselves in sight; a remembered place would be another step's.
  history.scrollRestoration = "manual";
  prefill();
  setUpPosition(area, form, say);
  setUpTime(area, form);
  const was = history.state && history.state.depth;
  depth = typeof was === "number" ? was : 0;
  show(Math.max(inUse, 0) + 1);
  history.replaceState({ step, depth }, "");
  adapt();
  count();
  form.classList.add("is-stepped");
  listen();
}

function listen() {
  form.addEventListener("input", adapt);
  form.addEventListener("change", adapt);
  form.elements.text.addEventListener("input", count);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (step === lastStep) {
      send(form.getAttribute("action"));
    } else {
      goOn();
    }
  });
  form.addEventListener("click", (event) => {
    const edit = event.target.closest("[data-edit]");
    if (edit) {
      event.preventDefault();
      mend(Number(edit.dataset.edit));
    } else if (event.target.closest("[data-next]")) {
      goOn();
    } else if (event.target.closest("[data-back]")) {
      back();
    } else if (event.target.closest("[data-again]")) {
      send(form.getAttribute("action"));
    }
  });
  window.addEventListener("popstate", onPopState);
}

/* Where another step lies under this one, the button is the back key. */
function back() {
  if (depth > 0) {
    history.back();
  } else {
    show(step - 1);
    focusHeading();
  }
}

setUpLeaving();
if (!form.hasAttribute("data-plain")) {
  start();
}
