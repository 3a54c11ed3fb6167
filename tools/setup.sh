#!/bin/bash
# Put in place what a task needs: system libraries, a virtual environment, locked dependencies.
# Usage: tools/setup.sh run | dev | test. Says little, and nothing at all when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

command -v "$python" >/dev/null || fail "Courgette needs Python 3.11, 3.12 or 3.13: $python was not found."
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' ||
  fail "Courgette needs Python 3.11, 3.12 or 3.13, and $python is $("$python" -V). Try: PYTHON=python3.11 make run"

# System packages ---------------------------------------------------------------------------------------------------
library() { "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" 2>/dev/null; }
have() { command -v "$1" >/dev/null; }

missing=()
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
library libpango-1.0.so.0 || missing+=(libpango-1.0-0)
library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
if [ "$what" = test ]; then
  have chromium || have chromium-browser || missing+=(chromium)
  have postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
  have redis-server || missing+=(redis-server)
  have pdftoppm || missing+=(poppler-utils)
  have qpdf || missing+=(qpdf)
  have javac || missing+=(openjdk-17-jdk-headless)
  have msgfmt || missing+=(gettext)
fi

if [ ${#missing[@]} -gt 0 ]; then
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  as=()
  if [ "$(id -u)" != 0 ]; then
    if have sudo && sudo -n true 2>/dev/null; then as=(sudo -n); else as=(no); fi
  fi
  if ! have apt-get || [ "${as[*]:-}" = no ]; then
    say "Some system packages are missing. Please install them, then start again:"
    say "    sudo $install"
    [ "$what" = test ] && [ -z "${CI:-}" ] && [ "${missing[*]}" = "${missing[*]/python3-venv/}" ] || exit 1
    say "Tests that need them will be skipped."
  else
    say "Installing system packages: ${missing[*]}"
    log=$(mktemp)
    apt() { ${as[@]+"${as[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1; }
    apt install -y --no-install-recommends "${missing[@]}" ||
      { apt update && apt install -y --no-install-recommends "${missing[@]}"; } ||
      { tail -20 "$log" >&2; fail "This failed: $install"; }
    rm -f "$log"
  fi
fi

# Virtual environment -----------------------------------------------------------------------------------------------
if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  say "Making the virtual environment .venv"
  "$python" -m venv --clear .venv
fi

lock=requirements.txt
[ "$what" = run ] || lock=requirements-dev.txt
wanted="$(cat "$lock" | sha256sum | cut -d' ' -f1) $(.venv/bin/python -V)"
# The development lock holds all of the other: whoever has it needs nothing more to run.
is_in_place() { [ "$(cat ".venv/$1.installed" 2>/dev/null)" = "$2" ]; }
dev_wanted="$(cat requirements-dev.txt | sha256sum | cut -d' ' -f1) $(.venv/bin/python -V)"
if ! is_in_place "$lock" "$wanted" && ! is_in_place requirements-dev.txt "$dev_wanted"; then
  say "Installing what $lock names"
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$lock"
  printf '%s' "$wanted" >".venv/$lock.installed"
fi
