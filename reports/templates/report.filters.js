// ---- filters: each narrows what the others leave; their state is the part of the address after `#findings?`
const VERDICTS = ["FAIL", "UNKNOWN", "ERROR", "PASS", "SKIP", "RESOLVED"];
const STATUSES = ["new", "reopened", "still", "unseen", "resolved"];
const DEFAULT = ["FAIL", "UNKNOWN", "ERROR"];
const ORDERS = [["worst", "Worst first"], ["new", "Newest first"], ["old", "Oldest first"], ["resource", "Resource"], ["rule", "Rule"]];
const BOXES = { severity: SEVERITIES, verdict: VERDICTS, status: STATUSES };
const SELECTS = { account: "All accounts", region: "All Regions", kind: "All kinds", rule: "All rules", citation: "All citations", scope: "All" };
const TEXTS = ["tag", "text"];
const SCOPES = { yes: "Yes", unknown: "Not said", no: "No" };
const valuesOf = {
  severity: (row) => row.severity, verdict: (row) => row.state, status: (row) => row.status, account: (row) => row.account,
  region: (row) => row.region, kind: (row) => row.kind, rule: (row) => row.rule, scope: (row) => row.scope || "unknown",
};
const citationsOf = (row) => (row.proposed.length ? [...row.hipaa, ...row.proposed] : row.hipaa);

const untouched = () => ({ severity: new Set(), verdict: new Set(DEFAULT), status: new Set(), account: "", region: "", kind: "", rule: "",
  citation: "", scope: "", tag: "", text: "", order: "worst", page: 0 });
let wanted = untouched();
let shown = [];
const marks = {};

function haystack(row) {
  row.hay = row.hay || [row.title, row.rule, row.resource, row.name, row.message, row.id, row.account, row.kind, row.status,
    data.accounts[row.account], ...row.tags.map(([key, value]) => `${key}=${value}`)].join("\n").toLowerCase();
  return row.hay;
}

// A tag is asked for by its key, or by its key and value.
function tagged(text) {
  const asked = text.trim().toLowerCase();
  const fits = data.tags.map((pairs) => pairs.some(([key, value]) =>
    key.toLowerCase() === asked || `${key}=${value}`.toLowerCase() === asked));
  return (row) => fits[data.columns.tags[row.place]];
}

// Each test says whether a row passes one filter; a filter that is not set has none.
function tests() {
  const found = [];
  for (const name of Object.keys(BOXES)) {
    const set = wanted[name], of = valuesOf[name];
    if (set.size) found.push([name, (row) => set.has(of(row))]);
  }
  for (const name of Object.keys(SELECTS)) {
    const value = wanted[name], of = valuesOf[name];
    if (!value) continue;
    found.push([name, name === "citation" ? (row) => row.hipaa.includes(value) || row.proposed.includes(value) : (row) => of(row) === value]);
  }
  if (wanted.tag.trim()) found.push(["tag", tagged(wanted.tag)]);
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) found.push(["text", (row) => words.every((word) => haystack(row).includes(word))]);
  return found;
}

// The values that a filter chooses among, by number, and the numbers of each row: counting is done with these.
const dimensions = {};
function enumerate_(name, of) {
  const values = [], numbers = new Map();
  const number = (value) => {
    if (!numbers.has(value)) numbers.set(value, values.push(value) - 1);
    return numbers.get(value);
  };
  const codes = rows.map((row) => (name === "citation" ? citationsOf(row).map(number) : number(of(row))));
  dimensions[name] = { values, numbers, codes: name === "citation" ? codes : Uint32Array.from(codes), counts: new Uint32Array(values.length) };
}

function enumerateAll() {
  for (const [name, of] of Object.entries(valuesOf)) enumerate_(name, of);
  enumerate_("citation", null);
}

// One pass: a row that passes all is shown; one that only a single filter stops is counted beside that filter's values.
function sift() {
  const asked = tests();
  const plain = Object.keys(valuesOf).map((name) => dimensions[name]);
  const cited = dimensions.citation;
  for (const each of [...plain, cited]) each.counts.fill(0);
  shown = [];
  for (const row of rows) {
    const at = row.place;
    let stopped = "", many = false;
    for (const [name, test] of asked) {
      if (test(row)) continue;
      if (stopped) { many = true; break; }
      stopped = name;
    }
    if (many) continue;
    if (!stopped) {
      shown.push(row);
      for (const each of plain) each.counts[each.codes[at]] += 1;
    }
    if (!stopped || stopped === "citation") for (const number of cited.codes[at]) cited.counts[number] += 1;
    else if (stopped in valuesOf) dimensions[stopped].counts[dimensions[stopped].codes[at]] += 1;
  }
}

