# Runs the gate once for each reader of its answer: the log, GitHub's annotations and summary, and code scanning.
# Sourced by action.yml; everything comes by the environment, so that no input is read as shell.
set -uo pipefail
out="${PHIWARD_OUT:-phiward-gate}"
mkdir -p "$out"
asked=(--plan "$PHIWARD_PLAN" --fail-on "$PHIWARD_FAIL_ON")
[ -n "${PHIWARD_CONFIG:-}" ] && asked+=(--config "$PHIWARD_CONFIG")
[ -n "${PHIWARD_SOURCES:-}" ] && asked+=(--sources "$PHIWARD_SOURCES")
[ "${PHIWARD_ALLOW_INCOMPLETE:-false}" = true ] && asked+=(--allow-incomplete)
phiward gate "${asked[@]}"
code=$?
[ "$code" -eq 2 ] || [ "$code" -eq 4 ] && exit "$code"
phiward gate "${asked[@]}" --format github || true
phiward gate "${asked[@]}" --format sarif --out "$out/phiward.sarif" || true
phiward gate "${asked[@]}" --format markdown --out "$out/summary.md" || true
[ -n "${GITHUB_STEP_SUMMARY:-}" ] && cat "$out/summary.md" >> "$GITHUB_STEP_SUMMARY"
[ -n "${GITHUB_OUTPUT:-}" ] && echo "sarif=$out/phiward.sarif" >> "$GITHUB_OUTPUT"
exit "$code"
