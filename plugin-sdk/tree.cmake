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

add_subdirectory(conformance)
