# shellcheck shell=bash
# ./dev fuzz: libFuzzer over fuzz/NAME_fuzz.cpp, from the committed corpus. New inputs and crashes stay in build/.

readonly FUZZ_SMOKE_SECONDS=60

verb_fuzz() {
  local only='' seconds=10 preset=fuzz smoke=
  while [ $# -gt 0 ]; do
    case $1 in
      --seconds)
        seconds=${2:?--seconds needs a number}
        shift
        ;;
      --smoke) smoke=yes preset=asan ;;
      -*) die "fuzz: unknown option '$1'" ;;
      *) only=$1 ;;
    esac
    shift
  done
  need_packages build test

  local -a names
  mapfile -t names < <(fuzz_names "$only")
  [ ${#names[@]} -gt 0 ] || die "no fuzz target '$only'; there are: $(fuzz_names '' | tr '\n' ' ')"
  if [ -n "$only" ]; then build_targets "$preset" "fuzz_$only"; else build_targets "$preset" tests_fuzz; fi

  if [ -n "$smoke" ]; then
    seconds=$((FUZZ_SMOKE_SECONDS * $(jobs_count) / ${#names[@]}))
    if [ "$seconds" -lt 1 ]; then seconds=1; fi
    if [ "$seconds" -gt "$FUZZ_SMOKE_SECONDS" ]; then seconds=$FUZZ_SMOKE_SECONDS; fi
  fi
  local finds
  finds=$(mktemp -d "$ROOT/build/$preset/finds-XXXXXX")
  say "fuzzing ${#names[@]} targets, $seconds s each; finds go to ${finds#"$ROOT"/}"
  sanitizer_options
  export -f fuzz_one
  printf '%s\n' "${names[@]}" |
    xargs -P "$(jobs_count)" -I{} bash -c 'fuzz_one "$@"' _ {} "$seconds" "$ROOT" "$ROOT/build/$preset/bin" "$finds" \
      "$smoke" ||
    die "fuzzing failed; reproduce with: build/$preset/bin/fuzz_NAME FILE (inputs in ${finds#"$ROOT"/})"
  say "fuzzing found nothing"
}

# The names of all targets, or $1 alone if there is such a target.
fuzz_names() {
  local file name
  for file in "$ROOT"/fuzz/*_fuzz.cpp; do
    name=$(basename "$file" _fuzz.cpp)
    if [ -f "$file" ] && { [ -z "$1" ] || [ "$1" = "$name" ]; }; then echo "$name"; fi
  done
}

# fuzz_one NAME SECONDS ROOT BIN FINDS SMOKE: one target; its log is shown only if it fails.
fuzz_one() {
  local name=$1 seconds=$2 root=$3 bin=$4 finds=$5/$1
  local -a dictionary=() seed=()
  # What a merge waits for must not depend on luck: new inputs are looked for without --smoke.
  if [ -n "$6" ]; then seed=(-seed=1); fi
  mkdir -p "$finds/corpus"
  if [ -f "$root/fuzz/dict/$name.dict" ]; then dictionary=(-dict="$root/fuzz/dict/$name.dict"); fi
  if timeout --kill-after=10 $((seconds + 60)) "$bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$finds/" "${seed[@]}" "${dictionary[@]}" "$finds/corpus" \
    "$root/fuzz/corpus/$name" >"$finds/log" 2>&1; then
    printf '    %-24s %10s runs\n' "$name" "$(awk '/number_of_executed_units/ { print $2 }' "$finds/log")"
  else
    cat "$finds/log"
    printf '    %-24s FAILED\n' "$name"
    return 1
  fi
}
