// The calendar under people's hands: dragging where there is room, keys, a swipe to the next day. Without it each item
// has a form for its day, time and length. Loaded on the calendar's page only.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const QUARTER = 15, DAY = 96;
  const wide = matchMedia("(min-width: 1024px)");
  const grid = () => $("#calendar .cal");
  const first = () => Number(grid().dataset.first) * 4, rows = () => Number(grid().dataset.hours) * 4;
  const two = (n) => String(n).padStart(2, "0");
  const clock = (minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  const words = (minute) => new Date(2020, 0, 1, 0, minute).toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
  const once = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const later = (iso, days) => { const day = new Date(iso + "T12:00Z"); day.setUTCDate(day.getUTCDate() + days); return day.toISOString().slice(0, 10); };
  const dayOf = (item) => item.closest("[data-day]").dataset.day;
  const section = (day) => $(`#calendar [data-day="${day}"]`);
  const minuteOf = (item) => (item.dataset.minute === "" ? null : Number(item.dataset.minute));
  const say = (text) => { const said = $("#cal-said"); if (said) said.textContent = text; };

  // One move at a time; the answer is the calendar drawn anew, or the form in the sheet with what is wrong -----------
  let busy = false, held = "";
  const move = (item, day, minute, how) => {
    if (busy || (day === dayOf(item) && minute === minuteOf(item))) return;
    busy = true;
    held = item.id;
    const values = { on: day, at: minute === null ? "" : clock(minute), version: item.dataset.version, request_key: once(), by_hand: "1", ...how };
    window.htmx.ajax("POST", item.dataset.move, { source: item, target: "#sheet-body", swap: "innerHTML", values })
      .catch(() => {}).finally(() => { busy = false; clear(); if (pending) commit(); });
  };

  // What will be where: a frame in the day's column, or around its row of whole days --------------------------------
  const ghost = document.createElement("p");
  const clear = () => { ghost.remove(); all(".cal-over").forEach((part) => part.classList.remove("cal-over")); };
  const show = (day, minute, minutes) => {
    clear();
    const part = section(day);
    if (!part) return;
    if (minute === null) { $(".cal-whole", part).classList.add("cal-over"); return; }
    const length = Math.max(2, Math.ceil(minutes / QUARTER)), row = Math.max(0, Math.min(rows() - 2, minute / QUARTER - first()));
    ghost.className = `cal-ghost at-${row} for-${Math.max(2, Math.min(length, rows() - row))}`;
    ghost.textContent = `${words(minute)}–${words(minute + minutes)}`;
    $(".cal-times", part).append(ghost);
  };

  // By hand: on wide screens; a phone's finger scrolls, and there the sheet moves ------------------------------------
  let dragged = null;
  const target = (event) => {
    const part = event.target.closest?.("#calendar [data-day]");
    if (!dragged || !part) return null;
    if (event.target.closest(".cal-whole, .cal-title")) return { day: part.dataset.day, minute: null };
    const box = $(".cal-times", part).getBoundingClientRect();
    const row = Math.round((event.clientY - dragged.y - box.top) / (box.height / rows()));
    return { day: part.dataset.day, minute: Math.max(0, Math.min(DAY - 1, first() + Math.max(0, Math.min(rows() - 1, row)))) * QUARTER };
  };
  document.addEventListener("dragstart", (event) => {
    const item = event.target.closest?.(".cal-item");
    if (!item) return;
    if (!item.dataset.move || !wide.matches) { event.preventDefault(); return; }
    const timed = minuteOf(item) !== null;
    dragged = { item, y: timed ? event.clientY - item.getBoundingClientRect().top : 0 };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", $("b", item).textContent);
    requestAnimationFrame(() => item.classList.add("cal-drag"));
  });
  document.addEventListener("dragover", (event) => {
    const to = target(event);
    if (!to) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    show(to.day, to.minute, Number(dragged.item.dataset.minutes));
  });
  document.addEventListener("drop", (event) => {
    const to = target(event);
    if (!to) return;
    event.preventDefault();
    move(dragged.item, to.day, to.minute, {});
  });
  document.addEventListener("dragend", () => { if (!dragged) return; dragged.item.classList.remove("cal-drag"); dragged = null; clear(); });

  // By keys: the arrows go from one to the next; with Shift they move it, and letting go of Shift says it is meant ----
  let pending = null;
  const goal = (item) => {
    const minute = minuteOf(item), { days, quarters } = pending;
    const from = quarters < 0 ? Math.ceil(minute / QUARTER) : Math.floor(minute / QUARTER);
    const to = quarters ? Math.max(0, Math.min(DAY - 1, from + quarters)) * QUARTER : minute;
    return { day: later(dayOf(item), days), minute: minute === null ? null : to };
  };
  const commit = () => {
    const item = pending && document.getElementById(pending.id);
    if (busy || !item) return;
    const to = goal(item);
    pending = null;
    clear();
    move(item, to.day, to.minute, { by_keys: "1" });
  };
  const nudge = (item, days, quarters) => {
    if (!item.dataset.move || (quarters && minuteOf(item) === null)) return;
    if (pending?.id !== item.id) pending = { id: item.id, days: 0, quarters: 0 };
    pending.days += days;
    pending.quarters += quarters;
    const to = goal(item);
    show(to.day, to.minute, Number(item.dataset.minutes));
    say([$("h3 a", section(to.day) ?? document)?.getAttribute("aria-label")?.split(":")[0] ?? to.day, to.minute === null ? "" : words(to.minute)].join(" "));
  };
  const walk = (item, days, by) => {
    const items = (part) => all(".cal-item", part).filter((each) => each.offsetParent);
    if (by) { const mine = items(item.closest("[data-day]")); (mine[mine.indexOf(item) + by] ?? item).focus(); return; }
    const taken = all("#calendar [data-day]").filter((part) => items(part).length);
    const there = taken[taken.indexOf(item.closest("[data-day]")) + days];
    if (there) items(there).reduce((best, each) => (Math.abs(each.dataset.minute - item.dataset.minute) < Math.abs(best.dataset.minute - item.dataset.minute) ? each : best)).focus();
  };
  const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.(".cal-item"), way = ways[event.key];
    if (event.key === "Escape" && pending) { pending = null; clear(); return; }
    if (!item || !way || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    event.preventDefault();
    (event.shiftKey ? nudge : walk)(item, ...way);
  });
  document.addEventListener("keyup", (event) => { if (event.key === "Shift" && pending) commit(); });
  document.addEventListener("focusout", (event) => { if (pending && event.target.id === pending.id && !busy) commit(); });

  // Drawn anew: the one in hand keeps the focus -------------------------------------------------------------------------
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target?.id === "calendar") held ||= document.activeElement?.id ?? ""; });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target?.id !== "calendar" && !$("#calendar")?.contains(event.target)) return;
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
    held = "";
  });

  // An empty half hour is where one plans something; a swipe goes to the day beside -------------------------------------
  document.addEventListener("click", (event) => {
    const slot = event.target.closest?.("a.cal-slot");
    if (!slot || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const box = slot.getBoundingClientRect();
    if (event.clientY - box.top < box.height / 2) return;
    event.preventDefault();
    const address = new URL(slot.href);
    address.searchParams.set("at", address.searchParams.get("at").replace(":00", ":30"));
    location.assign(address);
  });
  let touch = null;
  document.addEventListener("touchstart", (event) => { touch = event.touches.length === 1 && event.target.closest?.(".cal") ? event.touches[0] : null; }, { passive: true });
  document.addEventListener("touchend", (event) => {
    if (!touch || wide.matches) return;
    const x = event.changedTouches[0].clientX - touch.clientX, y = event.changedTouches[0].clientY - touch.clientY;
    touch = null;
    if (Math.abs(x) > 70 && Math.abs(x) > 2.5 * Math.abs(y)) location.assign(x < 0 ? grid().dataset.after : grid().dataset.before);
  }, { passive: true });
})();
