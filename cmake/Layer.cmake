# The layers of src/: one static library each.

# bf_layer(NAME SOURCES a.cpp ... DEPS target ... [PRIVATE_DEPS target ...])
# A layer sees the headers of src/ and include/; what it may link is what keeps the layers free of cycles
# (tools/check_layers.py checks the includes as well). The names of all layers are in the global property
# BF_ALL_LAYERS.
function(bf_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${LAYER_SOURCES})
  set_property(GLOBAL APPEND PROPERTY BF_ALL_LAYERS ${name})
  add_dependencies(bf_layers ${name})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${LAYER_DEPS} PRIVATE ${LAYER_PRIVATE_DEPS})
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
  add_dependencies(bf_layers ${name})

  # What a tool that reads headers (clang-tidy) needs, without compiling anything.
  if(NOT TARGET bf_generated)
    add_custom_target(bf_generated)
  endif()
  add_custom_target(${name}_sources DEPENDS ${generated})
  add_dependencies(bf_generated ${name}_sources)
endfunction()

# Every layer, whether a program uses it yet or not.
add_custom_target(bf_layers)
