// Choosing and sending files: what is chosen, previews, what is too large before it is sent, and how far sending is.
(() => {
  "use strict";
  const $ = (selector, from) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const inputs = (field) => all('input[type="file"]', field);
  const chosen = (field) => inputs(field).flatMap((input) => [...input.files].map((file) => ({ input, file })));
  const size = (bytes) => (bytes < 999500 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

  const problem = (field) => {
    const { most, bytes, total, saidMany, saidLarge, saidAll } = field.dataset, files = chosen(field).map((each) => each.file);
    const large = files.filter((file) => file.size > Number(bytes));
    if (large.length) return large.map((file) => saidLarge.replace("{name}", file.name)).join("\n");
    if (files.length + all('input[name="kept"]:checked', field).length > Number(most)) return saidMany;
    return files.reduce((sum, file) => sum + file.size, 0) > Number(total) ? saidAll : "";
  };

  // A small picture without an address of its own: the content policy knows none
  const preview = async (file, canvas) => {
    const side = canvas.width;
    try {
      const image = await createImageBitmap(file), cut = Math.min(image.width, image.height);
      canvas.getContext("2d").drawImage(image, (image.width - cut) / 2, (image.height - cut) / 2, cut, cut, 0, 0, side, side);
      image.close();
    } catch { canvas.hidden = true; }
  };
  const leaveOut = (input, file) => {
    const rest = new DataTransfer();
    [...input.files].filter((each) => each !== file).forEach((each) => rest.items.add(each));
    input.files = rest.files;
  };
  const row = (field, { input, file }) => {
    const line = document.createElement("li"), name = document.createElement("span"), off = document.createElement("button");
    line.className = "file";
    if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) {
      const canvas = document.createElement("canvas");
      canvas.className = "file-sign"; canvas.width = canvas.height = 112; canvas.setAttribute("aria-hidden", "true");
      line.append(canvas);
      preview(file, canvas);
    }
    name.className = "file-text"; name.textContent = `${file.name} · ${size(file.size)}`;
    off.type = "button"; off.className = "tool"; off.textContent = "×"; off.setAttribute("aria-label", field.dataset.saidOff.replace("{name}", file.name));
    off.addEventListener("click", () => { leaveOut(input, file); show(field); input.focus(); });
    line.append(name, off);
    return line;
  };
  const show = (field) => {
    const list = $(".file-chosen", field), files = chosen(field), said = $(".file-said", field);
    list.replaceChildren(...files.map((each) => row(field, each)));
    list.hidden = files.length === 0;
    said.textContent = problem(field);
    said.hidden = said.textContent === "";
  };
  // With script the buttons show what is chosen below them; the browser's own line beside them goes.
  const ready = () => all(".file-field:not(.file-ready)").forEach((field) => field.classList.add("file-ready"));
  document.addEventListener("change", (event) => { const field = event.target.closest(".file-field"); if (field) show(field); });
  document.addEventListener("htmx:afterSettle", ready);
  window.addEventListener("pageshow", () => { ready(); all(".file-field").forEach(show); });
  ready();

  // Before sending: what is refused anyway need not be sent; asked before app.js (document) marks the form as sent
  window.addEventListener("submit", (event) => {
    const field = $(".file-field", event.target);
    if (!field) return;
    show(field);
    if (problem(field)) { event.preventDefault(); event.stopImmediatePropagation(); $(".file-said", field).scrollIntoView({ block: "center" }); return; }
    const bar = $(".file-progress", field);
    bar.hidden = chosen(field).length === 0;
    $("progress", bar).removeAttribute("value"); // how far is known only when htmx sends
  }, true);
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.closest?.("form")?.querySelector(".file-progress"), { lengthComputable, loaded, total } = event.detail;
    if (!bar || bar.hidden || !lengthComputable || !total) return;
    const share = Math.round((100 * loaded) / total);
    $("progress", bar).value = share;
    $(".num", bar).textContent = `${share} %`;
  });
  document.addEventListener("htmx:afterRequest", (event) => all(".file-progress", event.target.closest?.("form") ?? document).forEach((bar) => { bar.hidden = true; }));
  // Too large is an answer like others: it says so in the house's words
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.xhr.status === 413) { event.detail.shouldSwap = true; event.detail.isError = false; } });
})();
