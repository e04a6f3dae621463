# Runs the gate once for each reader of its answer: the log, GitHub's annotations and summary, and code scanning.
# Sourced by action.yml, whose shell ends at the first failure; everything comes by the environment, so that no input is
# read as shell.
out="${PHIWARD_OUT:-phiward-gate}"
mkdir -p "$out"
asked=(--plan "$PHIWARD_PLAN" --fail-on "$PHIWARD_FAIL_ON")
if [ -n "${PHIWARD_CONFIG:-}" ]; then asked+=(--config "$PHIWARD_CONFIG"); fi
sources="${PHIWARD_SOURCES:-}"
# The default is where the step runs; the code may lie elsewhere.
if [ "$sources" = . ] && ! compgen -G "*.tf" > /dev/null; then sources=""; fi
if [ -n "$sources" ]; then asked+=(--sources "$sources"); fi
if [ "${PHIWARD_ALLOW_INCOMPLETE:-false}" = true ]; then asked+=(--allow-incomplete); fi
code=0
phiward gate "${asked[@]}" || code=$?
if [ "$code" -eq 2 ] || [ "$code" -eq 4 ]; then exit "$code"; fi
phiward gate "${asked[@]}" --format github || true
phiward gate "${asked[@]}" --format sarif --out "$out/phiward.sarif" || true
phiward gate "${asked[@]}" --format markdown --out "$out/summary.md" || true
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$out/summary.md" >> "$GITHUB_STEP_SUMMARY"; fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "sarif=$out/phiward.sarif" >> "$GITHUB_OUTPUT"; fi
exit "$code"
