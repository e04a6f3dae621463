"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const steps = [...document.querySelectorAll("details.step")];
  const places = [...document.querySelectorAll(".group")];
  const parts = ["risk", "form", "verdict"];
  const boxes = (part) => [...byId("f-" + part).querySelectorAll("input")];

  // The steps are there; the filters hide.
  function draw() {
    const wanted = Object.fromEntries(parts.map((part) => [part, new Set(boxes(part).filter((box) => box.checked).map((box) => box.value))]));
    const account = byId("f-account").value;
    const words = byId("f-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const step of steps) {
      if (words.length) step.hay = step.hay || step.textContent.toLowerCase();
      step.hidden = !(parts.every((part) => wanted[part].has(step.dataset[part]))
        && (!account || step.dataset.account === account) && words.every((word) => step.hay.includes(word)));
      shown += !step.hidden;
    }
    for (const place of places) place.hidden = ![...place.querySelectorAll("details.step")].some((step) => !step.hidden);
    byId("shown").textContent = `${shown.toLocaleString("en")} of ${steps.length.toLocaleString("en")} steps shown`;
  }

  function reset() {
    for (const part of parts) for (const box of boxes(part)) box.checked = true;
    byId("f-account").value = "";
    byId("f-text").value = "";
    draw();
  }

  // A link to a step shows and opens it.
  function follow() {
    const found = location.hash.startsWith("#step-") ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (!found) return;
    if (found.hidden) reset();
    found.open = true;
    found.scrollIntoView();
  }

  if (!steps.length) return;
  let timer = 0;
  byId("filters").addEventListener("change", draw);
  byId("f-text").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(draw, 150); });
  byId("reset").addEventListener("click", reset);
  byId("open").addEventListener("click", () => { for (const step of steps) if (!step.hidden) step.open = true; });
  byId("close").addEventListener("click", () => { for (const step of steps) step.open = false; });
  addEventListener("hashchange", follow);
  // Paper has no clicks: all that is shown is printed open.
  addEventListener("beforeprint", () => { for (const step of steps) step.open = true; });
  byId("filters").hidden = byId("tools").hidden = false;
  draw();
  follow();
})();
