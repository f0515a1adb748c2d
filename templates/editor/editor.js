/* Last of all: the words Decap lacks, and off it goes. */

(function () {
  "use strict";

  const { page } = window.binhyen;
  const { CMS } = window;

  function joined(phrases, more) {
    const all = { ...phrases };
    Object.entries(more).forEach(([key, value]) => {
      all[key] = typeof value === "string" ? value : joined(phrases[key] || {}, value);
    });
    return all;
  }

  /* A page that nobody has begun is no page that is saved, as Decap says of it. */
  function markNewPage() {
    document.body.classList.toggle("be-new", /\/new$/.test(location.hash));
  }

  window.addEventListener("hashchange", markNewPage);
  markNewPage();

  const ours = joined(JSON.parse(page.locale), JSON.parse(page.localeForRole));
  CMS.registerLocale("vi", joined(CMS.getLocale("vi"), ours));
  CMS.init();
})();
