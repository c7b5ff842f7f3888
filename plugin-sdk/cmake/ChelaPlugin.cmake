# chela_plugin(NAME SOURCES a.cpp … [MANIFEST chela.plugin.json] [LIBRARIES x …])
#
# A plugin as a folder: <output>/<id>/<id>.so and <output>/<id>/chela.plugin.json; `cmake --install` puts the folder
# into CHELA_PLUGIN_INSTALL_DIR. NAME is the plugin's id, as in its manifest. The target is chela_plugin_<id>.
# The library exports chela_plugin_entry and nothing else, and links only what it names.
#
# With CHELA_PLUGIN_STATIC, also chela_plugin_<id>_static: an object library for a program that links plugins in,
# whose entry is chela_plugin_entry_<id with - as _>.

if(NOT DEFINED CHELA_PLUGIN_OUTPUT_DIR)
  set(CHELA_PLUGIN_OUTPUT_DIR "${CMAKE_BINARY_DIR}/plugins")
endif()
if(NOT DEFINED CHELA_PLUGIN_INSTALL_DIR)
  set(CHELA_PLUGIN_INSTALL_DIR "lib/chela/plugins")
endif()

function(chela_plugin name)
  cmake_parse_arguments(arg "" "MANIFEST" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "chela_plugin(${name}): give it SOURCES")
  endif()
  if(NOT arg_MANIFEST)
    set(arg_MANIFEST chela.plugin.json)
  endif()
  get_filename_component(manifest "${arg_MANIFEST}" ABSOLUTE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${manifest}")
  file(READ "${manifest}" text)
  string(JSON id ERROR_VARIABLE problem GET "${text}" id)
  if(problem OR NOT id STREQUAL name)
    message(FATAL_ERROR "chela_plugin(${name}): the id in ${manifest} must be \"${name}\" ${problem}")
  endif()

  string(REPLACE "-" "_" symbol "${id}")
  set(target chela_plugin_${symbol})
  set(folder "${CHELA_PLUGIN_OUTPUT_DIR}/${id}")
  add_library(${target} MODULE ${arg_SOURCES})
  chela_plugin_compile(${target} ${arg_LIBRARIES})
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME "${id}" SUFFIX ".so"
    LIBRARY_OUTPUT_DIRECTORY "$<1:${folder}>")
  if(NOT APPLE)
    set(version_script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version")
    target_link_options(${target} PRIVATE "-Wl,--version-script=${version_script}")
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${version_script}")
    if(NOT CHELA_SANITIZE AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
      target_link_options(${target} PRIVATE "-Wl,-z,defs") # a forgotten library is an error here, not at load
    endif()
  endif()
  add_custom_command(OUTPUT "${folder}/chela.plugin.json" DEPENDS "${manifest}" VERBATIM
    COMMAND ${CMAKE_COMMAND} -E copy "${manifest}" "${folder}/chela.plugin.json")
  add_custom_target(${target}_manifest ALL DEPENDS "${folder}/chela.plugin.json")
  add_dependencies(${target} ${target}_manifest)

  install(TARGETS ${target} LIBRARY DESTINATION "${CHELA_PLUGIN_INSTALL_DIR}/${id}" COMPONENT plugins)
  install(FILES "${manifest}" DESTINATION "${CHELA_PLUGIN_INSTALL_DIR}/${id}" COMPONENT plugins)
  set_property(GLOBAL APPEND PROPERTY CHELA_PLUGIN_IDS "${id}")

  if(CHELA_PLUGIN_STATIC)
    add_library(${target}_static OBJECT EXCLUDE_FROM_ALL ${arg_SOURCES})
    chela_plugin_compile(${target}_static ${arg_LIBRARIES})
    target_compile_definitions(${target}_static PRIVATE CHELA_ENTRY_NAME=chela_plugin_entry_${symbol})
  endif()
endfunction()

function(chela_plugin_compile target)
  target_compile_features(${target} PRIVATE cxx_std_17)
  target_compile_options(${target} PRIVATE -Wall -Wextra)
  target_link_libraries(${target} PRIVATE chela::sdk ${ARGN})
  if(TARGET chela_plugin_flags) # how a project wants all of its plugins built
    target_link_libraries(${target} PRIVATE chela_plugin_flags)
  endif()
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON VISIBILITY_INLINES_HIDDEN ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden)
endfunction()
