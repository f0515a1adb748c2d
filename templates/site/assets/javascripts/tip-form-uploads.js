/* Puts the photos into the store before the tip that names them, one after the other: on a thin
   line two at once take no less time, and a broken one costs one photo. */

import { photoType } from "./tip-form-photos.js";
import { post } from "./tip-form-send.js";

/* Blob → upload id: what is there already is not sent again with "Gửi lại". */
let uploaded = new WeakMap();

/**
 * Upload every photo that is not there yet and resolve with the ids in order, or with null when
 * one cannot be uploaded. Each is tried twice, the second time with a fresh ticket.
 * `onProgress` is called with the number of the photo and 0 to 1.
 */
export async function uploadPhotos(blobs, address, host, onProgress) {
  const missing = blobs.filter((blob) => !uploaded.has(blob));
  const tickets = await ticketsFor(missing, address, host);
  for (let index = 0; index < missing.length; index += 1) {
    const blob = missing[index];
    const show = (part) => onProgress(blobs.indexOf(blob) + 1, part);
    if (!(await put(blob, tickets[index], show))) {
      const [fresh] = await ticketsFor([blob], address, host);
      if (!(await put(blob, fresh, show))) {
        return null;
      }
    }
  }
  return blobs.map((blob) => uploaded.get(blob));
}

/** The store has them no longer: the next time all are uploaded again. */
export function forgetUploads() {
  uploaded = new WeakMap();
}

/* Return a ticket for each photo; none where there is no right answer. */
async function ticketsFor(blobs, address, host) {
  if (blobs.length === 0) {
    return [];
  }
  const photos = [];
  for (const blob of blobs) {
    photos.push({ size: blob.size, type: await photoType(blob) });
  }
  const question = new Blob([JSON.stringify({ photos })], { type: "application/json" });
  const { status, body } = await post(address, question, () => {});
  const tickets = status === 201 && Array.isArray(body.uploads) ? body.uploads : [];
  return tickets.filter((ticket) => String(ticket.url).indexOf(host) === 0);
}

async function put(blob, ticket, onProgress) {
  if (!ticket) {
    return false;
  }
  onProgress(0);
  const data = new FormData();
  Object.keys(ticket.fields).forEach((name) => data.append(name, ticket.fields[name]));
  // The file comes last, under a name of ours: its own may tell a lot.
  data.append("file", blob, "anh");
  const { status } = await post(ticket.url, data, onProgress);
  if (status < 200 || status > 299) {
    return false;
  }
  uploaded.set(blob, ticket.upload_id);
  return true;
}
