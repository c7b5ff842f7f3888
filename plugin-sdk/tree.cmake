# What the SDK is inside Chela's own build: the same target and function, with the tree's folders and warnings.
set(CHELA_PLUGIN_OUTPUT_DIR "${CMAKE_BINARY_DIR}/lib/plugins")
set(CHELA_PLUGIN_STATIC ON)
include(cmake/ChelaPlugin.cmake)
foreach(variable CHELA_PLUGIN_OUTPUT_DIR CHELA_PLUGIN_STATIC CHELA_PLUGIN_INSTALL_DIR)
  set(${variable} "${${variable}}" PARENT_SCOPE)
endforeach()

add_library(chela_sdk INTERFACE)
target_include_directories(chela_sdk INTERFACE include cpp testing)
add_library(chela::sdk ALIAS chela_sdk)

add_library(chela_plugin_flags INTERFACE)
target_compile_options(chela_plugin_flags INTERFACE -Wshadow -Wnon-virtual-dtor -Werror -fstack-protector-strong)

# Every version from MAJOR.0 to today's has its frozen layout, compiled against today's headers.
file(READ include/chela/abi.h abi_header)
string(REGEX MATCH "CHELA_ABI_MAJOR ([0-9]+)" ignored "${abi_header}")
set(abi_major "${CMAKE_MATCH_1}")
string(REGEX MATCH "CHELA_ABI_MINOR ([0-9]+)" ignored "${abi_header}")
set(abi_minor "${CMAKE_MATCH_1}")
foreach(minor RANGE 0 ${abi_minor})
  set(layout "${CMAKE_CURRENT_SOURCE_DIR}/abi-history/${abi_major}.${minor}/layout.c")
  if(NOT EXISTS "${layout}")
    message(FATAL_ERROR "The layout of ABI ${abi_major}.${minor} is not frozen: ${layout} is missing. "
      "See plugin-sdk/abi-history/README.md.")
  endif()
  add_library(chela_abi_history_${abi_major}_${minor} OBJECT "${layout}")
  target_link_libraries(chela_abi_history_${abi_major}_${minor} PRIVATE chela_sdk)
endforeach()

add_subdirectory(conformance)
