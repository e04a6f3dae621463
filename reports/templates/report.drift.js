// ---- tables whose rows are there already: the filters hide
function hiding(body, said, what, test) {
  let left = 0;
  for (const row of body.rows) {
    row.hidden = !test(row);
    left += !row.hidden;
  }
  said.textContent = `${figure(left)} of ${figure(body.rows.length)} ${what} shown`;
}

const wordsOf = (id) => byId(id).value.toLowerCase().split(/\s+/).filter(Boolean);
const holds = (row, words) => {
  row.hay = row.hay || row.textContent.toLowerCase();
  return words.every((word) => row.hay.includes(word));
};

function buildDrift() {
  const boxes = [...byId("d-severity").querySelectorAll("input")];
  const draw = () => {
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const impact = byId("d-impact").value, of = byId("d-account").value, words = wordsOf("d-text");
    hiding(byId("d-list").tBodies[0], byId("d-shown"), "changes", (row) => severities.has(row.dataset.severity)
      && (!impact || row.dataset.impact === impact) && (!of || row.dataset.account === of) && holds(row, words));
  };
  byId("d-filters").addEventListener("input", draw);
  byId("d-filters").hidden = false;
  draw();
}

function buildRules() {
  const draw = () => {
    const words = wordsOf("r-text"), open = byId("r-open").checked;
    hiding(byId("r-list").tBodies[0], byId("r-shown"), "rules", (row) => (!open || "open" in row.dataset) && holds(row, words));
  };
  byId("r-filters").addEventListener("input", draw);
  byId("r-filters").hidden = false;
  draw();
}
