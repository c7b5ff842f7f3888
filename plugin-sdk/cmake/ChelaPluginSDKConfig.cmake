# find_package(ChelaPluginSDK 1.0): the target chela::sdk (headers) and the function chela_plugin().
get_filename_component(chela_sdk_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET chela::sdk)
  add_library(chela::sdk INTERFACE IMPORTED)
  set_target_properties(chela::sdk PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${chela_sdk_prefix}/include")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/ChelaPlugin.cmake")
