/* What Decap keeps of unsaved pages in this browser, mended in two ways.

   It asks whether to take the kept text before the page has come from the server, and then lays
   the page over it: so the kept text is held back until the form stands. And nobody remembered what
   that text was begun from: a later save would have undone what others wrote meanwhile. */

(function () {
  "use strict";

  const { page } = window.binhyen;
  const question = JSON.parse(page.locale).editor.editor.confirmLoadBackup;
  /* The names of fields stand only in a form that has its page. */
  const FORM = '[class*="FieldLabel"]';
  const PAUSE = 100;
  const LONGEST_WAIT = 60000;

  /* By path: the blob that the text on the screen was begun from. */
  const bases = new Map();
  let found = null;

  function isKept(key) {
    return String(key).startsWith("backup.");
  }

  function whenFormStands(act, waited = 0) {
    if (document.querySelector(FORM) || waited > LONGEST_WAIT) {
      setTimeout(act, PAUSE);
    } else {
      setTimeout(() => whenFormStands(act, waited + PAUSE), PAUSE);
    }
  }

  const { get, put } = IDBObjectStore.prototype;

  IDBObjectStore.prototype.put = function (value, key) {
    const isPage = isKept(key) && value && value.path;
    return put.call(this, isPage ? { ...value, base: bases.get(value.path) } : value, key);
  };

  IDBObjectStore.prototype.get = function (key) {
    const asked = get.call(this, key);
    if (!isKept(key)) {
      return asked;
    }
    const held = { result: undefined, error: null, onsuccess: null, onerror: null };
    asked.onsuccess = () => {
      const answer = () => {
        held.result = asked.result;
        found = asked.result || null;
        held.onsuccess();
      };
      return asked.result ? whenFormStands(answer) : answer();
    };
    asked.onerror = () => {
      held.error = asked.error;
      held.onerror();
    };
    return held;
  };

  const confirm = window.confirm.bind(window);

  window.confirm = (text) => {
    const answer = confirm(text);
    if (answer && text === question && found && found.base !== undefined) {
      bases.set(found.path, found.base);
    }
    return answer;
  };

  Object.assign(window.binhyen, { bases });
})();
