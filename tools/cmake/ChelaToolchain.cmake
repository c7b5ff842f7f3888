# The one place that decides how code is compiled. The reasons are in docs/decisions/0001-toolchain.md.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} silently miscompiles C++20 coroutines (temporaries in co_await "
    "expressions are destroyed twice), so the kernel cannot be built with it.\n"
    "Use the presets, which select clang 19 (cmake --preset release), or GCC 13 or newer. "
    "Plugins may be built with GCC 12: see plugin-sdk/README.md.")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} lacks std::expected with libstdc++; use clang 19 or newer.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
add_compile_options(-fPIC) # one precompiled header for libraries, modules and programs
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

# Debug info with lines only: it links in a third of the time and back-traces stay readable.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g1")
# Sections apart, so that the linker drops what nothing uses: a third of the program's resident memory.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

add_library(chela_flags INTERFACE)
target_include_directories(chela_flags INTERFACE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/plugin-sdk/include")
target_compile_options(chela_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror
  -fvisibility=hidden -fstack-protector-strong)
if(NOT CHELA_SANITIZE)
  # The programs and the egress module bring their own C++ library; plugins take the system's, as their libraries do.
  # One unwinder must serve them all (libgcc_s), or what a plugin throws could not be caught: docs/decisions/0004.
  target_link_options(chela_flags INTERFACE -static-libstdc++)
endif()
target_compile_definitions(chela_flags INTERFACE _GNU_SOURCE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  # Members that are left out of a designated initializer have defaults of their own; that is what they are for.
  target_compile_options(chela_flags INTERFACE -Wno-missing-designated-field-initializers)
  add_link_options(-fuse-ld=lld-19 $<$<CONFIG:Release>:-Wl,--icf=safe>)
endif()
add_link_options(-Wl,--as-needed -Wl,-z,relro -Wl,-z,now $<$<CONFIG:Release>:-Wl,--gc-sections>)

if(CHELA_SANITIZE)
  add_compile_options(-fsanitize=${CHELA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=${CHELA_SANITIZE})
endif()

if(CHELA_FUZZ)
  add_compile_definitions(_GLIBCXX_ASSERTIONS) # an index that is off by one stops the program, also inside a capacity
endif()

find_program(CHELA_CCACHE ccache)
if(CHELA_CCACHE)
  set(launcher "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${CMAKE_SOURCE_DIR};CCACHE_NOHASHDIR=1"
    CCACHE_DEPEND=1 CCACHE_PCH_EXTSUM=1 # see chela_pch in ChelaModule.cmake
    "CCACHE_IGNOREOPTIONS=${CMAKE_BINARY_DIR}/CMakeFiles/chela_pch.dir/cmake_pch.hxx"
    "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime" "${CHELA_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
endif()
