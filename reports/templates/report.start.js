// ---- the address chooses what is shown; going back comes back to where one was
const sections = [...document.querySelectorAll("main > section")];
const links = [...document.querySelectorAll("nav.bar a")];
const left = new Map();
let here = null;
let steps = 0;
let turns = 0;
let clicked = false;

function address(hash) {
  if (!location.hash.startsWith("#findings") || location.hash === hash) return;
  history_.replaceState(null, "", hash);
  here = hash;
}
const history_ = window.history;

const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };

// What an address asks for: a view, and how to fill it.
function asked(hash) {
  const text = hash.slice(1);
  if (text.startsWith("resource-")) return { view: "resource", fill: (still) => showResource(decoded(text.slice(9)), still) };
  if (text.startsWith("rule-")) return { view: "rule", fill: () => showRule(decoded(text.slice(5))) };
  const [anchor, parts] = text.split("?");
  if (anchor === "findings") return { view: "findings", fill: () => (parts === undefined ? address(findingsHash()) : obey(parts)) };
  const found = anchor ? byId(decoded(anchor)) : null;
  const section = found && found.closest("section[data-view]");
  return { view: section ? section.dataset.view : anchor === "main" ? here && viewNow() : "overview", target: section && found };
}

const viewNow = () => (sections.find((section) => section.classList.contains("on")) || sections[0]).dataset.view;

function reveal(view) {
  document.body.dataset.view = view;
  for (const section of sections) {
    section.classList.toggle("on", section.dataset.view === view);
    section.hidden = false;
  }
  const nav = { resource: "#findings", rule: "#rules", overview: "#summary" }[view] || "#" + view;
  for (const link of links) {
    if (link.getAttribute("href") !== nav) { link.removeAttribute("aria-current"); continue; }
    if (link.getAttribute("aria-current")) continue;
    link.setAttribute("aria-current", "page");
    link.closest("ul").scrollLeft = link.offsetLeft - 80;
  }
}

const NEEDS = new Set(["findings", "resource", "rule"]);
async function go(first = false) {
  const hash = location.hash, before = here, { view, fill, target } = asked(hash);
  if (hash === "#main") { byId("main").focus(); return; }
  const fresh = clicked || first;
  clicked = false;
  here = hash;
  if (!data && NEEDS.has(view)) { reveal(view); return; }
  const turn_ = (turns += 1);
  const still = () => turn_ === turns;
  if (fill) await fill(still);
  if (!still()) return;
  reveal(view);
  const heading = sections.find((section) => section.dataset.view === view).querySelector("h2");
  document.title = `${heading.textContent} · phiward report`;
  if (target && target.tagName === "TR") target.hidden = false;
  const was = left.get(hash);
  if (!fresh && was) { scrollTo(0, was.y); if (was.focus && was.focus.isConnected) was.focus.focus({ preventScroll: true }); return; }
  if (first && !hash) return;
  if (before === hash) return;
  if (target && !target.matches("section")) { target.scrollIntoView({ block: "center" }); target.setAttribute("tabindex", "-1"); target.focus({ preventScroll: true }); return; }
  if (target && target.id === "trend") { target.scrollIntoView(); byId("h-trend").focus({ preventScroll: true }); return; }
  if (!first) scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest('a[href^="#"]');
  if (!link) return;
  clicked = true;
  left.set(here || "", { y: scrollY, focus: link });
}, true);
addEventListener("hashchange", () => {
  if (clicked) steps += 1; else steps = Math.max(0, steps - 1);
  go();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !data || event.defaultPrevented) return;
  const field = event.target.matches && event.target.matches("input, select");
  if (field || !["resource", "rule"].includes(viewNow())) return;
  if (steps) history_.back(); else location.hash = viewNow() === "rule" ? "#rules" : findingsHash();
});
// Paper has no clicks: what is folded on the page that is shown is printed open.
addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("section.on details")) fold.open = true; });

// What can be scrolled sideways can be reached by the keyboard, and nothing else of its kind.
const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0"); else target.removeAttribute("tabindex");
  }
});

async function start() {
  for (const each of document.querySelectorAll(".scroll, .when")) watcher.observe(each);
  reveal(asked(location.hash).view);
  if (byId("d-list")) buildDrift();
  buildRules();
  byId("finder").hidden = false;
  try {
    read(await unpack(byId("index").textContent));
  } catch (error) {
    byId("finder").replaceChildren(el("p", { className: "notice", role: "alert" },
      "The findings could not be unpacked: " + (typeof DecompressionStream === "undefined" ? "this browser is too old for that." : String(error))));
    throw error;
  }
  enumerateAll();
  survey();
  buildFilters();
  buildList();
  reflect();
  change({ keep: true });
  await go(true);
  document.documentElement.dataset.ready = "yes";
  setTimeout(() => { for (const row of rows) haystack(row); }, 300);
}
start();
