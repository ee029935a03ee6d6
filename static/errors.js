// What was wrong with a field is said until the field has an answer; then its line goes, here and at the top.
(() => {
  "use strict";
  const all = (selector, from) => [...from.querySelectorAll(selector)];
  const answered = (input) => {
    if (input.matches("[type=radio], [type=checkbox]")) return input.checked;
    return input.type !== "hidden" && input.value.trim() !== "";
  };
  const clear = (field) => {
    const ids = all(".field-error[id]", field).map((line) => line.id);
    all("[id^='f-'], .field-error[id]", field).concat(field).filter((part) => part.id).forEach((part) => {
      all(`.errors a[href="#${CSS.escape(part.id)}"]`, field.form ?? field.closest("form") ?? document).forEach((link) => link.closest("li").remove());
    });
    all(".field-error[id]", field).forEach((line) => line.remove());
    [field, ...all("[aria-invalid]", field)].forEach((part) => {
      part.removeAttribute("aria-invalid");
      const rest = (part.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !ids.includes(id)).join(" ");
      rest ? part.setAttribute("aria-describedby", rest) : part.removeAttribute("aria-describedby");
    });
    const form = field.closest("form");
    if (form) all(".errors", form).forEach((box) => { if (!box.querySelector("li")) box.remove(); });
  };
  ["input", "change"].forEach((name) => document.addEventListener(name, (event) => {
    const field = event.target.closest?.(".field");
    if (field?.querySelector(".field-error[id]") && all("input, select, textarea", field).some(answered)) clear(field);
  }));
})();
