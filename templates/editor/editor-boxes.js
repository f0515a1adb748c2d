/* The boxes of our pages as parts of the editor:

       !!! note "Lưu ý"
           Text, lists and links, four blanks in.

   Each pattern begins with ^ and has no flag m: Decap would cut the block at its first blank line
   and mangle the lists in it. What is read comes out again letter by letter. */

(function () {
  "use strict";

  const { page } = window.binhyen;
  const { CMS } = window;
  const boxes = JSON.parse(page.boxes);

  /* Lines four blanks in, with blank lines between them but not behind the last. */
  const INSIDE = "((?: {4}[^\\n]*\\S[^\\n]*(?:\\n(?:[ \\t]*\\n)*(?= {4}[^\\n]*\\S))?)+)";

  function inwards(text) {
    return text
      .replace(/\s+$/, "")
      .split("\n")
      .map((line) => (line.trim() ? `    ${line}` : ""))
      .join("\n");
  }

  function outwards(text) {
    return text
      .split("\n")
      .map((line) => (line.trim() ? line.slice(4) : ""))
      .join("\n");
  }

  function shown(title, text) {
    const box = document.createElement("div");
    box.append(title || "", document.createElement("br"), text || "");
    return box.innerHTML;
  }

  function register(id, box) {
    CMS.registerEditorComponent({
      id,
      label: box.label,
      summary: "{{fields.title}}",
      collapsed: false,
      fields: [
        { name: "title", label: boxes.fields.title, widget: "string", default: box.title },
        { name: "text", label: boxes.fields.text, widget: "text", hint: boxes.fields.text_hint },
      ],
      pattern: new RegExp(`^!!! ${box.kind}(?: "([^"\\n]*)")?[ \\t]*\\n${INSIDE}`),
      fromBlock: (match) => ({ title: match[1], text: outwards(match[2]) }),
      toBlock: ({ title, text }) =>
        `!!! ${box.kind}${title === undefined ? "" : ` "${title.replace(/"/g, "”")}"`}\n${inwards(text || "")}`,
      toPreview: ({ title, text }) => shown(title, text),
    });
  }

  /* Decap's own, in our words. */
  function registerImage({ label, image, alt, alt_hint: hint, title }) {
    CMS.registerEditorComponent({
      id: "image",
      label,
      collapsed: false,
      summary: "{{fields.alt}}",
      fields: [
        { name: "image", label: image, widget: "image", choose_url: false, media_library: { allow_multiple: false } },
        { name: "alt", label: alt, widget: "string", hint },
        { name: "title", label: title, widget: "string", required: false },
      ],
      pattern: /^!\[([^\]]*)\]\((.*?)(?:\s"([^"]*)")?\)/,
      fromBlock: (match) => ({ image: match[2], alt: match[1], title: match[3] }),
      toBlock: ({ image: file, alt: words, title: caption }) =>
        `![${words || ""}](${file || ""}${caption ? ` "${caption.replace(/"/g, "”")}"` : ""})`,
      toPreview: ({ image: file, alt: words }, getAsset, fields) =>
        window.h("img", { src: String(getAsset(file, fields.find((field) => field.get("widget") === "image"))), alt: words || "" }),
    });
  }

  registerImage(JSON.parse(page.image));
  ["luu-y", "canh-bao", "meo"].forEach((id) => register(id, boxes[id]));
})();
