/* Decap's own proxy back end, with our calls in it: token, the content a page was begun from,
   the version of a draft that was looked at, and failures in words. */

(function () {
  "use strict";

  const { words, page, bases, post, failure, showPanel, showSignedOut, hidePanel, button, element } =
    window.binhyen;
  const labels = JSON.parse(page.labels);

  /* A failure of these is told in the panel; others are questions whose answer may be no. */
  const CHANGES = {
    persistEntry: words.not_saved_title,
    persistMedia: words.not_saved_title,
    updateUnpublishedEntryStatus: words.failed_title,
    publishUnpublishedEntry: words.not_published_title,
    deleteUnpublishedEntry: words.failed_title,
    deleteFile: words.failed_title,
    deleteFiles: words.failed_title,
  };
  const ABOUT_A_DRAFT = [
    "updateUnpublishedEntryStatus",
    "publishUnpublishedEntry",
    "deleteUnpublishedEntry",
  ];

  /* The mark of an unsure fact is HTML in the text; while it is written it stands in words. */
  const mark = JSON.parse(page.mark);
  const PARTS = /^(---\n[^]*?\n---\n)([^]*)$/;

  function withMarks(text, from, to) {
    const parts = PARTS.exec(text || "");
    return parts ? parts[1] + parts[2].split(from).join(to) : text;
  }

  function shown(answer) {
    if (Array.isArray(answer)) {
      return answer.map(shown);
    }
    return answer && typeof answer.data === "string"
      ? { ...answer, data: withMarks(answer.data, mark.written, mark.shown) }
      : answer;
  }

  const MERGED = "be-merged";
  const BEFORE_OPENING = 1500;

  /* By collection and slug: the version of the draft that was last shown. */
  const versions = new Map();

  function draftName(params) {
    return params.id || `${params.collection}/${params.slug}`;
  }

  function withWhatWasSeen(payload) {
    const params = { ...payload.params };
    if (payload.action === "persistEntry") {
      params.base = {};
      params.dataFiles = params.dataFiles.map((file) => ({
        ...file,
        raw: withMarks(file.raw, mark.shown, mark.written),
      }));
      params.dataFiles.forEach((file) => {
        if (bases.has(file.path)) {
          params.base[file.path] = bases.get(file.path);
        } else if (params.options.newEntry) {
          params.base[file.path] = "";
        }
      });
    } else if (payload.action === "deleteFiles") {
      params.base = Object.fromEntries(
        params.paths.filter((path) => bases.has(path)).map((path) => [path, bases.get(path)]),
      );
    } else if (ABOUT_A_DRAFT.includes(payload.action)) {
      params.seen = versions.get(draftName(params));
    }
    return { ...payload, params };
  }

  function remember(payload, answer) {
    if (!answer) {
      return;
    }
    if (payload.action === "deleteFiles") {
      payload.params.paths.forEach((path) => bases.delete(path));
    }
    if (answer.merged) {
      /* The screen lacks what the other wrote: until it is there, base and version stay. */
      openMerged();
      return;
    }
    if (answer.base) {
      Object.entries(answer.base).forEach(([path, blob]) => bases.set(path, blob));
    }
    if (answer.version) {
      const { params, action } = payload;
      versions.set(action === "persistEntry" ? savedName(params) : draftName(params), answer.version);
    }
  }

  function savedName(params) {
    return `${params.options.collectionName}/${params.dataFiles[0].slug}`;
  }

  /* Time for Decap to finish with the save; then the page is opened anew with both changes in it. */
  function openMerged() {
    sessionStorage.setItem(MERGED, "1");
    setTimeout(() => location.reload(), BEFORE_OPENING);
  }

  function tellMerged() {
    if (sessionStorage.getItem(MERGED)) {
      sessionStorage.removeItem(MERGED);
      showPanel({ title: words.merged_title, text: words.merged, isGood: true });
    }
  }

  /* ---- failures ---- */

  function placeOf(problem, payload) {
    const { options } = payload.params;
    const known = (options && labels[options.collectionName]) || {};
    return known[String(problem.key || "").split(/[.[]/)[0]] || "";
  }

  /* Where two changed the same lines: what could not be saved, to paste it elsewhere. */
  function copyButton(payload) {
    const [{ raw }] = payload.params.dataFiles;
    return button(words.copy, () => navigator.clipboard.writeText(raw));
  }

  /* Where others published meanwhile: the page on which one chooses what stays. */
  function draftLink(path) {
    const link = element("a", words.open_draft);
    link.href = `/sua-nhanh/ban-nhap/${path}`;
    return link;
  }

  function actsFor(payload, status, said) {
    if (said.draft) {
      return [draftLink(said.draft)];
    }
    return status === 409 && payload.params.dataFiles ? [copyButton(payload)] : [];
  }

  function tell(payload, status, said) {
    const title = CHANGES[payload.action];
    if (status === 401) {
      showSignedOut();
    } else if (title) {
      const problems = (said.problems || []).map((problem) => [placeOf(problem, payload), problem.message]);
      const [first] = problems;
      /* The sentence tells the problems too; here they stand in a list. */
      const sentence = first ? said.error.split(first[1])[0] : said.error;
      const text = sentence.replace(`${title}. `, "");
      showPanel({ title, text, problems, acts: actsFor(payload, status, said) });
    }
  }

  async function saidBy(response) {
    const said = await response.json().catch(() => ({}));
    if (said.error) {
      return said;
    }
    return { error: response.status === 413 ? words.too_large : words.unclear };
  }

  async function request(payload) {
    const asked = withWhatWasSeen(payload);
    let response;
    try {
      response = await post("/api/v1", { branch: "main", ...asked });
    } catch (error) {
      tell(asked, 0, { error: words.no_connection });
      throw failure(0, words.no_connection);
    }
    if (!response.ok) {
      const said = await saidBy(response);
      tell(asked, response.status, said);
      throw failure(response.status, CHANGES[asked.action] ? words.in_panel : said.error);
    }
    const answer = await response.json();
    if (CHANGES[asked.action]) {
      hidePanel();
    }
    remember(asked, answer);
    return shown(answer);
  }

  async function signOut() {
    await post("/ra");
    localStorage.removeItem("decap-cms-user");
    location.replace("/sua-nhanh/");
    return new Promise(() => {}); // Decap would show a door of its own
  }

  tellMerged();
  window.CMS.registerBackend("binhyen", function (config, options) {
    const backend = window.CMS.getBackend("proxy").init(config, options);
    return Object.assign(backend, { request, logout: signOut });
  });
})();
