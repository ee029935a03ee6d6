// Comfort on top of pages that work without it. No dependencies, no eval; state lives in attributes.
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const memory = {
    get(key, store = sessionStorage) { try { return store.getItem(key); } catch { return null; } },
    set(key, value, store = sessionStorage) { try { store.setItem(key, value); } catch { /* private window */ } },
  };

  // Sheets -------------------------------------------------------------------------------------
  const open = (dialog) => { if (dialog?.showModal && !dialog.open) { dialog.showModal(); return true; } return false; };
  const shut = () => all("dialog[open]").forEach((dialog) => dialog.close());
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener && open($(opener.dataset.opens))) event.preventDefault();
    if (event.target.matches?.("dialog.sheet") && event.detail) {
      const box = event.target.getBoundingClientRect(); // a click on the veil counts as one on the dialog
      if (event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right) event.target.close();
    }
    all("details[data-closes][open]").forEach((part) => { if (!part.contains(event.target)) part.open = false; });
    if (event.target.closest("[data-dismiss]")) leave(event.target.closest("[data-toast]"));
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.xhr?.status !== 204) open(event.target.closest?.("dialog")); });
  document.addEventListener("closeSheet", shut); // the server's HX-Trigger: closeSheet

  // After a call: coming back from the phone opens what to note ----------------------------------
  let after = null;
  document.addEventListener("click", (event) => { const link = event.target.closest("[data-after]"); if (link) after = link.dataset.after; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || !after) return;
    const target = after;
    after = null;
    window.htmx?.ajax("GET", target, "#sheet-body");
  });

  // Toasts: ten seconds, longer while somebody reads ---------------------------------------------
  const region = $("#toasts");
  const leave = (toast) => { if (!toast) return; toast.classList.add("toast-leaving"); setTimeout(() => toast.remove(), 200); };
  const arm = (toast) => {
    let timer = 0;
    const start = () => { clearTimeout(timer); timer = setTimeout(() => (toast.matches(":hover, :focus-within") ? start() : leave(toast)), 10000); };
    toast.dataset.armed = "1";
    ["pointerenter", "focusin"].forEach((name) => toast.addEventListener(name, () => clearTimeout(timer)));
    ["pointerleave", "focusout"].forEach((name) => toast.addEventListener(name, start));
    start();
  };
  const armAll = () => all("[data-toast]:not([data-armed])").forEach(arm);
  const say = (text) => {
    const toast = document.createElement("div"), line = document.createElement("p");
    toast.className = "toast"; toast.dataset.toast = ""; line.textContent = text;
    toast.append(line); region?.append(toast); armAll();
  };

  // What a page needs when it arrives, whole or in part ------------------------------------------
  const settle = (part) => {
    armAll();
    all(".strip", part).forEach((strip) => {
      const here = $("[aria-current]", strip);
      if (here) strip.scrollLeft = here.getBoundingClientRect().left - strip.getBoundingClientRect().left + strip.scrollLeft - strip.clientWidth / 2 + here.clientWidth / 2;
    });
    $("[data-focus]", part)?.focus();
  };
  document.addEventListener("htmx:afterSettle", (event) => settle(event.target));
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => document.addEventListener(name, () => region && say(region.dataset.failed)));

  // One form, one send -----------------------------------------------------------------------------
  const sent = (form, yes) => {
    form.toggleAttribute("data-sent", yes);
    all("button:not([type=button])", form).forEach((button) => (yes ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled")));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.hasAttribute("data-sent")) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    sent(form, true);
    setTimeout(() => sent(form, false), 8000); // somebody cancelled, or the answer was a download
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => { const form = event.detail.elt?.closest?.("form"); if (form) sent(form, false); });

  // Private pages out of the back/forward cache are asked for again; the place in the page is kept --
  window.addEventListener("pageshow", (event) => {
    all("form[data-sent]").forEach((form) => sent(form, false));
    if (event.persisted && document.body.dataset.signedIn) location.reload();
  });
  const place = "y " + location.pathname;
  window.addEventListener("pagehide", () => memory.set(place, String(window.scrollY)));
  const came = performance.getEntriesByType("navigation")[0]?.type;
  const samePage = document.referrer && new URL(document.referrer).pathname === location.pathname;
  if (!location.hash && (came === "reload" || came === "back_forward" || samePage) && !$("[data-focus]")) window.scrollTo(0, Number(memory.get(place)) || 0);

  // Keys: one letter each, can be switched off ------------------------------------------------------
  const box = $("#keys-on");
  let keysOn = memory.get("keys", localStorage) !== "off", waiting = false;
  if (box) { box.checked = keysOn; box.addEventListener("change", () => { keysOn = box.checked; memory.set("keys", keysOn ? "on" : "off", localStorage); }); }
  const go = (key) => $(`[data-go="${key}"]`)?.click();
  const step = (by) => {
    const links = all("#main a.row-who, #main .deal-top a"), at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };
  const search = () => { const input = all("[data-search]").find((one) => one.offsetParent); if (input) input.focus(); else go("search"); };
  const one = { "/": search, n: () => go("add"), j: () => step(1), k: () => step(-1), e: () => $("[data-edit]")?.click(), "?": () => open($("#keys")) };
  const two = { t: "today", c: "customers", d: "deals", m: "more" };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details[data-closes][open]").forEach((part) => { part.open = false; $("summary", part).focus(); });
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const wanted = waiting ? two[event.key] && (() => go(two[event.key])) : one[event.key];
    waiting = !waiting && event.key === "g";
    if (waiting) setTimeout(() => { waiting = false; }, 1200);
    if (wanted) { event.preventDefault(); wanted(); }
  });

  // Copy, theme preview, connection ----------------------------------------------------------------
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try { await navigator.clipboard.writeText(button.dataset.copy); say(region.dataset.copied); } catch { /* the text stays selectable */ }
  });
  document.addEventListener("change", (event) => { if (event.target.matches('input[name="theme"], select[name="theme"]')) root.dataset.theme = event.target.value; });
  const line = () => { const notice = $("#offline"); if (notice) notice.hidden = navigator.onLine; };
  ["online", "offline"].forEach((name) => window.addEventListener(name, line));
  line();
  settle(document);
})();

// A lost deal asks for its reason: bring the question into sight, it opens below the sheet's edge.
document.addEventListener("change", (event) => {
  const form = event.target.closest(".move-form");
  if (form && event.target.name === "to" && event.target.value === ":lost") {
    form.querySelector(".when-lost").scrollIntoView({ block: "center" });
  }
});
