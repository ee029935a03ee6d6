// The search by keyboard: hits below the field while one types (wide screens), and up and down through the page's hits.
// Without this file the field is a form and the hits are links.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // What was chosen comes first the next time: told to the server beside, never instead of going there -------------
  const choose = (hit) => {
    const body = new URLSearchParams({ kind: hit.dataset.opened, id: hit.dataset.id });
    const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRF-Token"] ?? "";
    fetch("/search/opened", { method: "POST", body, keepalive: true, headers: { "X-CSRF-Token": token, "HX-Request": "true" } }).catch(() => {});
  };
  const chosen = (event) => {
    const hit = event.target.closest?.("a[data-opened]");
    if (hit && (event.type === "click" || event.button === 1)) choose(hit);
  };
  document.addEventListener("click", chosen);
  document.addEventListener("auxclick", chosen);

  // The page: the hits are links, and the arrows walk through them -------------------------------------------------
  const form = $("[data-search-page]"), input = form && $("[name=q]", form);
  const links = () => all("#found a[data-opened]");
  let goes = false; // Enter asks at once, then goes on to the first hit; Enter again opens it
  form?.addEventListener("submit", () => { goes = true; });
  input?.addEventListener("input", () => { goes = false; });
  document.addEventListener("htmx:afterSettle", (event) => { if (goes && event.target.id === "found") { goes = false; links()[0]?.focus(); } });
  document.addEventListener("keydown", (event) => {
    if (!form || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    const hits = links(), at = hits.indexOf(document.activeElement), inField = document.activeElement === input;
    if (at < 0 && !inField) return;
    if (event.key === "ArrowDown" && hits.length) { event.preventDefault(); hits[Math.min(at + 1, hits.length - 1)].focus(); }
    if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (hits[at - 1] ?? input).focus(); }
    if (event.key === "Escape" && at >= 0) { event.preventDefault(); input.focus(); input.select(); }
  });

  // The field in the rail: a combobox, its list comes by htmx, the last answer wins (hx-sync) -----------------------
  const field = $("[data-search-box]"), list = $("#search-hits");
  if (!field || !list) return;
  const options = () => all("[role=option][data-href]", list);
  const current = () => $("[aria-selected=true]", list);
  const close = () => { list.hidden = true; field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant"); };
  const show = () => {
    const any = document.activeElement === field && list.querySelector("[role=option]") !== null;
    list.hidden = !any;
    field.setAttribute("aria-expanded", String(any));
    if (any) mark(null); else close();
  };
  const mark = (option) => {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (!option) { field.removeAttribute("aria-activedescendant"); return; }
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const open = (option) => { if (option.dataset.opened) choose(option); location.assign(option.dataset.href); };
  list.addEventListener("htmx:afterSwap", show);
  field.addEventListener("focus", () => { if (list.children.length) show(); });
  field.addEventListener("blur", () => setTimeout(close, 150)); // after the click that took the focus
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => { const option = event.target.closest("[data-href]"); if (option) open(option); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // pinyin is still being typed: its Enter and arrows are the input method's
    const every = options(), at = every.indexOf(current());
    if (event.key === "Escape") {
      event.preventDefault();
      if (!list.hidden) close(); else if (field.value) field.value = ""; else field.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { show(); return; }
      const to = event.key === "ArrowDown" ? at + 1 : at < 0 ? every.length - 1 : at - 1;
      mark(every[to] ?? null); // past either end is the field itself
    } else if (event.key === "Enter" && at >= 0 && !list.hidden) {
      event.preventDefault();
      open(every[at]);
    }
  });
})();
