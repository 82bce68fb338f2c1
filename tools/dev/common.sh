# shellcheck shell=bash
# What every verb of ./dev uses. ROOT is the checkout.

say() { printf '==> %s\n' "$*"; }
die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# Checkouts in different places share the compiler cache.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1
# What ccache asks for where precompiled headers are used.
export CCACHE_SLOPPINESS=pch_defines,time_macros

jobs_count() { echo "${BF_JOBS:-$(nproc)}"; }

# configure PRESET: quiet when nothing is to be said.
configure() {
  local log
  mkdir -p "$ROOT/build"
  log=$ROOT/build/configure-$1.log
  if ! (cd "$ROOT" && cmake --preset "$1") >"$log" 2>&1; then
    cat "$log" >&2
    die "cmake --preset $1 failed"
  fi
}

# build_targets PRESET TARGET ...
build_targets() {
  local preset=$1
  shift
  configure "$preset"
  say "building $preset: $*"
  cmake --build "$ROOT/build/$preset" -j "$(jobs_count)" --target "$@"
}

# test_programs PRESET LABEL: how many programs carry the label (written by cmake/Tests.cmake).
test_programs() { awk -v label="$2" '$1 == label { print $2 }' "$ROOT/build/$1/test_labels.txt"; }

# All C++ files that are ours, separated by NUL: tracked ones and new ones that git does not ignore.
cpp_files() {
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.hpp' |
    while IFS= read -r -d '' file; do
      if [ -f "$file" ]; then printf '%s/%s\0' "$ROOT" "$file"; fi
    done)
}
