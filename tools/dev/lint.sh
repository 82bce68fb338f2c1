# shellcheck shell=bash
# ./dev lint: the checks that need no build first, then clang-tidy over what changed.

verb_lint() {
  local all='' base=''
  while [ $# -gt 0 ]; do
    case $1 in
      --all) all=yes ;;
      --base)
        base=${2:?--base needs a revision}
        shift
        ;;
      *) die "lint: unknown option '$1'" ;;
    esac
    shift
  done
  need_packages build test lint

  local failed='' check
  for check in lint_format lint_layers lint_size lint_banned verb_docs; do
    "$check" || failed+=" $check"
  done
  lint_tidy "$all" "$base" || failed+=" lint_tidy"
  if [ -n "$failed" ]; then die "lint failed:$failed"; fi
  say "lint found nothing"
}

lint_format() {
  say "clang-format"
  cpp_files | xargs -0 -r clang-format-19 --dry-run --Werror || {
    echo "    run ./dev fmt" >&2
    return 1
  }
}
lint_layers() { say "layers" && python3 "$ROOT/tools/check_layers.py"; }
lint_size() { say "sizes" && python3 "$ROOT/tools/check_size.py"; }
lint_banned() { say "banned calls" && python3 "$ROOT/tools/check_banned.py"; }

# lint_tidy ALL BASE
lint_tidy() {
  local base=$2
  local -a sources
  configure dev
  if [ -n "$1" ]; then
    say "clang-tidy over all files"
    mapfile -t sources < <(cd "$ROOT" && cpp_files | tr '\0' '\n' | python3 tools/tidy_sources.py)
  else
    base=${base:-$(lint_base)}
    if [ -z "$base" ]; then
      say "clang-tidy SKIPPED: no earlier revision to compare with (a shallow clone?); use --base REV or --all"
      return 0
    fi
    say "clang-tidy over what changed since $(git -C "$ROOT" log -1 --format='%h %s' "$base")"
    mapfile -t sources < <(cd "$ROOT" && changed_files "$base" | python3 tools/tidy_sources.py)
  fi
  if [ ${#sources[@]} -eq 0 ] || [ -z "${sources[0]}" ]; then return 0; fi
  cmake --build "$ROOT/build/dev" --target bf_generated >/dev/null
  printf '%s\0' "${sources[@]}" | xargs -0 -n1 -P "$(jobs_count)" bash -c '
    out=$(clang-tidy-19 -p "$0/build/dev" --quiet "$1" 2>&1) && exit
    printf "%s\n" "$out" | grep -vE "^[0-9]+ warnings? (generated|treated)"
    exit 1' "$ROOT"
}

# The revision that this work started from: where it left the published branch, else the commit before.
lint_base() {
  local head branch base
  head=$(git -C "$ROOT" rev-parse HEAD)
  for branch in origin/HEAD origin/main; do
    base=$(git -C "$ROOT" merge-base HEAD "$branch" 2>/dev/null) || continue
    if [ "$base" != "$head" ]; then
      echo "$base"
      return
    fi
  done
  git -C "$ROOT" rev-parse --verify --quiet HEAD~1 || true
}

# changed_files BASE: since BASE, committed or not, and new files.
changed_files() {
  git diff --name-only --diff-filter=d "$1"
  git ls-files --others --exclude-standard
}
