# The part that other programs may use, as find_package(vigia COMPONENTS memory): the target vigia::memory.
#   cmake --install build --component memory --prefix DIR
# Installed are the libraries, the headers that src/memory/ offers, the log's, and those of src/base/ that
# they include. Nobody gets our warnings or our source tree: vigia_flags is for building only.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# Our own headers that these include, however deep, themselves among them. Paths from src/.
function(vigia_headers_of out)
  set(open ${ARGN})
  set(all)
  while(open)
    list(POP_FRONT open header)
    if(header IN_LIST all)
      continue()
    endif()
    list(APPEND all ${header})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${header})
    file(STRINGS ${CMAKE_SOURCE_DIR}/src/${header} includes REGEX "^#include \"")
    list(TRANSFORM includes REPLACE "^#include \"([^\"]+)\".*" "\\1")
    list(APPEND open ${includes})
  endwhile()
  set(${out} ${all} PARENT_SCOPE)
endfunction()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/vigia)
set(include_dir ${CMAKE_INSTALL_INCLUDEDIR}/vigia)

foreach(part base memory)
  set_target_properties(vigia_${part} PROPERTIES EXPORT_NAME ${part})
  add_library(vigia::${part} ALIAS vigia_${part})  # the same name for those who build us beside their own
  target_include_directories(vigia_${part} INTERFACE $<INSTALL_INTERFACE:${include_dir}>)
endforeach()
install(TARGETS vigia_base vigia_memory EXPORT vigia_memory
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT memory)
install(EXPORT vigia_memory FILE vigia-memory.cmake NAMESPACE vigia:: DESTINATION ${package_dir}
  COMPONENT memory)

file(GLOB offered RELATIVE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/src/memory/*.h)
list(FILTER offered EXCLUDE REGEX "_test_support\\.h$")
vigia_headers_of(headers ${offered} base/log.h)
foreach(header ${headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES src/${header} DESTINATION ${include_dir}/${folder} COMPONENT memory)
endforeach()

configure_package_config_file(cmake/vigiaConfig.cmake.in vigiaConfig.cmake INSTALL_DESTINATION ${package_dir})
# Before 1.0 any minor version may change what callers see.
write_basic_package_version_file(vigiaConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/vigiaConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/vigiaConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT memory)
