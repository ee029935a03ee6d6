// Comfort on top of pages that work without it. No dependencies, no eval; state lives in attributes.
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const seen = (node) => node.offsetParent !== null;
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
  // What comes into the sheet opens it; a part of it that answers late does not, it may be shut by then.
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.xhr?.status !== 204 && event.target.id === "sheet-body") open($("#sheet")); });
  document.addEventListener("closeSheet", shut); // the server's HX-Trigger: closeSheet

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
  const armAll = () => {
    all("[data-toast]:not([data-armed])").forEach(arm);
    all("[data-toast]:has(form)").slice(0, -1).forEach(leave); // only the last thing done can be taken back
  };
  const say = (text) => {
    const toast = document.createElement("div"), line = document.createElement("p"), sheet = $("dialog[open]");
    toast.className = "toast"; toast.dataset.toast = ""; line.textContent = text;
    toast.append(line);
    if (!sheet) region?.append(toast);
    else { // a sheet covers everything outside it
      const over = document.createElement("div");
      over.className = "toasts"; over.setAttribute("role", "alert"); over.append(toast); sheet.append(over);
    }
    armAll();
  };

  // What a page needs when it arrives, whole or in part ------------------------------------------
  const settle = (part) => {
    armAll();
    all(".strip", part).forEach((strip) => {
      const here = $("[aria-current]", strip) ?? all(".stage-done", strip).pop();
      if (here) strip.scrollLeft = here.getBoundingClientRect().left - strip.getBoundingClientRect().left + strip.scrollLeft - strip.clientWidth / 2 + here.clientWidth / 2;
    });
    edges();
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
    if (!navigator.onLine) { event.preventDefault(); event.stopImmediatePropagation(); say(region.dataset.failed); return; }
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
  const place = "y " + location.pathname, boardPlace = "board " + location.search;
  window.addEventListener("pagehide", () => {
    memory.set(place, String(window.scrollY));
    const board = $(".board");
    if (board) memory.set("board " + location.search, `${board.scrollLeft} ${board.scrollTop}`);
  });
  const came = performance.getEntriesByType("navigation")[0]?.type;
  const samePage = document.referrer && new URL(document.referrer).pathname === location.pathname;
  if (!location.hash && (came === "reload" || came === "back_forward" || samePage) && !$("[data-focus]")) {
    window.scrollTo(0, Number(memory.get(place)) || 0);
    $(".board")?.scrollTo(...(memory.get(boardPlace) ?? "0 0").split(" ").map(Number));
  }

  // The board: a card goes to another stage by hand or by key; what is asked for then comes in the sheet --
  const wide = matchMedia("(min-width: 1024px)"), still = matchMedia("(prefers-reduced-motion: reduce)");
  const cardOf = (node) => node?.closest?.("#board .card");
  const linkOf = (part) => part && $(".deal-top a", part);
  const once = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let moving = null; // the card under way, and where it was let go
  const move = (card, to, box = card.getBoundingClientRect()) => {
    if (!card.dataset.version || moving) return;
    moving = { card, box };
    const values = { to, version: card.dataset.version, request_key: once() };
    window.htmx.ajax("POST", $(".deal-foot .btn", card).getAttribute("href"), { source: card, target: "#sheet-body", swap: "innerHTML", values })
      .catch(() => {}).finally(() => { moving = null; });
  };
  const ask = (card) => { // not by a click: on a board that just came anew it would still lead away
    const link = $(".deal-foot .btn", card);
    if (link) window.htmx.ajax("GET", link.getAttribute("href"), { target: "#sheet-body", swap: "innerHTML" });
  };
  const shift = (card, by) => {
    const order = all("#board .column"), to = order[order.indexOf(card.closest(".column")) + by];
    if (to) move(card, to.dataset.stage); else if (by > 0) ask(card); // after the last stage it is won or lost
  };
  const beside = (card, by) => {
    const taken = all("#board .column").filter((column) => seen(column) && $(".card", column));
    const there = taken[taken.indexOf(card.closest(".column")) + by];
    if (!there) return;
    const cards = all(".card", there), row = all(".card", card.parentElement).indexOf(card);
    linkOf(cards[Math.min(row, cards.length - 1)]).focus();
  };

  let dragged = null;
  const mark = (column) => all("#board .column").forEach((each) => each.classList.toggle("column-over", each === column));
  const below = (event) => dragged && event.target.closest?.("#board .column");
  document.addEventListener("dragstart", (event) => {
    const card = cardOf(event.target);
    if (!card?.draggable) return;
    if (!wide.matches) { event.preventDefault(); return; } // a phone shows one stage, and holding means its menu
    const box = card.getBoundingClientRect();
    dragged = { card, x: event.clientX - box.left, y: event.clientY - box.top };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", linkOf(card).textContent);
    requestAnimationFrame(() => card.classList.add("card-drag"));
  });
  document.addEventListener("dragover", (event) => {
    const column = below(event);
    if (!dragged) return;
    mark(column && !column.contains(dragged.card) ? column : null);
    if (column) { event.preventDefault(); event.dataTransfer.dropEffect = "move"; }
  });
  document.addEventListener("drop", (event) => {
    const column = below(event);
    if (!column) return;
    event.preventDefault();
    if (!column.contains(dragged.card)) move(dragged.card, column.dataset.stage, { left: event.clientX - dragged.x, top: event.clientY - dragged.y });
  });
  document.addEventListener("dragend", () => { dragged?.card.classList.remove("card-drag"); dragged = null; mark(null); });

  // The board comes anew: it stays scrolled where it was, the card in hand keeps the focus and is seen travelling.
  const travel = (card, from) => {
    const to = card.getBoundingClientRect(), away = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
    if (!still.matches) card.animate([{ transform: away, zIndex: 4 }, { transform: "none", zIndex: 4 }], { duration: 180, easing: "ease-out" });
  };
  const isBoard = (node) => node?.id === "board" || node?.id === "deals";
  let held = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isBoard(event.detail.target)) return;
    const board = $(".board"), card = moving?.card ?? cardOf(document.activeElement);
    held = {
      x: board?.scrollLeft, y: board?.scrollTop, folds: all("#deals details[open]").map((fold) => fold.id),
      link: card && linkOf(card).getAttribute("href"), column: card?.closest(".column").id, box: moving?.box ?? card?.getBoundingClientRect(),
    };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!held || !isBoard(event.target)) return;
    const { x, y, folds, link, column, box } = held, board = $(".board");
    held = null;
    board?.scrollTo(x ?? 0, y ?? 0);
    folds.forEach((id) => { if (id) document.getElementById(id)?.setAttribute("open", ""); });
    if (!link) return;
    const card = cardOf($(`#board .deal-top a[href="${link}"]`));
    (linkOf(card ?? document.getElementById(column)) ?? $("#main")).focus({ preventScroll: true });
    if (card && card.closest(".column").id !== column) travel(card, box);
  });

  // What a wide board does not show at its edges
  const edges = () => all(".board-frame").forEach((frame) => {
    const board = $(".board", frame);
    frame.toggleAttribute("data-before", board.scrollLeft > 8);
    frame.toggleAttribute("data-after", board.scrollLeft + board.clientWidth < board.scrollWidth - 8);
  });
  window.addEventListener("resize", edges);
  document.addEventListener("scroll", (event) => { if (event.target.classList?.contains("board")) edges(); }, true);
  document.addEventListener("click", (event) => {
    const edge = event.target.closest("[data-scroll]");
    if (edge) $(".board").scrollBy({ left: edge.dataset.scroll * 0.8 * $(".board").clientWidth, behavior: still.matches ? "auto" : "smooth" });
  });

  // Keys: one letter each, can be switched off ------------------------------------------------------
  const box = $("#keys-on");
  let keysOn = memory.get("keys", localStorage) !== "off", waiting = false;
  if (box) { box.checked = keysOn; box.addEventListener("change", () => { keysOn = box.checked; memory.set("keys", keysOn ? "on" : "off", localStorage); }); }
  const go = (key) => $(`[data-go="${key}"]`)?.click();
  const step = (by) => {
    const links = all("#main a.row-who, #main .deal-top a").filter(seen), at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };
  const search = () => { const input = all("[data-search]").find((one) => one.offsetParent); if (input) input.focus(); else go("search"); };
  const one = { "/": search, n: () => go("add"), j: () => step(1), k: () => step(-1), e: () => $("[data-edit]")?.click(), "?": () => open($("#keys")) };
  const two = { t: "today", c: "customers", d: "deals", a: "activities", m: "more" };
  for (const pair of ($("#keys")?.dataset.more ?? "").split(" ")) { const [letter, place] = pair.split("="); if (place) two[letter] ??= place; }
  const onCard = { ArrowLeft: (card) => beside(card, -1), ArrowRight: (card) => beside(card, 1), m: ask, "[": (card) => shift(card, -1), "]": (card) => shift(card, 1) };
  onCard.ShiftArrowLeft = onCard["["]; onCard.ShiftArrowRight = onCard["]"];
  const latin = (event) => { // the key's own letter where the keyboard writes another script
    if (/^[\x20-\x7e]+$/.test(event.key)) return (event.shiftKey && event.key.startsWith("Arrow") ? "Shift" : "") + event.key;
    return { BracketLeft: "[", BracketRight: "]" }[event.code] ?? (/^Key[A-Z]$/.test(event.code) ? event.code[3].toLowerCase() : event.key);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details[data-closes][open]").forEach((part) => { part.open = false; $("summary", part).focus(); });
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const key = latin(event), card = cardOf(document.activeElement);
    const wanted = waiting ? two[key] && (() => go(two[key])) : one[key] ?? (card && onCard[key]);
    waiting = !waiting && key === "g";
    if (waiting) setTimeout(() => { waiting = false; }, 1200);
    if (wanted) { event.preventDefault(); wanted(card); }
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
  navigator.serviceWorker?.register("/service-worker.js?in=" + root.lang).catch(() => { /* a private window, or no https: it works without */ });
  settle(document);
})();

// A lost deal asks for its reason: bring the question into sight, it opens below the sheet's edge.
document.addEventListener("change", (event) => {
  const form = event.target.closest(".move-form");
  if (form && event.target.name === "to" && event.target.value === ":lost") {
    form.querySelector(".when-lost").scrollIntoView({ block: "center" });
  }
});
