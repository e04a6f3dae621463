// ---- the page of one resource, and the page of one rule
const WORST = { ERROR: 0, FAIL: 1, UNKNOWN: 2, PASS: 3, SKIP: 4, RESOLVED: 5 };
const tally = (some) => VERDICTS.map((state) => [state, some.filter((row) => row.state === state).length]).filter(([, count]) => count);
const backLink = (href, text) => el("p", { className: "back" }, el("a", { href }, "← " + text), el("small", {}, " or press Esc"));
const counts = (some) => el("p", { className: "tally" }, tally(some).map(([state, count]) => el("span", {}, el("b", {}, figure(count)), " ", verdictMark(state))));

function terms(pairs) {
  return el("dl", { className: "terms" }, pairs.filter(([, value]) => value && value.length !== 0)
    .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

async function showResource(name, still) {
  const place = byId("resource"), subject = bySubject.get(name);
  if (!subject) {
    place.replaceChildren(backLink(findingsHash(), "Findings"), el("h2", { id: "h-resource", tabIndex: -1 }, "No such resource"),
      el("p", {}, "This report holds no finding of ", el("bdi", { className: "mono" }, visible(name)), "."));
    return;
  }
  const some = subject.rows, one = some.find((row) => row.name) || some[0];
  const distinct = (of) => [...new Set(some.map(of))];
  const changes = data.changes[subject.account + " " + subject.resource] || [];
  const listed = el("div", { className: "of-resource" });
  const ranked = [...some].sort((a, b) => WORST[a.state] - WORST[b.state] || a.place - b.place);
  for (const [at, row] of ranked.entries()) listed.append(await folded(row, at < OPENED));
  const read = await documents(subject);
  if (!still()) return;
  place.replaceChildren(
    backLink(findingsHash(), "Findings"),
    el("h2", { id: "h-resource", tabIndex: -1 }, el("bdi", {}, visible(one.name || shortArn(subject.resource)))),
    el("p", { className: "arn mono" }, el("bdi", {}, visible(subject.resource))),
    counts(some),
    terms([
      ["Kind", distinct((row) => row.kind).map(visible).join(", ")],
      ["Account", el("a", { href: "#findings?account=" + encodeURIComponent(subject.account) }, accountLabel(subject.account))],
      ["Region", distinct((row) => row.region).map(visible).join(", ")],
      ["Holds PHI", distinct((row) => SCOPES[row.scope || "unknown"]).join(", ")],
      ["Tags", one.tags.length ? el("span", { className: "chips" }, one.tags.map(tagLink)) : ""],
      ["Changed", changes.map((id, n) => [n ? ", " : "", el("a", { href: "#change-" + id }, n ? String(n + 1) : "since the scan before: change 1")])],
    ]),
    el("h3", {}, some.length === 1 ? "Its finding" : `Its ${figure(some.length)} findings`), listed,
    el("h3", {}, "What was read of it"), read);
}

// The first of what failed or is not known stand open; the rest is folded.
const OPENED = 3;
async function folded(row, open) {
  const body = el("div", { className: "fold-body" });
  const made = el("details", { className: "fold" },
    el("summary", {}, verdictMark(row.state), " ", severityMark(row.severity), " ", el("b", {}, visible(row.title)), " ", tagsOf(row).flatMap((tag) => [tag, " "]),
      el("span", { className: "said" }, visible(row.message))), body);
  const fill = async () => { if (!body.childNodes.length) body.append(findingBody(row, await detailOf(row), { onResource: true })); };
  if (open && DEFAULT.includes(row.state)) { made.open = true; await fill(); }
  made.addEventListener("toggle", () => { if (made.open) fill(); });
  return made;
}

async function documents(subject) {
  const block = data.document[subject.number];
  if (block < 0) {
    const open = subject.rows.some((row) => DEFAULT.includes(row.state));
    return el("p", { className: "muted" }, open
      ? "Not in this file: it was not seen in this scan, or there was no room. The store holds what was read; `phiward report --evidence CITATION` packs it."
      : "Documents are kept in this file only for what failed or is not known. The store holds them all.");
  }
  const given = (await documentBlock(block))[subject.number];
  return el("div", { className: "documents" }, given.map(([kind, region, sections]) => [
    el("h4", {}, `${visible(kind)}, ${visible(region)}`),
    sections.map(([name, call, lacking, doc]) => (lacking
      ? el("p", { className: "muted" }, el("code", {}, visible(name)), call ? ` (${visible(call)})` : "", `: ${visible(lacking)}`)
      : document_(name, call, doc)))]));
}

function document_(name, call, doc) {
  const made = el("details", { className: "fold doc" }, el("summary", {}, el("code", {}, visible(name)), call ? el("small", {}, " answer of " + visible(call)) : ""));
  made.addEventListener("toggle", () => {
    if (made.open && made.childNodes.length < 2) made.append(el("pre", { tabIndex: 0 }, lines(JSON.stringify(doc, null, 2))));
  });
  return made;
}

const SAMPLE = 50;
function showRule(id) {
  const place = byId("rule"), rule = data.rules[id], about = byId("rule-" + id);
  place.replaceChildren(backLink("#rules", "Rules"));
  if (!rule) {
    place.append(el("h2", { id: "h-rule", tabIndex: -1 }, "No such rule"), el("p", {}, "This report was not judged by ", el("code", {}, visible(id)), "."));
    return;
  }
  const some = rows.filter((row) => row.rule === id);
  const open = some.filter((row) => DEFAULT.includes(row.state));
  const first = (open.length ? open : some).slice(0, SAMPLE);
  place.append(
    el("h2", { id: "h-rule", tabIndex: -1 }, visible(rule.title)),
    el("p", { className: "arn" }, severityMark(rule.severity), " ", el("code", {}, visible(id)), " ", el("small", {}, visible([rule.kind, rule.category].filter(Boolean).join(", ")))),
    rule.score ? el("p", { className: "score small" }, rule.score, el("small", {}, "checks passed")) : el("p", { className: "muted" }, "It applies to nothing here, or was not judged."),
    counts(some));
  if (about) place.append(about.querySelector(".about-rule").cloneNode(true));
  place.append(el("h3", {}, open.length ? `What does not pass: ${figure(open.length)}` : `Its findings: ${figure(some.length)}`));
  if (!some.length) return;
  if (some.length > first.length || open.length < some.length) {
    place.append(el("p", {}, first.length < open.length ? `The worst ${figure(first.length)}. ` : "",
      el("a", { href: `#findings?verdict=any&rule=${encodeURIComponent(id)}` }, `All ${figure(some.length)} findings of this rule`)));
  }
  place.append(el("table", { className: "stack list" },
    el("thead", {}, el("tr", {}, ["Severity", "Verdict", "Finding", "Resource", "Account, Region", "Since"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, first.map((row) => line(row)))));
}
