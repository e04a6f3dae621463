// ---- the list of findings, a page of it at a time
const PAGE = 50;

function change({ page = 0, keep = false } = {}) {
  sift();
  if (SORTS[wanted.order]) shown.sort(SORTS[wanted.order]);
  wanted.page = Math.min(page, Math.max(0, Math.ceil(shown.length / PAGE) - 1));
  for (const [name, values] of Object.entries(marks)) {
    for (const [value, mark] of values) mark(counted(name, value), everywhere[name] ? everywhere[name].has(value) : true);
  }
  draw();
  if (!keep) address(findingsHash());
}

// The states that occur at all: a box for one that never does would only be in the way.
const everywhere = {};
function survey() {
  for (const name of Object.keys(BOXES)) everywhere[name] = new Set(dimensions[name].values);
  for (const value of [...SEVERITIES.slice(0, 4), ...DEFAULT]) (SEVERITIES.includes(value) ? everywhere.severity : everywhere.verdict).add(value);
}

function turn(by) {
  wanted.page += by;
  draw();
  address(findingsHash());
  byId("list").scrollIntoView();
}

function buildList() {
  for (const id of ["back", "back2"]) byId(id).addEventListener("click", () => turn(-1));
  for (const id of ["next", "next2"]) byId(id).addEventListener("click", () => turn(1));
}

function draw() {
  const from = wanted.page * PAGE;
  const part = shown.slice(from, from + PAGE);
  byId("shown").textContent = shown.length
    ? `${figure(from + 1)} to ${figure(from + part.length)} of ${figure(shown.length)} findings shown; ${figure(rows.length)} in all`
    : `0 of ${figure(rows.length)} findings shown`;
  for (const id of ["back", "back2"]) byId(id).disabled = !wanted.page;
  for (const id of ["next", "next2"]) byId(id).disabled = from + PAGE >= shown.length;
  const body = byId("list").tBodies[0];
  body.replaceChildren(...part.map((row) => line(row)));
  if (!part.length) body.append(el("tr", {}, el("td", { colSpan: 6, className: "empty" }, "No finding answers to these filters.")));
}

function tagsOf(row) {
  const tags = [];
  if (row.status !== "still" && row.status !== "resolved") tags.push(el("span", { className: "tag new" }, row.status));
  if (row.acceptance) tags.push(el("span", { className: "tag" }, row.acceptance[0] === "in force" ? "accepted risk" : visible(row.acceptance[0])));
  if (row.scope === "yes") tags.push(el("span", { className: "tag" }, "PHI"));
  return tags;
}

function line(row, { withResource = true } = {}) {
  const button = el("button", { type: "button" }, visible(row.title));
  button.setAttribute("aria-expanded", "false");
  const tags = tagsOf(row);
  const resource = el("td", { className: "res" }, row.name ? el("span", {}, visible(row.name), el("br")) : null,
    el("a", { href: resourceHash(row.subject), className: "mono" }, el("bdi", {}, visible(shortArn(row.resource)))));
  const made = el("tr", {},
    el("td", {}, severityMark(row.severity)),
    el("td", {}, verdictMark(row.state)),
    el("td", { className: "what" }, button, el("p", { className: "said" }, visible(row.message))),
    withResource ? resource : null,
    el("td", { className: "where" }, accountName(row.account), el("br"), " ", el("small", {}, visible(row.region))),
    el("td", { className: "since" }, el("small", {}, day(row.first)), tags.length ? el("br") : null, " ", tags.flatMap((tag) => [tag, " "])));
  button.addEventListener("click", () => toggle(row, made, button));
  return made;
}

async function toggle(row, made, button) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) { made.nextElementSibling.remove(); return; }
  const cell = el("td", { colSpan: made.cells.length });
  made.after(el("tr", { className: "more" }, cell));
  cell.append(findingBody(row, await detailOf(row)));
}
