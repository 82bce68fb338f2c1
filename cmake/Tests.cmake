# Tests and their labels: unit, sim, integration, interop, threads, sanitized, fuzz. A test may have several; what
# carries `threads` also runs under the thread sanitizer, what carries `sanitized` under each. For each label there is
# a target tests_LABEL that builds just what its tests need, so that a sanitizer build does not compile the rest.
include(GoogleTest)

set(BF_TEST_LABELS unit sim integration interop threads sanitized fuzz)
foreach(label IN LISTS BF_TEST_LABELS)
  add_custom_target(tests_${label})
endforeach()

# One precompiled header for all tests: GoogleTest and Asio are two thirds of what most of them cost to compile.
# Layers and programs do without, so that their headers prove to be complete.
if(BF_TESTS)
  add_library(bf_test_headers OBJECT ${PROJECT_SOURCE_DIR}/tests/precompiled.cpp)
  target_link_libraries(bf_test_headers PUBLIC Boost::boost GTest::gmock)
  # ccache compares contents, not the time of the precompiled header.
  target_compile_options(bf_test_headers PRIVATE ${BF_TEST_FLAGS} -Xclang -fno-pch-timestamp)
  target_precompile_headers(bf_test_headers PRIVATE ${PROJECT_SOURCE_DIR}/tests/precompiled.hpp)
endif()

# The targets that tests with these labels run.
function(bf_built_for labels)
  foreach(label IN LISTS labels)
    if(NOT label IN_LIST BF_TEST_LABELS)
      message(FATAL_ERROR "unknown test label '${label}': one of ${BF_TEST_LABELS}")
    endif()
    foreach(target IN LISTS ARGN)
      add_dependencies(tests_${label} ${target})
    endforeach()
    set_property(GLOBAL APPEND PROPERTY BF_TESTS_${label} ${ARGN})
  endforeach()
endfunction()

# bf_test(NAME LABELS sim [threads] SOURCES a_test.cpp ... DEPS target ... [BUILDS program ...] [SECONDS 60] [SERIAL])
# A GoogleTest program. BUILDS names programs that the test starts. SECONDS is the time limit of one case; a run of
# the whole program (BF_TEST_CASES off) gets five times as much. SERIAL: nothing else runs beside it.
function(bf_test name)
  cmake_parse_arguments(TEST "SERIAL" "SECONDS" "LABELS;SOURCES;DEPS;BUILDS" ${ARGN})
  if(NOT TEST_SECONDS)
    set(TEST_SECONDS 60)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_precompile_headers(${name} REUSE_FROM bf_test_headers)
  target_compile_options(${name} PRIVATE ${BF_TEST_FLAGS})
  target_link_libraries(${name} PRIVATE ${TEST_DEPS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
  # For tests that compare a table in the code with its page in docs/.
  target_compile_definitions(${name} PRIVATE BF_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  bf_built_for("${TEST_LABELS}" ${name} ${TEST_BUILDS})
  if(BF_TEST_CASES)
    # Labels are set by a file that ctest reads after the cases: a list among PROPERTIES would be taken apart.
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES TEST_LIST ${name}_cases
      PROPERTIES TIMEOUT ${TEST_SECONDS} RUN_SERIAL ${TEST_SERIAL})
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake
      "if(${name}_cases)\n  set_tests_properties(\${${name}_cases} PROPERTIES LABELS \"${TEST_LABELS}\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
  else()
    math(EXPR limit "5 * ${TEST_SECONDS}")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT ${limit} RUN_SERIAL ${TEST_SERIAL})
  endif()
endfunction()

# bf_script_test(NAME LABELS interop COMMAND ... [NEEDS go node] [BUILDS program ...] [SECONDS 120] [SERIAL])
# A test that is a command. Where a tool of NEEDS is missing it counts as skipped, and `./dev test` says so.
# The command may itself exit with 77 after a line "SKIPPED: reason".
function(bf_script_test name)
  cmake_parse_arguments(TEST "SERIAL" "SECONDS" "LABELS;COMMAND;NEEDS;BUILDS" ${ARGN})
  if(NOT TEST_SECONDS)
    set(TEST_SECONDS 120)
  endif()
  bf_built_for("${TEST_LABELS}" ${TEST_BUILDS})
  add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/tools/with_tools ${TEST_NEEDS} -- ${TEST_COMMAND})
  set_tests_properties(${name} PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT ${TEST_SECONDS} SKIP_RETURN_CODE 77
    RUN_SERIAL ${TEST_SERIAL})
