# shellcheck shell=bash
# ./dev coverage: clang's source-based coverage of the tests that need no other implementation.

verb_coverage() {
  need_packages build test
  local profiles=$ROOT/build/cov/profiles
  rm -rf "$profiles"
  mkdir -p "$profiles"
  configure cov
  local label
  local -a labels=()
  for label in unit fuzz sim integration; do
    if [ "$(test_programs cov "$label")" != 0 ]; then labels+=("$label"); fi
  done
  # %4m: four files per program, merged by the processes themselves as they end.
  LLVM_PROFILE_FILE=$profiles/%4m.profraw run_tests cov "$(printf '%s\n' "${labels[@]}")"
  build_targets cov bf_layers
  python3 "$ROOT/tools/coverage.py" --build "$ROOT/build/cov" --profiles "$profiles"
}
