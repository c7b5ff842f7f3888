# Every third-party library, found once. What start-up loads is SQLite, libgcc_s and the C library; fmt, libuv,
# libstdc++ and the hashes of libcrypto are linked in (docs/decisions/0004-linking.md). The rest is confined to modules
# that are loaded at their first use.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter) # writes the readers of the plugin protocol
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(uv REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp) # for a program of the build: filters are data
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive) # for the module that unpacks packages
pkg_check_modules(openssl REQUIRED IMPORTED_TARGET libssl libcrypto) # the shared ones, for the modules that libcurl and libarchive are in
find_library(CHELA_LIBUV_STATIC libuv_a.a REQUIRED)
find_library(CHELA_LIBRE2_STATIC libre2.a REQUIRED) # the scanner of skills: no shared library at start-up
find_path(CHELA_RE2_INCLUDE re2/re2.h REQUIRED)
find_library(CHELA_LIBCRYPTO_STATIC libcrypto.a REQUIRED) # hashes only: no shared library at start-up
find_library(CHELA_LIBYAML_STATIC libyaml.a REQUIRED)
find_path(CHELA_VALIJSON_INCLUDE valijson/validator.hpp REQUIRED)
if(CHELA_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()
