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

# found NAME VERSION: the path of a program that calls itself that version, on PATH or among our tools.
found() {
  local path
  for path in "$(command -v "$1" || true)" "$TOOLS/bin/$1"; do
    if [ -x "$path" ] && [[ "$("$path" --version 2>/dev/null)" == *" $2"* ]]; then echo "$path"; return; fi
  done
  return 1
}

# cargo_tool NAME VERSION ARGS…: builds a program from crates.io into our tools.
# Lightly optimised: these programs run for seconds, so building them fast is worth more.
cargo_tool() {
  local name="$1" version="$2"; shift 2
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_TARGET_DIR=target/tools \
    cargo install --quiet --force --root "$TOOLS" --version "=$version" "$name" "$@" </dev/null \
    || stop "$name $version could not be built; with crates.io in reach, run make again, or put $name $version on PATH."
}

# npm_tool NAME@VERSION: fetches a package from npm into our tools; as root on Debian npm itself too.
npm_tool() {
  if ! command -v npm >/dev/null; then
    debian_root || return 1
    echo "      npm is missing: installing Debian's" >&2
    packages nodejs npm || return 1
  fi
  quietly target/logs/npm.log npm install --prefix "$TOOLS/npm" --no-audit --no-fund --ignore-scripts "$1" </dev/null
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
