"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 50;
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];
  const VERDICTS = ["FAIL", "UNKNOWN", "ERROR", "PASS", "SKIP", "RESOLVED"];
  const DEFAULT = ["FAIL", "UNKNOWN", "ERROR"];
  const ORDERS = [["worst", "Worst first"], ["new", "Newest first"], ["resource", "Resource"], ["rule", "Rule"]];
  const byId = (id) => document.getElementById(id);
  const rows = data.findings.map((row, place) => ({
    ...row, place,
    state: row.resolved ? "RESOLVED" : row.verdict,
    title: row.title || (data.rules[row.rule] || {}).title || row.rule,
    hipaa: row.hipaa || (data.rules[row.rule] || {}).hipaa || [],
    proposed: row.hipaa_proposed || (data.rules[row.rule] || {}).hipaa_proposed || [],
  }));

  // What cannot be seen must not mislead: control and direction characters are shown as their escapes.
  const visible = (text) => String(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (c) =>
    c === "\n" || c === "\t" ? " " : "\\u" + c.codePointAt(0).toString(16).padStart(4, "0"));
  const lines = (text) => String(text).split("\n").map(visible).join("\n");

  function el(tag, props, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (name in made && name !== "role") made[name] = value; else made.setAttribute(name, value);
    }
    made.append(...children.flat().filter((child) => child !== null && child !== "" && child !== undefined));
    return made;
  }

  const account = (id) => visible(data.accounts[id] || id);
  const day = (text) => (text || "").slice(0, 10);
  const shortArn = (arn) => {
    const parts = arn.split(":");
    return parts[0] === "arn" && parts.length > 5 ? parts[2] + ":" + parts.slice(5).join(":") : arn;
  };

  // ---- filters
  const start = () => ({ severity: new Set(SEVERITIES), verdict: new Set(DEFAULT), account: "", region: "", rule: "",
    citation: "", scope: "", text: "", order: "worst", page: 0 });
  let wanted = start();
  let shown = [];

  function boxes(id, names, set) {
    for (const name of names) {
      const count = rows.filter((row) => (id === "verdict" ? row.state : row.severity) === name).length;
      const box = el("input", { type: "checkbox", value: name });
      box.addEventListener("change", () => {
        if (box.checked) wanted[id].add(name); else wanted[id].delete(name);
        change();
      });
      const label = id === "verdict" ? el("span", { className: "verdict v-" + name }, name)
        : el("span", { className: "sev " + name }, name[0].toUpperCase() + name.slice(1));
      byId("f-" + id).append(el("label", {}, box, label, el("small", {}, count.toLocaleString("en"))));
    }
  }

  function choices(id, values, all) {
    const select = byId("f-" + id);
    if (all) select.append(el("option", { value: "" }, all));
    for (const [value, label] of values) select.append(el("option", { value }, visible(label)));
    select.addEventListener("change", () => { wanted[id] = select.value; change(); });
  }

  const distinct = (of) => [...new Set(rows.flatMap(of))].sort();

  function build() {
    boxes("severity", SEVERITIES);
    boxes("verdict", VERDICTS.filter((name) => DEFAULT.includes(name) || rows.some((row) => row.state === name)));
    choices("account", distinct((row) => row.account).map((id) => [id, data.accounts[id] ? `${data.accounts[id]} (${id})` : id]), "All accounts");
    choices("region", distinct((row) => row.region).map((name) => [name, name]), "All Regions");
    choices("rule", distinct((row) => row.rule).map((id) => [id, id]), "All rules");
    choices("citation", distinct((row) => [...row.hipaa, ...row.proposed]).map((c) => [c, data.citations[c] ? `${c} ${data.citations[c]}` : c]), "All citations");
    choices("scope", [["yes", "Yes"], ["unknown", "Unknown"], ["no", "No"]], "All");
    choices("order", ORDERS, "");
    let timer = 0;
    byId("f-text").addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => { wanted.text = event.target.value; change(); }, 150);
    });
    byId("reset").addEventListener("click", () => { wanted = start(); reflect(); change(); });
    for (const id of ["back", "back2"]) byId(id).addEventListener("click", () => turn(-1));
    for (const id of ["next", "next2"]) byId(id).addEventListener("click", () => turn(1));
    addEventListener("hashchange", follow);
  }

  function reflect() {
    for (const id of ["severity", "verdict"]) {
      for (const box of byId("f-" + id).querySelectorAll("input")) box.checked = wanted[id].has(box.value);
    }
    for (const id of ["account", "region", "rule", "citation", "scope", "order"]) byId("f-" + id).value = wanted[id];
    byId("f-text").value = wanted.text;
  }

  // A link such as #findings?account=1&verdict=FAIL sets the filters that it names and clears the others.
  function follow() {
    const [anchor, query] = location.hash.slice(1).split("?");
    if (anchor !== "findings" || query === undefined) return;
    wanted = start();
    for (const [name, value] of new URLSearchParams(query)) {
      if (name === "severity" || name === "verdict") wanted[name] = new Set(value.split(","));
      else if (name in wanted && name !== "page") wanted[name] = value;
    }
    reflect();
    change();
    byId("findings").scrollIntoView();
    byId("h-findings").focus({ preventScroll: true });
  }

  function haystack(row) {
    row.hay = row.hay || [row.title, row.rule, row.resource, row.name, row.part, row.message, row.id, row.account,
      data.accounts[row.account], ...(row.facts || []).flat(), ...(row.missing || []).flat()].join("\n").toLowerCase();
    return row.hay;
  }

  function matches(row, words) {
    return wanted.verdict.has(row.state) && wanted.severity.has(row.severity)
      && (!wanted.account || row.account === wanted.account) && (!wanted.region || row.region === wanted.region)
      && (!wanted.rule || row.rule === wanted.rule) && (!wanted.scope || (row.scope || "unknown") === wanted.scope)
      && (!wanted.citation || row.hipaa.includes(wanted.citation) || row.proposed.includes(wanted.citation))
      && words.every((word) => haystack(row).includes(word));
  }

  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const SORTS = {
    worst: (a, b) => a.place - b.place,
    new: (a, b) => compare(b.first || "", a.first || "") || a.place - b.place,
    resource: (a, b) => compare(a.resource, b.resource) || a.place - b.place,
    rule: (a, b) => compare(a.rule, b.rule) || a.place - b.place,
  };

  function change() {
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    shown = rows.filter((row) => matches(row, words)).sort(SORTS[wanted.order] || SORTS.worst);
    wanted.page = 0;
    draw();
  }

  function turn(by) {
    wanted.page += by;
    draw();
    byId("list").scrollIntoView();
  }

  // ---- the list
  function draw() {
    const from = wanted.page * PAGE;
    const part = shown.slice(from, from + PAGE);
    const figure = (n) => n.toLocaleString("en");
    byId("shown").textContent = shown.length
      ? `${figure(from + 1)} to ${figure(from + part.length)} of ${figure(shown.length)} findings shown; ${figure(rows.length)} in all`
      : `0 of ${figure(rows.length)} findings shown`;
    for (const id of ["back", "back2"]) byId(id).disabled = !wanted.page;
    for (const id of ["next", "next2"]) byId(id).disabled = from + PAGE >= shown.length;
    const body = byId("list").tBodies[0];
    body.replaceChildren(...part.map(line));
    if (!part.length) body.append(el("tr", {}, el("td", { colSpan: 6, className: "empty" }, "No finding answers to these filters.")));
  }

  function line(row) {
    const button = el("button", { type: "button" }, visible(row.title));
    button.setAttribute("aria-expanded", "false");
    const tags = [];
    if (row.status === "new" || row.status === "reopened") tags.push(el("span", { className: "tag new" }, row.status));
    if (row.acceptance) tags.push(el("span", { className: "tag" }, row.acceptance[0] === "in force" ? "accepted risk" : row.acceptance[0]));
    if (row.scope === "yes") tags.push(el("span", { className: "tag" }, "PHI"));
    const said = visible(row.message || "");
    const made = el("tr", {},
      el("td", {}, el("span", { className: "sev " + row.severity }, row.severity[0].toUpperCase() + row.severity.slice(1))),
      el("td", {}, el("span", { className: "verdict v-" + row.state }, row.state)),
      el("td", { className: "what" }, button, el("p", { className: "said" }, said)),
      el("td", { className: "res" }, row.name ? el("span", {}, visible(row.name), el("br")) : null, el("bdi", { className: "mono" }, visible(shortArn(row.resource)))),
      el("td", {}, account(row.account), el("br"), " ", el("small", {}, visible(row.region))),
      el("td", {}, el("small", {}, day(row.first)), tags.length ? el("br") : null, " ", tags.flatMap((tag) => [tag, " "])));
    button.addEventListener("click", () => toggle(row, made, button));
    return made;
  }

  function toggle(row, made, button) {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) made.nextElementSibling.remove();
    else made.after(el("tr", { className: "more" }, el("td", { colSpan: 6 }, detail(row))));
  }

  // ---- the details of one finding
  const section = (title, ...body) => (body.flat().length ? [el("h4", {}, title), ...body.flat()] : []);
  const list = (items) => (items.length ? [el("ul", {}, items)] : []);
  const cite = (citation) => el("li", {}, citation, el("small", {}, visible(data.citations[citation] || "")));

  function detail(row) {
    const rule = data.rules[row.rule] || {};
    const facts = (row.facts || []).map(([name, value, path, call, of]) => el("li", {},
      el("code", {}, visible(name) + " = " + visible(value)),
      el("small", {}, (call ? `from ${call}, ` : "from ") + visible(path) + (of ? `, of ${visible(of)}` : ""))));
    const missing = (row.missing || []).map(([call, why, mend]) => el("li", {},
      visible(call ? `${call}: ${why}` : why), mend ? el("small", {}, "To mend it: " + visible(mend)) : null));
    const about = [
      ["Resource", row.resource], ["Kind", row.kind || rule.kind], ["Rule", row.rule], ["Category", row.category || rule.category],
      ["Holds PHI", row.scope || "unknown"], ["First seen", row.first], ["Last seen", row.last], ["Status", row.status], ["Fingerprint", row.id],
    ].filter(([, value]) => value).map(([name, value]) => el("li", {}, el("small", {}, name), el("bdi", {}, visible(value))));
    const accepted = row.acceptance ? [el("p", {}, `${row.acceptance[0]}: ${visible(row.acceptance[1])}`),
      el("p", {}, el("small", {}, `by ${visible(row.acceptance[2])}, until ${visible(row.acceptance[3])}`)),
      ...(row.acceptance[4] ? [el("p", {}, visible(row.acceptance[4]))] : [])] : [];
    const remedy = row.remedy || rule.remedy;
    return el("div", { className: "detail" },
      el("div", {},
        section("Why it matters", (rule.why || []).map((text) => el("p", {}, visible(text)))),
        section("Facts read", list(facts)),
        section("Not learned", list(missing)),
        section("Notes", list((row.notes || []).map((note) => el("li", {}, visible(note))))),
        section("Stands for", list((row.members || []).map((arn) => el("li", {}, visible(arn))))),
        section(rule.remedy_kind ? `Remedy: ${rule.remedy_kind}` : "Remedy", remedy ? [el("pre", {}, lines(remedy))] : [])),
      el("div", {},
        section("Risk acceptance", accepted),
        section("HIPAA Security Rule, public citations", list(row.hipaa.map(cite))),
        section("phiward's own mapping, reviewed by nobody else", list(row.proposed.map(cite))),
        section("About", about.length ? [el("ul", { className: "about" }, about)] : []),
        section("Judges part of the same thing", list((rule.related || []).map((id) => el("li", {}, visible(id))))),
        section("Sources", list([...(rule.sources || []), ...(rule.aliases || [])].map((text) => el("li", {}, visible(text)))))));
  }

  // ---- drift: the rows are there, the filters hide
  function sift() {
    const body = byId("d-list").tBodies[0], boxes = [...byId("d-severity").querySelectorAll("input")];
    const draw = () => {
      const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const impact = byId("d-impact").value, of = byId("d-account").value;
      const words = byId("d-text").value.toLowerCase().split(/\s+/).filter(Boolean);
      let left = 0;
      for (const row of body.rows) {
        row.hay = row.hay || row.textContent.toLowerCase();
        row.hidden = !(severities.has(row.dataset.severity) && (!impact || row.dataset.impact === impact)
          && (!of || row.dataset.account === of) && words.every((word) => row.hay.includes(word)));
        left += !row.hidden;
      }
      byId("d-shown").textContent = `${left.toLocaleString("en")} of ${body.rows.length.toLocaleString("en")} changes shown`;
    };
    byId("d-filters").addEventListener("input", draw);
    byId("d-filters").hidden = false;
    draw();
  }

  // A link to a rule opens it.
  function unfold() {
    const row = location.hash.startsWith("#rule-") ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (!row) return;
    row.querySelector("details").open = true;
    row.scrollIntoView();
  }

  if (byId("d-list")) sift();
  addEventListener("hashchange", unfold);
  build();
  reflect();
  change();
  follow();
  unfold();
})();
