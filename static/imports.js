// The question of an import is drawn anew while people go on choosing: nothing on the screen may be lost to it.
(() => {
  "use strict";
  const form = () => document.querySelector(".import-form");
  const typed = (from) => new URLSearchParams(new FormData(from)).toString();
  let sent = "", began = null; // what the drawing under way was asked with, and where somebody was then
  const shape = () => document.querySelector("#part-shape details");
  let unfolded = false; // how the file is read is being looked at: it stays open when it is drawn anew
  let pressed = false, gone = false, late = false; // a finger is on a button; the form is sent; a drawing waits

  const elsewhere = () => {
    const here = document.activeElement;
    return here !== began && !!form()?.contains(here) && here.matches("select, button, summary, textarea, input:not([type=radio])");
  };
  const again = () => { if (late && !gone && !pressed && !elsewhere()) window.htmx.trigger(form(), "again"); };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form()) return;
    sent = typed(form()); began = document.activeElement; late = false;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "asking" || !form()) return;
    unfolded = !!shape()?.open;
    late = gone || pressed || elsewhere() || typed(form()) !== sent;
    if (!late) return;
    event.detail.shouldSwap = false;
    setTimeout(again, 0);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (unfolded && event.detail.target?.id === "asking" && shape()) shape().open = true;
  });
  document.addEventListener("focusout", () => setTimeout(again, 0));
  document.addEventListener("pointerdown", (event) => { pressed = !!event.target.closest?.(".import-form button"); });
  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, () => {
    setTimeout(() => { pressed = false; again(); }, 400); // the click comes after it
  }));
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    gone = true;
    setTimeout(() => { gone = false; again(); }, 8000); // the answer did not come: app.js lets the form go as well
  });
})();
