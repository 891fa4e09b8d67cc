# cmake -DSOURCE=<checkout> -DVERSION=<x.y.z> -DOUT=<file.cpp> -P WriteRevision.cmake
# Writes what `vigia --version` says: "0.1.0 (1a2b3c4d5e6f)", with "+" after the revision where files were changed, and
# without a revision where the sources are no checkout. Touches the file only if that changed.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=12 --exclude=* --dirty=+
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
set(text "${VERSION}")
if(NOT failed AND EXISTS ${SOURCE}/.git)
  string(APPEND text " (${revision})")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT
"#include \"settings/version.h\"

namespace vigia::settings {

const char* const kVersion = \"@text@\";

}  // namespace vigia::settings
" @ONLY)
