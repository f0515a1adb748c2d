/* Photos: made smaller in the browser, which also leaves EXIF and position behind. What the
   browser cannot open (HEIC on most Android phones) goes as it is; the server cleans it. */

const MOST_PHOTOS = 5;
const MOST_BYTES = 10 * 1024 * 1024;
/* Opening more than this may end the tab of a small phone. */
const MOST_BYTES_TO_OPEN = 60 * 1024 * 1024;
const AIMED_BYTES = 900 * 1024;
const LONGEST_EDGE = 2048;
const QUALITIES = [0.85, 0.75, 0.65, 0.55];
const EDGE_STEP = 0.75;
const EDGE_STEPS = 4;
const JPEG = "image/jpeg";
const TYPES = {
  [JPEG]: /^\xff\xd8\xff/,
  "image/png": /^\x89PNG\r\n\x1a\n/,
  "image/gif": /^GIF8[79]a/,
  "image/webp": /^RIFF[^]{4}WEBP/,
  "image/heic": /^[^]{4}ftyp(hei[cxms]|hevc|mif1|msf1)/,
};

/**
 * Keep the photos of one form. `parts` holds the elements input, list, state and the template
 * `item`; `say(name, values)` gives a text; `refuse(text)` shows a mistake at the field, ""
 * takes it away.
 */
export function photoList(parts, say, refuse) {
  let photos = [];
  let waiting = 0;
  let generation = 0;
  let queue = Promise.resolve();

  parts.input.addEventListener("change", () => {
    const files = Array.from(parts.input.files);
    parts.input.value = "";
    refuse("");
    // One after the other: two opened photos at once are too much for a small phone.
    files.forEach((file, index) => enqueue(file, index + 1, files.length));
  });

  function enqueue(file, number, of) {
    const mine = generation;
    waiting += 1;
    queue = queue.then(async () => {
      if (mine !== generation) {
        return;
      }
      parts.state.textContent = say("photo-working", { n: number, of });
      const problem = photos.length >= MOST_PHOTOS ? "photo-many" : await add(file, mine);
      if (mine !== generation) {
        return;
      }
      waiting -= 1;
      if (problem) {
        refuse(say(problem));
      }
      draw();
    });
  }

  async function add(file, mine) {
    const photo = await prepare(file);
    if (photo.problem) {
      return photo.problem;
    }
    if (mine === generation) {
      photos.push(photo);
    }
    return "";
  }

  function draw() {
    parts.list.textContent = "";
    photos.forEach((photo, index) => parts.list.append(row(photo, index + 1)));
    if (waiting === 0) {
      parts.state.textContent = photos.length ? say("photo-ready", { n: photos.length }) : "";
    }
  }

  function row(photo, number) {
    const item = parts.item.content.firstElementChild.cloneNode(true);
    const words = say(photo.preview ? "photo-size" : "photo-unseen", {
      n: number,
      size: Math.ceil(photo.blob.size / 1024),
    });
    const canvas = item.querySelector("canvas");
    canvas.setAttribute("aria-label", words);
    if (photo.preview) {
      canvas.getContext("2d").drawImage(photo.preview, 0, 0);
    }
    item.querySelector("span").textContent = words;
    const button = item.querySelector("button");
    button.textContent = say("photo-remove", { n: number });
    button.addEventListener("click", () => {
      photos = photos.filter((other) => other !== photo);
      refuse("");
      draw();
      parts.input.focus();
    });
    return item;
  }

  return {
    blobs: () => photos.map((photo) => photo.blob),
    isBusy: () => waiting > 0,
    clear: () => {
      generation += 1;
      waiting = 0;
      photos = [];
      draw();
    },
  };
}

/** Return {blob, preview} or {problem}. The blob's name is ours: a file's own may tell a lot. */
async function prepare(file) {
  if (file.size > MOST_BYTES_TO_OPEN) {
    return { problem: "photo-large" };
  }
  const small = await shrunk(file);
  if (small) {
    return small;
  }
  if (!(await photoType(file))) {
    return { problem: "photo-type" };
  }
  return file.size > MOST_BYTES ? { problem: "photo-large" } : { blob: file, preview: null };
}

/** Return the photo as a small JPEG, or null where this browser cannot make one. */
export async function smaller(file) {
  const small = file.size > MOST_BYTES_TO_OPEN ? null : await shrunk(file);
  return small && small.blob;
}

/** Return the photo as a small JPEG with a preview, or null where this browser cannot. */
async function shrunk(file) {
  if (!canvasIsTrue()) {
    return null;
  }
  let picture;
  try {
    picture = await open(file);
    const blob = await smallJpeg(picture);
    return blob && { blob, preview: square(picture) };
  } catch (error) {
    // Not a picture to this browser, or not enough memory: the caller sends the file as it is.
    return null;
  } finally {
    if (picture && picture.close) {
      picture.close();
    }
  }
}

/* Tor Browser and some add-ons answer with noise when a canvas is read: better the file itself. */
function canvasIsTrue() {
  const canvas = newCanvas(4, 4);
  const pen = canvas.getContext("2d");
  if (!pen || !canvas.toBlob) {
    return false;
  }
  pen.fillStyle = "rgb(30, 120, 210)";
  pen.fillRect(0, 0, 4, 4);
  const pixels = pen.getImageData(0, 0, 4, 4).data;
  const wanted = [30, 120, 210, 255];
  return Array.from(pixels).every((value, index) => Math.abs(value - wanted[index % 4]) < 9);
}

async function open(file) {
  if (window.createImageBitmap) {
    try {
      return await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch (error) {
      // Older browsers do not know the option; an <img> below turns photos the right way too.
    }
  }
  const address = URL.createObjectURL(file);
  try {
    return await new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = reject;
      image.src = address;
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function smallJpeg(picture) {
  const { width, height } = sizeOf(picture);
  let scale = Math.min(1, LONGEST_EDGE / Math.max(width, height));
  let blob = null;
  for (let step = 0; step < EDGE_STEPS; step += 1) {
    const canvas = newCanvas(Math.round(width * scale), Math.round(height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      blob = await new Promise((resolve) => canvas.toBlob(resolve, JPEG, quality));
      if (!blob || blob.type !== JPEG) {
        return null;
      }
      if (blob.size < AIMED_BYTES) {
        return blob;
      }
    }
    scale *= EDGE_STEP;
  }
  return blob;
}

function square(picture) {
  const { width, height } = sizeOf(picture);
  const edge = Math.min(width, height);
  const canvas = newCanvas(96, 96);
  canvas
    .getContext("2d")
    .drawImage(picture, (width - edge) / 2, (height - edge) / 2, edge, edge, 0, 0, 96, 96);
  return canvas;
}

function sizeOf(picture) {
  return {
    width: picture.naturalWidth || picture.width,
    height: picture.naturalHeight || picture.height,
  };
}

function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  return canvas;
}

/** Return the type of a photo by its first bytes, as the server does; "" for all else. */
export async function photoType(file) {
  const head = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String.fromCharCode(...new Uint8Array(reader.result)));
    reader.onerror = () => resolve("");
    reader.readAsArrayBuffer(file.slice(0, 12));
  });
  return Object.keys(TYPES).find((type) => TYPES[type].test(head)) || "";
}
