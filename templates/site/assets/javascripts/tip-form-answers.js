/* What is wrong with the answers, what hangs on them, and how they read on the check page. */

import { find, findAll, form, lengthOf, say, value } from "./tip-form-page.js";

const FIELDS = [
  "category", "text", "place", "area", "latitude", "longitude", "occurred_at", "urgency",
  "contact_name", "contact_phone", "sealed",
];
const LONGEST_TEXT = 5000;
const LONGEST = { place: 300, area: 100, contact_name: 100 };
const PHONE = /^\+?\d([ .-]?\d){2,19}$/;

/** Return [{field, message}] for all that the server would not take either. */
export function allMistakes(photos) {
  const found = [];
  const note = (field, name, values) => found.push({ field, message: say(name, values) });
  if (!value("category")) {
    note("category", "category-required");
  }
  const length = lengthOf(form.elements.text.value);
  if (!value("text")) {
    note("text", "text-required");
  } else if (length > LONGEST_TEXT) {
    note("text", "text-long", { n: length - LONGEST_TEXT });
  }
  Object.keys(LONGEST).forEach((field) => {
    if (lengthOf(value(field)) > LONGEST[field]) {
      note(field, `${field}-long`);
    }
  });
  const time = form.elements.occurred_at;
  if (time.validity && time.validity.badInput) {
    note("occurred_at", "occurred_at-invalid");
  }
  if (photos.isBusy()) {
    note("photos", "photo-busy");
  }
  if (value("contact_phone") && !PHONE.test(value("contact_phone"))) {
    note("contact_phone", "contact_phone-invalid");
  }
  return found;
}

function isAmong(codes) {
  return codes.split(" ").includes(value("category"));
}

function isAlwaysSealed() {
  return isAmong(find("[data-always-sealed]").dataset.for);
}

function isForProvince() {
  return isAmong(find("[data-to-province]").dataset.for);
}

/** Show what belongs to the chosen category, urgency and sealing, hide what does not. */
export function adapt() {
  findAll("[data-for]").forEach((place) => {
    place.classList.toggle("is-meant", isAmong(place.dataset.for));
  });
  findAll("[data-not-for]").forEach((place) => {
    place.hidden = isAmong(place.dataset.notFor);
  });
  const isSealed = isAlwaysSealed() || value("sealed") === "1";
  find("[data-not-sealed]").hidden = isSealed;
  find("[data-if-sealed]").hidden = !isSealed;
  find("[data-seal]").hidden = isAlwaysSealed();
  const isNow = value("urgency") === "now";
  find("[data-alarm]").classList.toggle("is-now", isNow);
  find("[data-alarm-now]").hidden = !isNow;
}

/** Show how many characters are left for the text. */
export function count() {
  const left = LONGEST_TEXT - lengthOf(form.elements.text.value);
  const place = find("[data-count]");
  place.hidden = false;
  place.classList.toggle("is-over", left < 0);
  const shown = String(Math.abs(left)).replace(/\B(?=(\d{3})+$)/g, ".");
  place.textContent = say(left < 0 ? "count-over" : "count-left", { n: shown });
}

/** Choose the category that the link names, as ?loai=ma-tuy. */
export function prefill() {
  const wanted = new URLSearchParams(location.search).get("loai");
  const select = form.elements.category;
  if (Array.from(select.options).some((option) => option.value === wanted)) {
    select.value = wanted;
  }
}

/** Fill the check page. */
export function drawCheck(photos) {
  const category = form.elements.category;
  const urgency = find("[name=urgency]:checked");
  const number = photos.blobs().length;
  const sealed = value("sealed") === "1" ? "sealed-yes" : "sealed-no";
  const shown = {
    category: value("category") && category.options[category.selectedIndex].text,
    text: form.elements.text.value,
    position: say(value("latitude") ? "with-position" : "no-position"),
    occurred_at: value("occurred_at") && inWords(value("occurred_at")),
    urgency: urgency ? urgency.parentNode.textContent.trim() : say("no-urgency"),
    photos: number ? say("photos", { n: number }) : say("no-photos"),
    sealed: say(isAlwaysSealed() ? "sealed-always" : sealed),
    receiver: say(isForProvince() ? "receiver-province" : "receiver"),
  };
  findAll("[data-show]").forEach((place) => {
    const name = place.dataset.show;
    place.textContent = (name in shown ? shown[name] : value(name)) || say("none");
  });
}

/** Return a local ISO time as people write it. */
export function inWords(localTime) {
  const [day, time] = localTime.split("T");
  const [year, month, date] = day.split("-");
  return say("when", { time: (time || "").slice(0, 5), day: date, month, year });
}

/** Return what goes to the server, but the photos; what is empty stays behind. */
export function answersToSend(submissionKey) {
  const data = new FormData();
  FIELDS.forEach((name) => {
    const typed = name === "text" ? form.elements.text.value : value(name);
    if (typed) {
      data.append(name, typed);
    }
  });
  if (submissionKey) {
    data.append("submission_key", submissionKey);
  }
  return data;
}
