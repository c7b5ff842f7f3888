# chela_module(NAME DEPENDS a b LIBRARIES x y): a static library of every .cpp in this folder (not below it).
# chela_test(NAME FOLDER DEPENDS a b): one GoogleTest program of every *_test.cpp in tests/FOLDER.
# chela_benchmark(NAME FOLDER DEPENDS a b): one Google Benchmark program of every *_bench.cpp in
#   tests/FOLDER, built only by its name NAME_bench.
# chela_embed(TARGET VARIABLE FILE): the bytes of FILE as `extern const std::string_view` chela::embedded::VARIABLE.

# fmt and libuv are part of each program, which exports libuv for the modules that it loads: one loop has one libuv.
add_library(chela_fmt STATIC "${CMAKE_SOURCE_DIR}/tools/cmake/fmt.cpp")
target_link_libraries(chela_fmt PRIVATE chela_flags)
target_compile_definitions(chela_fmt PUBLIC FMT_SHARED) # not in headers: once, in here
add_library(chela_uv INTERFACE)
target_include_directories(chela_uv SYSTEM INTERFACE ${uv_INCLUDE_DIRS})
target_link_libraries(chela_uv INTERFACE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${CHELA_LIBUV_STATIC}>" Threads::Threads
  ${CMAKE_DL_LIBS})
target_link_options(chela_uv INTERFACE "LINKER:--export-dynamic-symbol=uv_*")

add_library(chela_pch STATIC "${CMAKE_SOURCE_DIR}/tools/cmake/pch.cpp")
target_link_libraries(chela_pch PUBLIC chela_flags nlohmann_json::nlohmann_json chela_fmt chela_uv)
set(pch_headers <algorithm> <array> <chrono> <coroutine> <expected> <functional> <map> <memory> <optional> <span>
  <string> <string_view> <utility> <variant> <vector> <nlohmann/json.hpp> <fmt/format.h> <uv.h>)
target_precompile_headers(chela_pch PRIVATE ${pch_headers})
# What ccache takes for the precompiled header's hash: the file itself holds the paths of its build folder, so no two
# clones would share a compilation. A change inside one of the headers is seen all the same, in the dependency files.
file(WRITE "${CMAKE_BINARY_DIR}/CMakeFiles/chela_pch.dir/cmake_pch.hxx.pch.sum" "${pch_headers}")

function(chela_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  foreach(excluded IN LISTS arg_EXCLUDE)
    list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/${excluded}")
  endforeach()
  add_library(chela_${name} STATIC ${sources})
  list(TRANSFORM arg_DEPENDS PREPEND chela_)
  target_link_libraries(chela_${name} PUBLIC chela_flags nlohmann_json::nlohmann_json chela_fmt chela_uv
    ${arg_DEPENDS} PRIVATE ${arg_LIBRARIES})
  target_precompile_headers(chela_${name} REUSE_FROM chela_pch)
endfunction()

function(chela_test name folder)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.cpp")
  if(NOT sources)
    message(FATAL_ERROR "tests/${folder} holds no *_test.cpp: remove its chela_test line or write the tests")
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND chela_)
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE ${arg_DEPENDS} chela_flags nlohmann_json::nlohmann_json chela_fmt
    chela_uv GTest::gmock GTest::gtest_main ${arg_LIBRARIES})
  target_precompile_headers(${name}_test REUSE_FROM chela_pch)
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES TIMEOUT 120 ENVIRONMENT
    "CHELA_SOURCE_DIR=${CMAKE_SOURCE_DIR};CHELA_BUILD_DIR=${CMAKE_BINARY_DIR}") # read by tests/paths.hpp
endfunction()

function(chela_benchmark name folder)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*_bench.cpp")
  list(TRANSFORM arg_DEPENDS PREPEND chela_)
  add_executable(${name}_bench EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(${name}_bench PRIVATE ${arg_DEPENDS} chela_flags nlohmann_json::nlohmann_json chela_fmt
    chela_uv benchmark::benchmark ${arg_LIBRARIES})
  target_precompile_headers(${name}_bench REUSE_FROM chela_pch)
endfunction()

function(chela_embed target variable file)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_${variable}.cpp")
  add_custom_command(OUTPUT "${output}" DEPENDS "${file}" "${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake"
    COMMAND ${CMAKE_COMMAND} -DINPUT=${file} -DOUTPUT=${output} -DVARIABLE=${variable}
      -P "${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake" VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
