# bf_layer(NAME SOURCES a.cpp ... DEPS target ... [PRIVATE_DEPS target ...])
# One static library per layer. A layer sees the headers of src/ and include/; what it may link is what keeps
# the layers free of cycles (tools/check_layers.py checks the includes as well).
function(bf_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${LAYER_SOURCES})
  set_property(GLOBAL APPEND PROPERTY BF_ALL_LAYERS ${name})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_link_libraries(${name} PUBLIC ${LAYER_DEPS} PRIVATE ${LAYER_PRIVATE_DEPS})
endfunction()

# bf_unit_tests(DIR): every folder below DIR that holds *_test.cpp becomes one program, linked with the layer whose
# target has the folder's name: libp2p/yamux -> libp2p_yamux. Its *_threads_test.cpp become a program of their own
# with the further label `threads`: those run under the thread sanitizer too.
function(bf_unit_tests root)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*_test.cpp)
  set(programs "")
  foreach(test IN LISTS tests)
    get_filename_component(folder ${test} DIRECTORY)
    string(REPLACE "/" "_" layer ${folder})
    set(program test_${layer})
    if(test MATCHES "_threads_test\\.cpp$")
      string(APPEND program _threads)
    endif()
    list(APPEND programs ${program})
    list(APPEND sources_${program} ${root}/${test})
    set(layer_${program} ${layer})
  endforeach()
  list(REMOVE_DUPLICATES programs)
  foreach(program IN LISTS programs)
    set(labels unit)
    if(program MATCHES "_threads$")
      list(APPEND labels threads)
    endif()
    add_executable(${program} ${sources_${program}})
    target_link_libraries(${program} PRIVATE ${layer_${program}} GTest::gmock GTest::gtest_main)
    target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
    # For tests that compare a table in the code with its page in docs/.
    target_compile_definitions(${program} PRIVATE BF_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
      PROPERTIES LABELS "${labels}" TIMEOUT 60)
  endforeach()
endfunction()

# bf_protobuf(NAME a.proto ...): the generated code as a library of its own, without our warnings.
# A file libp2p/wire/key.proto is included as "libp2p/wire/key.pb.h".
function(bf_protobuf name)
  set(out ${CMAKE_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${out})
  set(generated "")
  foreach(proto IN LISTS ARGN)
    cmake_path(RELATIVE_PATH proto BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/src OUTPUT_VARIABLE path)
    string(REGEX REPLACE "\\.proto$" "" stem ${path})
    add_custom_command(OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
      COMMAND protobuf::protoc --cpp_out=lite:${out} -I ${PROJECT_SOURCE_DIR}/src ${proto}
      DEPENDS ${proto} VERBATIM)
    list(APPEND generated ${out}/${stem}.pb.cc)
  endforeach()
  add_library(${name} STATIC ${generated})
  target_compile_options(${name} PRIVATE -w)
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf-lite)
  set_property(GLOBAL APPEND PROPERTY BF_ALL_LAYERS ${name})
endfunction()
