/* The form's place in the page, its sentences and what is typed into it. */

export const area = document.querySelector("[data-tip-area]");
export const form = area.querySelector("[data-tip-form]");
export const find = (selector) => area.querySelector(selector);
export const findAll = (selector) => Array.from(area.querySelectorAll(selector));

const texts = find("template[data-texts]").content;

/** Return a sentence of the page's templates with its {values}. */
export function say(name, values) {
  const text = texts.querySelector(`[data-text="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key]));
}

/** Return what is typed or chosen in a field; "1" for a ticked box. */
export function value(name) {
  const control = form.elements[name];
  if (control.type === "checkbox") {
    return control.checked ? "1" : "";
  }
  return control.value.trim();
}

/** Count as the server does: composed characters, not the browser's code units. */
export function lengthOf(text) {
  return Array.from(text.normalize("NFC")).length;
}

/** Make an element with properties as given. */
export function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
