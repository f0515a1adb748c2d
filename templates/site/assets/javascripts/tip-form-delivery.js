/* One tip on its way: the photos first, where the site has a store for them, then the words. */

import { answersToSend } from "./tip-form-answers.js";
import { find, form, say } from "./tip-form-page.js";
import { post } from "./tip-form-send.js";

/* What such a site takes with the form: 4 MB in all, less the words. */
const MOST_WITH_FORM = 4 * 1024 * 1024 - 64 * 1024;
const NO_ANSWER = { status: 0, body: {} };

/**
 * Send the tip and resolve with {status, body} as `post` does, and with {problem}, the name of a
 * sentence, where nothing was sent because the photos cannot be. Once `isOver()`, nothing more
 * is sent.
 */
export async function deliver(action, photos, submissionKey, isOver) {
  const blobs = photos.blobs();
  const host = form.dataset.uploadUrl;
  if (!host || blobs.length === 0) {
    return sendAnswers(action, withPhotos(answersToSend(submissionKey), blobs));
  }
  // Read now: what is done with the form while photos are under way is another act.
  const [data, again] = [answersToSend(submissionKey), answersToSend(submissionKey)];
  const store = await import("./tip-form-uploads.js").catch(() => null);
  const answer = await sendWithUploads(store, host, action, data, blobs, isOver);
  if (!isMissing(answer)) {
    return answer;
  }
  // They waited too long, or the tip stands with them already: sent again, their bytes tell.
  store.forgetUploads();
  return sendWithUploads(store, host, action, again, blobs, isOver);
}

async function sendWithUploads(store, host, action, data, blobs, isOver) {
  const address = action.replace(/tips$/, "uploads");
  const ids = store && (await store.uploadPhotos(blobs, address, host, (number, part) => {
    showProgress(say("uploading", { n: number, of: blobs.length }), part);
  }));
  if (isOver()) {
    return NO_ANSWER;
  }
  if (ids) {
    ids.forEach((id) => data.append("uploads", id));
    return sendAnswers(action, data);
  }
  const total = blobs.reduce((sum, blob) => sum + blob.size, 0);
  return total > MOST_WITH_FORM
    ? { ...NO_ANSWER, problem: "upload-failed" }
    : sendAnswers(action, withPhotos(data, blobs));
}

function withPhotos(data, blobs) {
  blobs.forEach((blob, index) => data.append("photos", blob, `anh-${index + 1}`));
  return data;
}

function sendAnswers(action, data) {
  showProgress(say("sending"), 0);
  return post(action, data, (part) => showProgress(say(part === 1 ? "waiting" : "sending"), part));
}

/** Show how far it has come. */
export function showProgress(words, part) {
  find("[data-sending-bar]").value = Math.round(part * 100);
  const place = find("[data-sending-text]");
  // Read aloud when it changes, and only then.
  if (place.textContent !== words) {
    place.textContent = words;
  }
}

function isMissing({ status, body }) {
  const errors = status === 422 && Array.isArray(body.errors) ? body.errors : [];
  return errors.some((error) => error.code === "upload_missing");
}
