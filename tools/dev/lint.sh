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
  for check in lint_format lint_layers lint_size lint_banned lint_headers verb_docs; do
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
lint_headers() { say "public headers" && python3 "$ROOT/tools/check_headers.py"; }

# lint_tidy ALL BASE
lint_tidy() {
  local base=$2 files sources
  configure lint
  if [ -n "$1" ]; then
    say "clang-tidy over all files"
    files=$(git -C "$ROOT" ls-files --cached --others --exclude-standard '*.cpp' '*.hpp') || return 1
  else
    base=${base:-$(lint_base)}
    if [ -z "$base" ]; then
      say "clang-tidy SKIPPED: no earlier revision to compare with (a shallow clone?); use --base REV or --all"
      return 0
    fi
    say "clang-tidy over what changed since $(git -C "$ROOT" log -1 --format='%h %s' "$base")"
    files=$(changed_files "$base") || return 1
  fi
  sources=$(python3 "$ROOT/tools/tidy_sources.py" <<<"$files") || return 1
  if [ -z "$sources" ]; then return 0; fi
  cmake --build "$ROOT/build/lint" --target bf_generated >"$ROOT/build/generated.log" || {
    cat "$ROOT/build/generated.log" >&2
    return 1
  }
  xargs -d '\n' -n1 -P "$(jobs_count)" bash -c 'tidy_one "$@"' _ "$ROOT" <<<"$sources"
}

# tidy_one ROOT SOURCE: findings only, without clang-tidy's count of what it hid.
tidy_one() {
  local found
  found=$(clang-tidy-19 -p "$1/build/lint" --quiet "$2" 2>&1) && return
  grep -vE '^[0-9]+ warnings? (generated|treated)' <<<"$found"
  return 1
}
export -f tidy_one

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
  git -C "$ROOT" diff --name-only --diff-filter=d "$1" && git -C "$ROOT" ls-files --others --exclude-standard
}
