/* The preview: the real page as the server draws it; until it can, title and text alone. */

(function () {
  "use strict";

  const { words, page, post } = window.binhyen;
  const { CMS, createClass, h } = window;
  const mark = JSON.parse(page.mark);
  const PAUSE = 700;

  const Preview = createClass({
    getInitialState() {
      return { html: "", note: words.loading_preview, needs: [] };
    },

    componentDidMount() {
      this.asked = 0;
      this.scrolled = 0;
      this.ask();
    },

    componentDidUpdate(before) {
      if (before.entry.get("data") !== this.props.entry.get("data")) {
        clearTimeout(this.timer);
        this.timer = setTimeout(this.ask, PAUSE);
      }
    },

    componentWillUnmount() {
      clearTimeout(this.timer);
      this.asked = -1;
    },

    async ask() {
      this.asked += 1;
      const turn = this.asked;
      const { entry, collection } = this.props;
      const { body, ...data } = entry.get("data").toJS();
      const drawn = await this.drawn({
        collection: collection.get("name"),
        slug: entry.get("slug") || "",
        data,
        body: (body || "").split(mark.shown).join(mark.written),
      });
      if (turn === this.asked) {
        this.setState(drawn);
      }
    },

    /* The page, or why there is none: 422 names what is to be mended first. Nobody has saved, so
       the sentence about a save that failed is not told. */
    async drawn(written) {
      try {
        const response = await post("/api/preview", written);
        const said = await response.json();
        if (response.ok) {
          return { html: said.html, note: "", needs: [] };
        }
        const needs = (said.problems || []).map((problem) => problem.message);
        return { html: "", note: needs.length ? words.preview_needs : words.simple_preview, needs };
      } catch (error) {
        return { html: "", note: words.simple_preview, needs: [] };
      }
    },

    keepPlace(event) {
      const shown = event.target.contentWindow;
      shown.scrollTo(0, this.scrolled);
      shown.addEventListener("scroll", () => {
        this.scrolled = shown.scrollY;
      });
    },

    render() {
      const { html, note, needs } = this.state;
      if (html) {
        /* No scripts run in there; its own origin is only for the style sheets. */
        return h("iframe", {
          className: "be-preview",
          title: words.preview,
          sandbox: "allow-same-origin",
          srcDoc: html,
          onLoad: this.keepPlace,
        });
      }
      return h(
        "div",
        { className: "md-typeset be-simple" },
        h("p", { className: "be-simple__note" }, note),
        needs.length ? h("ul", { className: "be-simple__note" }, needs.map((need, place) => h("li", { key: place }, need))) : null,
        h("h1", {}, this.props.entry.getIn(["data", "title"]) || ""),
        this.props.widgetFor("body"),
      );
    },
  });

  JSON.parse(page.previews).forEach((name) => CMS.registerPreviewTemplate(name, Preview));
  CMS.registerPreviewStyle("/assets/site.css");
  CMS.registerPreviewStyle(
    `body { margin: 0; }
     .be-preview { position: fixed; inset: 0; width: 100%; height: 100%; border: 0; }
     .be-simple { padding: 1rem; font-family: system-ui, sans-serif; }
     .be-simple img { max-width: 100%; }
     .be-simple__note { color: #46524e; }`,
    { raw: true },
  );
})();
