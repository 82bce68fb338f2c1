# shellcheck shell=bash
# ./dev coverage [--report]: clang's source-based coverage of all tests. With --report only the figures of the last
# run of the cov preset, without running it again.

readonly PROFILES=$ROOT/build/cov/profiles

# %4m: four files per program, merged by the processes themselves as they end.
fresh_profiles() {
  rm -rf "$PROFILES"
  mkdir -p "$PROFILES"
  export LLVM_PROFILE_FILE=$PROFILES/%4m.profraw
}

verb_coverage() {
  need_packages build test
  configure cov
  if [ "${1:-}" != --report ]; then run_tests cov ''; fi
  build_targets cov bf_layers
  python3 "$ROOT/tools/coverage.py" --build "$ROOT/build/cov" --profiles "$PROFILES"
}
