/* Sends the tip and says how it went. Nothing here is kept. */

const STALLED_AFTER = 60000;
const STATUS_NONE = 0;

/**
 * Post the form data and resolve with {status, body}; status 0 means that no answer came, so
 * that nobody knows whether the tip was stored. `onProgress` is called with 0 to 1.
 */
export function post(action, data, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let stalled;

    // A whole-request limit would punish slow lines: only standing still counts.
    const watch = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_AFTER);
    };
    const finish = (status, body) => {
      clearTimeout(stalled);
      resolve({ status, body });
    };

    request.open("POST", action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      watch();
      if (event.lengthComputable && event.total > 0) {
        onProgress(event.loaded / event.total);
      }
    };
    request.onload = () => finish(request.status, readJson(request.responseText));
    request.onerror = () => finish(STATUS_NONE, {});
    request.onabort = () => finish(STATUS_NONE, {});
    watch();
    request.send(data);
  });
}

/** Return five groups of digits, or null where the answer is none of ours (a hotspot's page, say). */
export function receiptGroups(answer) {
  const digits = String(answer.body.receipt_code || "").replace(/\D/g, "");
  return digits.length === 20 ? digits.match(/\d{4}/g) : null;
}

/** Return a random key of 32 URL-safe signs; "" where the browser has no good source of chance. */
export function newSubmissionKey() {
  if (!window.crypto || !window.crypto.getRandomValues) {
    return "";
  }
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const chance = window.crypto.getRandomValues(new Uint8Array(32));
  return Array.from(chance, (byte) => signs[byte % 64]).join("");
}

function readJson(text) {
  try {
    const body = JSON.parse(text);
    return body && typeof body === "object" ? body : {};
  } catch (error) {
    return {};
  }
}
