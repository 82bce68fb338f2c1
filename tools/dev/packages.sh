# shellcheck shell=bash
# The Debian 12 packages that the verbs need. One line each: group, package, what it is for. A package whose
# program may come from elsewhere names it in brackets and is not installed if that program is there.
# Groups are installed one by one: a very large apt run failed where smaller ones passed.

packages_table() {
  cat <<'TABLE'
build clang-19            the compiler (docs/adr/0002)
build lld-19              linker
build llvm-19             archiver that reads ThinLTO objects
build cmake               build description
build ninja-build         build runner
build ccache              compiler cache
build pkg-config          finds libsodium, libyaml and c-ares
build protobuf-compiler   generates message code
build libprotobuf-dev     messages
build libboost1.81-dev    event loop and error codes
build libsodium-dev       Ed25519, X25519, small AEAD
build libssl-dev          SHA-256, bulk AEAD
build libyaml-dev         YAML parser
build libc-ares-dev       DNS
build libfmt-dev          formatting
build libcli11-dev        command line
build zlib1g-dev          compressed log backups
test  libgtest-dev        test framework
test  libgmock-dev        its matchers
test  libbenchmark-dev    benchmarks
test  libclang-rt-19-dev  sanitizers, libFuzzer, coverage
test  python3[python3]    reports and checks
test  strace[strace]      system calls that fail under a node
lint  clang-format-19     format check
lint  clang-tidy-19       static analysis
lint  git[git]            list of changed files
lint  python3[python3]    reports and checks
stress gnuplot-nox[gnuplot] plots of a stress run; without X it takes a fifth of what matplotlib does
TABLE
}

# missing_packages GROUP: lines "package<TAB>why" of what is not installed.
missing_packages() {
  local group package why program
  while read -r group package why; do
    [ "$group" = "$1" ] || continue
    program=
    if [[ $package == *\[*\] ]]; then
      program=${package#*[}
      program=${program%]}
      package=${package%%[*}
      if command -v "$program" >/dev/null; then continue; fi
    fi
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      printf '%s\t%s\n' "$package" "$why"
    fi
  done < <(packages_table)
}

# need_packages GROUP ...: installs what is missing of each group, or says how.
need_packages() {
  command -v dpkg-query >/dev/null ||
    die "this is not Debian: install what tools/dev/packages.sh lists by your system's means"
  local group missing names all='' updated=
  for group in "$@"; do
    missing=$(missing_packages "$group")
    if [ -n "$missing" ]; then all+=" $(cut -f1 <<<"$missing" | tr '\n' ' ')"; fi
  done
  [ -n "$all" ] || return 0

  local -a as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    # shellcheck disable=SC2086
    command -v sudo >/dev/null || die "packages are missing and this is neither root nor is there sudo. As root, run:
  apt-get update && apt-get install -y --no-install-recommends $(echo $all)"
    as_root=(sudo)
  fi
  for group in "$@"; do
    missing=$(missing_packages "$group")
    [ -n "$missing" ] || continue
    say "installing Debian packages ($group):"
    printf '%s\n' "$missing" | while IFS=$'\t' read -r name why; do printf '      %-20s %s\n' "$name" "$why"; done
    names=$(cut -f1 <<<"$missing")
    if [ -z "$updated" ]; then
      apt_quiet "${as_root[@]}" apt-get -o Acquire::Retries=3 update
      updated=yes
    fi
    # shellcheck disable=SC2086
    apt_quiet "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 \
      -o DPkg::Lock::Timeout=120 install -y --no-install-recommends $names
  done
}

# Runs apt without its chatter; all of it is shown if it fails.
apt_quiet() {
  local log
  mkdir -p "$ROOT/build"
  log=$ROOT/build/apt.log
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    die "failed: $*"
  fi
}
