/* A signature drawn with a finger, kept as strokes in thousandths of the sheet. Without this script the name is typed. */
"use strict";
document.querySelectorAll("[data-signature]").forEach((sheet) => {
  const canvas = sheet.querySelector("canvas");
  const kept = sheet.querySelector("input");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let stroke = null;
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const part = (at, from, size) => Math.max(0, Math.min(1000, Math.round(((at - from) / size) * 1000)));
    return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
  };
  const draw = ([x1, y1], [x2, y2]) => {
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.moveTo((x1 * canvas.width) / 1000, (y1 * canvas.height) / 1000);
    pen.lineTo((x2 * canvas.width) / 1000, (y2 * canvas.height) / 1000);
    pen.stroke();
  };
  const keep = () => { kept.value = strokes.length ? JSON.stringify(strokes) : ""; };
  canvas.addEventListener("pointerdown", (event) => {
    if (strokes.length >= 100) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [point(event)];
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const next = point(event);
    const last = stroke[stroke.length - 1];
    if (last[0] === next[0] && last[1] === next[1]) return;
    draw(last, next);
    stroke.push(next);
  });
  const lift = () => {
    if (stroke && stroke.length > 1) strokes.push(stroke);
    stroke = null;
    keep();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  sheet.querySelector("button").addEventListener("click", () => {
    strokes = [];
    pen.clearRect(0, 0, canvas.width, canvas.height);
    keep();
  });
  try { strokes = JSON.parse(kept.value || "[]"); } catch { strokes = []; } // signed before the form came back
  strokes.forEach((each) => each.slice(1).forEach((next, n) => draw(each[n], next)));
  sheet.hidden = false;
});
