# shellcheck shell=bash
# ./dev test: build what the chosen labels need, run ctest, and end with what failed and what was skipped.

verb_test() {
  # CI sets BF_TEST_PRESET=cov, so that one build serves the tests and the coverage report.
  local preset=${BF_TEST_PRESET:-dev}
  local -a labels=() ctest_args=()
  while [ $# -gt 0 ]; do
    case $1 in
      --asan | --tsan | --cov) preset=${1#--} ;;
      --label)
        labels+=("${2:?--label needs a label}")
        shift
        ;;
      --)
        shift
        ctest_args=("$@")
        break
        ;;
      *) die "test: unknown option '$1' (ctest's own go after --)" ;;
    esac
    shift
  done
  if [ ${#labels[@]} -eq 0 ]; then
    case $preset in
      asan) labels=(unit fuzz sanitized) ;;
      tsan) labels=(threads sanitized) ;;
    esac
  fi
  need_packages build test
  run_tests "$preset" "$(printf '%s\n' "${labels[@]}")" "${ctest_args[@]}"
}

# run_tests PRESET LABELS [CTEST ARGS]: LABELS one a line; none means every test.
run_tests() {
  local preset=$1 label pattern
  local -a labels targets=() select=()
  mapfile -t labels < <(grep . <<<"$2")
  shift 2
  configure "$preset"
  if [ ${#labels[@]} -eq 0 ]; then
    targets=(all)
  else
    for label in "${labels[@]}"; do
      case $(test_programs "$preset" "$label") in
        '') die "there is no test label '$label'" ;;
        0) say "no program of the $preset build carries the label '$label'" ;;
        *) targets+=("tests_$label") ;;
      esac
    done
    if [ ${#targets[@]} -eq 0 ]; then die "nothing to run: no test carries the label ${labels[*]}"; fi
    pattern=$(IFS='|' && echo "^(${labels[*]})\$")
    select=(-L "$pattern")
  fi
  build_targets "$preset" "${targets[@]}"

  if [ "$preset" = cov ]; then fresh_profiles; fi
  local junit=$ROOT/build/$preset/tests.xml status=0
  rm -f "$junit"
  sanitizer_options
  (cd "$ROOT/build/$preset" && ctest -j "$(jobs_count)" --no-tests=error --output-on-failure --timeout 300 \
    --output-junit "$junit" "${select[@]}" "$@") || status=$?
  python3 "$ROOT/tools/test_report.py" "$junit" || status=1
  return "$status"
}

# A finding ends the program, with a stack that names functions and a status that no test of a program expects.
sanitizer_options() {
  local finding=exitcode=99
  export ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-19/bin/llvm-symbolizer
  # Without a second of waiting for late races at each exit: programs have to end in time.
  TSAN_OPTIONS=external_symbolizer_path=$ASAN_SYMBOLIZER_PATH:halt_on_error=1:second_deadlock_stack=1:$finding
  export TSAN_OPTIONS=$TSAN_OPTIONS:atexit_sleep_ms=0
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_init_order=1:check_initialization_order=1:$finding
  export LSAN_OPTIONS=$finding
  export UBSAN_OPTIONS=print_stacktrace=1:$finding
}
