#!/bin/sh
# Runs phiward. A configuration in PHIWARD_CONFIG_TOML becomes the config.toml that phiward finds: in an image with a
# read-only root file system there is no other place for it than /tmp.
set -eu

if [ -n "${PHIWARD_CONFIG_TOML:-}" ]; then
    if [ -e config.toml ]; then
        echo "phiward: $(pwd)/config.toml is there, and PHIWARD_CONFIG_TOML is set; take one of them away" >&2
        exit 2
    fi
    umask 077
    XDG_CONFIG_HOME=${TMPDIR:-/tmp}/phiward-config
    export XDG_CONFIG_HOME
    mkdir -p "$XDG_CONFIG_HOME/phiward"
    printf '%s\n' "$PHIWARD_CONFIG_TOML" >"$XDG_CONFIG_HOME/phiward/config.toml"
    unset PHIWARD_CONFIG_TOML
fi
exec phiward "$@"
