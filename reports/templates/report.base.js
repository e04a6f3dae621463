// ---- what every part uses: elements, words, and the page's data
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const byId = (id) => document.getElementById(id);
const numerals = new Intl.NumberFormat("en");
const figure = (n) => numerals.format(n);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const day = (text) => (text || "").slice(0, 10);
const minute = (text) => (text || "").replace("T", " ").replace(/:\d\d(\.\d+)?(Z|\+00:00)$/, " UTC");

// What cannot be seen must not mislead: control and direction characters are shown as their escapes.
const escaped = (c) => "\\u" + c.codePointAt(0).toString(16).padStart(4, "0");
const visible = (text) => String(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (c) => (c === "\n" || c === "\t" ? " " : escaped(c)));
const lines = (text) => String(text).split("\n").map(visible).join("\n");

function el(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name in made && name !== "role" && name !== "list") made[name] = value; else made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== "" && child !== undefined));
  return made;
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function shortArn(arn) {
  const parts = arn.split(":");
  return parts[0] === "arn" && parts.length > 5 ? parts[2] + ":" + parts.slice(5).join(":") : arn;
}

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const plain = atob(text);
  const bytes = new Uint8Array(plain.length);
  for (let place = 0; place < plain.length; place += 1) bytes[place] = plain.charCodeAt(place);
  return bytes;
}

async function unpack(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// Blocks are unpacked when they are asked for; the last few are kept.
function shelf(id, room) {
  let packed = null;
  const kept = new Map();
  return (number) => {
    packed = packed || byId(id).textContent.split("\n");
    if (!kept.has(number)) {
      if (kept.size >= room) kept.delete(kept.keys().next().value);
      kept.set(number, unpack(packed[number]));
    }
    return kept.get(number);
  };
}
const detailBlock = shelf("details", 24);
const documentBlock = shelf("documents", 8);

let data = null;
let rows = [];
let subjects = [];
const bySubject = new Map();

const EMPTY = [];
function read(index) {
  data = index;
  const { columns, strings, rest, rules } = data;
  const column = (name) => columns[name].map((at) => strings[at]);
  const text = Object.fromEntries(["rule", "verdict", "severity", "status", "region", "name", "message", "kind", "scope", "first", "last"]
    .map((name) => [name, column(name)]));
  subjects = data.subjects.map(([account, resource], number) => ({ account, resource, number, rows: [] }));
  rows = data.ids.map((id, place) => {
    const own = rest[place] || {}, rule = rules[text.rule[place]] || {}, subject = subjects[columns.subject[place]];
    const row = { id, place, subject, account: subject.account, resource: subject.resource, tags: data.tags[columns.tags[place]],
      rule: text.rule[place], verdict: text.verdict[place], severity: text.severity[place], status: text.status[place],
      region: text.region[place], name: text.name[place], message: text.message[place], kind: text.kind[place],
      scope: text.scope[place], first: text.first[place], last: text.last[place],
      state: text.status[place] === "resolved" ? "RESOLVED" : text.verdict[place],
      title: own.title || rule.title || text.rule[place], hipaa: own.hipaa || rule.hipaa || EMPTY,
      proposed: own.hipaa_proposed || rule.hipaa_proposed || EMPTY, category: own.category || rule.category || "",
      acceptance: own.acceptance || null, was: own.was || "", hay: "" };
    subject.rows.push(row);
    return row;
  });
  for (const subject of subjects) bySubject.set(subject.account + "/" + subject.resource, subject);
}

const detailOf = async (row) => (await detailBlock(data.block[row.place]))[row.place];
const accountName = (id) => visible(data.accounts[id] || id);
const accountLabel = (id) => (data.accounts[id] ? `${visible(data.accounts[id])} (${visible(id)})` : visible(id));
const resourceHash = (subject) => `#resource-${encodeURIComponent(subject.account)}/${encodeURIComponent(subject.resource)}`;
const ruleHash = (id) => "#rule-" + encodeURIComponent(id);
const severityMark = (name) => el("span", { className: "sev " + name }, capital(name));
const verdictMark = (state) => el("span", { className: "verdict v-" + state }, state);
const ruleLink = (id) => (data.rules[id] ? el("a", { href: ruleHash(id), className: "mono" }, visible(id)) : el("span", { className: "mono" }, visible(id)));
const citationLink = (citation) => el("a", { href: "#findings?citation=" + encodeURIComponent(citation) }, visible(citation));
