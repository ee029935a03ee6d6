"""What a page is asked about itself, as scripts for `page.evaluate`."""

from typing import Final

SPOKEN: Final = """() => {
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const silent = "script, style, template, noscript, textarea, .languages, select[name=zone]"; // typed; places
  while (walk.nextNode()) {
    const text = walk.currentNode;
    if (!text.parentElement.closest(silent)) said.push(text.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-copied", "data-failed"])
    for (const one of document.querySelectorAll(`[${name}]`)) said.push(one.getAttribute(name));
  return said.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
"""Everything a page says, to eyes or to a screen reader."""

TOO_WIDE: Final = """(width) => {
  const wanted = document.scrollingElement.scrollWidth;
  if (wanted <= width) return [];
  const cut = ["auto", "scroll", "hidden", "clip"];
  const fixed = (one) => one && (getComputedStyle(one).position === "fixed" || fixed(one.parentElement));
  const inside = (one) => one && (cut.includes(getComputedStyle(one).overflowX) || inside(one.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter(
    (one) => one.getBoundingClientRect().right > width + 1 && !fixed(one) && !inside(one.parentElement));
  const shown = (one) => one.outerHTML.slice(0, 120).replaceAll("\\n", " ");
  return [`needs ${wanted} of ${width}`, ...wide.slice(0, 4).map(shown)];
}"""
"""Nothing, or that the page scrolls sideways, and the elements that make it."""
