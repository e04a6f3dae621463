// ---- one finding: evidence, what lacks, its history
const parts = (level) => (title, ...body) => (body.flat(Infinity).filter(Boolean).length ? [el(level, {}, title), ...body] : []);
const list = (items) => (items.length ? el("ul", {}, items) : null);
const cite = (citation) => el("li", {}, citationLink(citation), el("small", {}, visible(data.citations[citation] || "")));

function findingBody(row, detail, { onResource = false } = {}) {
  const part = parts(onResource ? "h4" : "h3"), rule = data.rules[row.rule] || {};
  const remedy = detail.remedy || rule.remedy;
  const about = [
    ["Resource", onResource ? "" : row.resource], ["Part", detail.part], ["Kind", row.kind], ["Category", row.category],
    ["Holds PHI", SCOPES[row.scope || "unknown"]], ["First seen", minute(row.first)], ["Last seen", minute(row.last)],
    ["Status", row.status + (row.was ? `, was ${row.was}` : "")], ["Fingerprint", row.id],
  ].filter(([, value]) => value).map(([name, value]) => el("li", {}, el("small", {}, name), el("bdi", {}, visible(value))));
  return el("div", { className: "detail" },
    el("div", {},
      part("Why it matters", (rule.why || []).map((text) => el("p", {}, visible(text)))),
      part("Evidence: the facts read", list((detail.facts || []).map(fact))),
      part("Not learned", list((detail.missing || []).map(lack))),
      part("Notes", list((detail.notes || []).map((note) => el("li", {}, visible(note))))),
      part("Stands for", list((detail.members || []).map((arn) => el("li", {}, el("bdi", {}, visible(arn)))))),
      part("History of the verdict", history(row, detail)),
      part("Step of the remediation plan", list((detail.steps || []).map(step))),
      part(rule.remedy_kind ? `Remedy: ${rule.remedy_kind}` : "Remedy", remedy ? el("pre", {}, lines(remedy)) : null)),
    el("div", {},
      part("Risk acceptance", accepted(row)),
      part("Rule", el("p", {}, ruleLink(row.rule))),
      part("HIPAA Security Rule, public citations", list(row.hipaa.map(cite))),
      part("phiward's own mapping, reviewed by nobody else", list(row.proposed.map(cite))),
      part("About", about.length ? el("ul", { className: "about" }, about) : null),
      part("Tags", row.tags.length && !onResource ? el("p", { className: "chips" }, row.tags.map(tagLink)) : null),
      part("Judges part of the same thing", list((rule.related || []).map((id) => el("li", {}, ruleLink(id)))))));
}

const tagLink = ([key, value]) => el("a", { className: "tag", href: "#findings?verdict=any&tag=" + encodeURIComponent(`${key}=${value}`) },
  el("bdi", {}, visible(key) + (value ? " = " + visible(value) : "")));

const fact = ([name, value, path, call, of]) => el("li", {}, el("code", {}, visible(name) + " = " + visible(value)),
  el("small", {}, (call ? `from ${visible(call)}, ` : "from ") + visible(path) + (of ? `, of ${visible(of)}` : "")));

const step = ([title, form, risk, downtime, cost]) => el("li", {}, visible(title),
  el("small", {}, visible(`${form}, risk ${risk}; ${"downtime: " + downtime}${cost ? "; cost: " + cost : ""}`)));

const lack = ([call, why, mend]) => el("li", {}, visible(call ? `${call}: ${why}` : why), mend ? el("small", {}, "To mend it: " + visible(mend)) : null);

function accepted(row) {
  const given = row.acceptance;
  if (!given) return [];
  return [el("p", {}, `${visible(given[0])}: ${visible(given[1])}`), el("p", {}, el("small", {}, `by ${visible(given[2])}, until ${visible(given[3])}`)),
    given[4] ? el("p", {}, visible(given[4])) : null];
}

const TINTS = { PASS: "c-pass", FAIL: "c-fail", ERROR: "c-ink", UNKNOWN: "c-unknown", UNSEEN: "c-unknown" };

// When the verdict was which: a strip from the first time to this scan, and the times in words.
function history(row, detail) {
  const course = detail.course || [];
  if (!course.length) return [];
  const begin = Date.parse(course[0][0]), end = Math.max(Date.parse(data.as_of), begin + 1);
  const place = (text) => 100 * (Math.min(Date.parse(text || data.as_of), end) - begin) / (end - begin);
  const strip = svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    ...course.map(([since, until, verdict]) => svg("rect", { class: TINTS[verdict] || "c-ground", x: place(since).toFixed(2), y: 0,
      width: Math.max(place(until) - place(since), 0.6).toFixed(2), height: 10 })));
  const times = course.map(([since, until, verdict]) => el("li", {}, verdictMark(verdict), " ",
    el("small", {}, until ? `${minute(since)} to ${minute(until)}` : `since ${minute(since)}`)));
  return [course.length > 1 ? strip : null, el("ol", { className: "course-of" }, times)];
}