function counted(name, value) {
  const { numbers, counts } = dimensions[name];
  return numbers.has(value) ? counts[numbers.get(value)] : 0;
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const SORTS = {
  new: (a, b) => compare(b.first, a.first) || a.place - b.place,
  old: (a, b) => compare(a.first, b.first) || a.place - b.place,
  resource: (a, b) => compare(a.resource, b.resource) || a.place - b.place,
  rule: (a, b) => compare(a.rule, b.rule) || a.place - b.place,
};

// ---- the controls
function buildFilters() {
  for (const [name, values] of Object.entries(BOXES)) buildBoxes(name, values);
  const distinct = (name) => [...dimensions[name].values].sort();
  const titled = (known) => (value) => (known(value) ? `${value} ${known(value)}` : value);
  buildChoices("account", distinct("account"), accountLabel);
  buildChoices("region", distinct("region"), visible);
  buildChoices("kind", distinct("kind"), visible);
  buildChoices("rule", distinct("rule"), visible);
  buildChoices("citation", distinct("citation"), titled((citation) => data.citations[citation]));
  buildChoices("scope", Object.keys(SCOPES), (value) => SCOPES[value]);
  for (const [value, label] of ORDERS) byId("f-order").append(el("option", { value }, label));
  byId("f-order").addEventListener("change", (event) => { wanted.order = event.target.value; change(); });
  const known = new Map();
  for (const row of rows) for (const [key, value] of row.tags) known.set(`${key}=${value}`, (known.get(`${key}=${value}`) || 0) + 1);
  const often = [...known].sort((a, b) => b[1] - a[1]).slice(0, 300);
  byId("tags").append(...often.map(([value, count]) => el("option", { value }, figure(count))));
  let timer = 0;
  for (const name of TEXTS) {
    byId("f-" + name).addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => { wanted[name] = event.target.value; change(); }, 120);
    });
  }
  byId("reset").addEventListener("click", () => { wanted = untouched(); reflect(); change(); });
}

function buildBoxes(name, values) {
  marks[name] = new Map();
  for (const value of values) {
    const box = el("input", { type: "checkbox", value });
    box.addEventListener("change", () => {
      if (box.checked) wanted[name].add(value); else wanted[name].delete(value);
      change();
    });
    const count = el("small", {});
    const label = name === "verdict" ? verdictMark(value) : name === "severity" ? severityMark(value) : el("span", {}, capital(value));
    const whole = el("label", {}, box, label, count);
    marks[name].set(value, (n, any) => { count.textContent = figure(n); whole.hidden = !any && !box.checked; });
    byId("f-" + name).append(whole);
  }
}

function buildChoices(name, values, label) {
  const select = byId("f-" + name);
  marks[name] = new Map();
  select.append(el("option", { value: "" }, SELECTS[name]));
  for (const value of values) {
    const option = el("option", { value }), said = visible(label(value));
    let last = -1;
    marks[name].set(value, (n) => {
      const hidden = !n && wanted[name] !== value;
      if (option.hidden !== hidden) option.hidden = hidden;
      if (n !== last && !hidden) option.textContent = `${said} · ${figure(last = n)}`;
    });
    select.append(option);
  }
  select.addEventListener("change", () => { wanted[name] = select.value; change(); });
}

function reflect() {
  for (const name of Object.keys(BOXES)) for (const box of byId("f-" + name).querySelectorAll("input")) box.checked = wanted[name].has(box.value);
  for (const name of [...Object.keys(SELECTS), "order", ...TEXTS]) byId("f-" + name).value = wanted[name];
}

// ---- the address
const same = (set, values) => set.size === values.length && values.every((value) => set.has(value));
function query() {
  const parts = new URLSearchParams();
  for (const name of ["severity", "status"]) if (wanted[name].size) parts.set(name, [...wanted[name]].join(","));
  if (!same(wanted.verdict, DEFAULT)) parts.set("verdict", [...wanted.verdict].join(",") || "any");
  for (const name of [...Object.keys(SELECTS), ...TEXTS]) if (wanted[name]) parts.set(name, wanted[name]);
  if (wanted.order !== "worst") parts.set("order", wanted.order);
  if (wanted.page) parts.set("page", wanted.page + 1);
  return parts.toString();
}
const findingsHash = () => "#findings" + (query() ? "?" + query() : "");

// A link such as #findings?account=1&verdict=FAIL sets the filters that it names and clears the others.
function obey(text) {
  if (new URLSearchParams(text).toString() === query()) return;
  wanted = untouched();
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in BOXES) wanted[name] = new Set(value === "any" ? [] : value.split(",").filter((each) => BOXES[name].includes(each)));
    else if (name in SELECTS || TEXTS.includes(name)) wanted[name] = value;
    else if (name === "order") wanted.order = value in SORTS ? value : "worst";
    else if (name === "page") wanted.page = Math.max(0, (parseInt(value, 10) || 1) - 1);
  }
  reflect();
  change({ page: wanted.page, keep: true });
}
