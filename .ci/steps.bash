# Shared by the scripts beside it: how far we are, and one sentence when something cannot be had.
# Sourced, never run. It prints and measures; it never installs or deletes anything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TOOLS="${XDG_CACHE_HOME:-$HOME/.cache}/merhaba/tools"
LEDGER=target/ledger

# step N TOTAL TEXT: what is being done, and how far it is.
step() { printf '\033[1m[%s/%s]\033[0m %s\n' "$1" "$2" "$3" >&2; }

# stop SENTENCE: what cannot be had, and what to do about it.
stop() { printf '\nmerhaba: %s\n' "$1" >&2; exit 1; }

# quietly LOG COMMAND…: shows the command's output only when it fails.
quietly() {
  local log="$1"; shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; return 1; }
}

# debian_root: whether we may install Debian packages here.
debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# packages NAME…: installs Debian packages without asking anything.
packages() {
  export DEBIAN_FRONTEND=noninteractive
  quietly target/logs/apt-update.log apt-get update -q \
    && quietly target/logs/apt-install.log apt-get install -qy --no-install-recommends "$@" </dev/null
}

# ledger NAME COMMAND…: runs a part of the tests and writes down how long it took.
ledger() {
  local name="$1" began=$SECONDS; shift
  mkdir -p "$(dirname "$LEDGER")"
  printf '\n\033[1m── %s\033[0m\n' "$name" >&2
  if "$@"; then
    printf '%5d s  %s\n' $((SECONDS - began)) "$name" >>"$LEDGER"
  else
    printf '%5d s  %s  FAILED\n' $((SECONDS - began)) "$name" >>"$LEDGER"
    return 1
  fi
}