endfunction()

# bf_unit_tests(DIR): every folder below DIR that holds *_test.cpp becomes one program, linked with the layer whose
# target has the folder's name: libp2p/yamux -> libp2p_yamux. Files *_threads_test.cpp become a second program,
# labelled `threads` as well. BF_UNIT_DEPS_<layer> names what the tests of a layer link besides (the simulator).
function(bf_unit_tests root)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*_test.cpp)
  set(programs "")
  foreach(test IN LISTS tests)
    get_filename_component(folder ${test} DIRECTORY)
    string(REPLACE "/" "_" layer ${folder})
    set(program test_${layer})
    set(labels_${program} unit)
    if(test MATCHES "_threads_test\\.cpp$")
      set(program test_${layer}_threads)
      set(labels_${program} unit threads)
    endif()
    list(APPEND programs ${program})
    set(layer_${program} ${layer})
    list(APPEND sources_${program} ${root}/${test})
  endforeach()
  list(REMOVE_DUPLICATES programs)
  foreach(program IN LISTS programs)
    bf_test(${program} LABELS ${labels_${program}} SOURCES ${sources_${program}}
            DEPS ${layer_${program}} ${BF_UNIT_DEPS_${layer_${program}}})
  endforeach()
endfunction()

# bf_fuzz_targets(DIR): each DIR/NAME_fuzz.cpp becomes fuzz_NAME, with its corpus in DIR/corpus/NAME/. With
# BF_LIBFUZZER it is a fuzzer, else it replays files; either way the corpus is a test.
function(bf_fuzz_targets root)
  file(GLOB sources CONFIGURE_DEPENDS ${root}/*_fuzz.cpp)
  get_property(layers GLOBAL PROPERTY BF_ALL_LAYERS)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    file(GLOB inputs CONFIGURE_DEPENDS ${root}/corpus/${name}/*)
    if(NOT inputs)
      message(SEND_ERROR "fuzz/corpus/${name} holds no input for ${name}_fuzz.cpp")
    endif()
    add_executable(fuzz_${name} ${source})
    target_link_libraries(fuzz_${name} PRIVATE ${layers})
    target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)  # models of tests/model
    target_link_libraries(fuzz_${name} PRIVATE sim)
    if(BF_LIBFUZZER)
      target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
      set(replay -runs=0 -timeout=10)
    else()
      target_sources(fuzz_${name} PRIVATE ${root}/replay_main.cpp)
      set(replay "")
    endif()
    bf_built_for("unit;fuzz" fuzz_${name})
    add_test(NAME fuzz_corpus_${name} COMMAND fuzz_${name} ${replay} ${root}/corpus/${name})
    set_tests_properties(fuzz_corpus_${name} PROPERTIES LABELS "unit;fuzz" TIMEOUT 60)
  endforeach()
endfunction()

# Leaves the number of programs per label where ./dev finds it: a label nobody uses is said aloud, not "passed".
function(bf_write_test_targets)
  set(lines "")
  foreach(label IN LISTS BF_TEST_LABELS)
    get_property(targets GLOBAL PROPERTY BF_TESTS_${label})
    list(LENGTH targets count)
    string(APPEND lines "${label} ${count}\n")
  endforeach()
  file(WRITE ${CMAKE_BINARY_DIR}/test_labels.txt ${lines})
endfunction()
