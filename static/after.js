// After a call or a message: coming back asks how it went. Where the phone threw the page away meanwhile, the page
// that comes up in its place asks. What was typed into an unsent sheet waits in this tab until it is sent.
(() => {
  "use strict";
  const TOO_LATE = 3 * 60 * 60 * 1000, KEY = "after", DRAFT = "draft ";
  const store = {
    get(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { value === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* private window */ } },
  };
  if (!document.body.dataset.signedIn) { // the next person's tab begins empty
    try { Object.keys(sessionStorage).filter((key) => key === KEY || key.startsWith(DRAFT)).forEach((key) => sessionStorage.removeItem(key)); } catch { /* private window */ }
    return;
  }

  let leaving = false; // for another page of ours, not for the phone
  window.addEventListener("pagehide", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-after]");
    if (link) store.set(KEY, { path: link.dataset.after, at: Date.now(), gone: false });
  });
  const gone = () => {
    const call = store.get(KEY);
    if (call && !leaving) store.set(KEY, { ...call, gone: true });
  };
  // A sheet somebody is writing in is not taken away; the one the number was tapped in gives way
  const touched = (each) => {
    if (each.matches("select")) return each.selectedIndex !== Math.max(0, [...each.options].findIndex((one) => one.defaultSelected));
    if (each.matches("[type=checkbox], [type=radio]")) return each.checked !== each.defaultChecked;
    return each.type !== "hidden" && each.value !== each.defaultValue;
  };
  const inUse = () => [...document.querySelectorAll("#sheet[open] :is(input, select, textarea)")].some(touched);
  const back = () => {
    const call = store.get(KEY);
    if (!call?.gone || document.visibilityState !== "visible" || !window.htmx) return;
    store.set(KEY, null);
    if (Date.now() - call.at > TOO_LATE || inUse()) return;
    window.htmx.ajax("GET", call.path, "#sheet-body").catch(() => store.set(KEY, call)); // no network: asked the next time
  };
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? back() : gone()));
  window.addEventListener("blur", gone); // a computer's mail or phone window covers nothing
  window.addEventListener("focus", back);
  window.addEventListener("pageshow", back);

  // Drafts ---------------------------------------------------------------------------------------
  const formOf = (node) => node?.closest?.("form[data-draft]");
  const texts = (form) => [...form.querySelectorAll("textarea")];
  document.addEventListener("input", (event) => {
    const form = formOf(event.target);
    if (form) store.set(DRAFT + form.dataset.draft, Object.fromEntries(texts(form).map((text) => [text.name, text.value])));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.target.querySelector?.("form[data-draft]"), draft = form && store.get(DRAFT + form.dataset.draft);
    if (draft) texts(form).forEach((text) => { if (!text.value) text.value = draft[text.name] ?? ""; });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event.detail.elt);
    if (form && event.detail.xhr?.status === 204) store.set(DRAFT + form.dataset.draft, null);
  });
})();
