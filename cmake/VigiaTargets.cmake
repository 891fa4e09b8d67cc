# vigia_library, vigia_test: one static library and one test program per folder, all with the same
# warnings (errors), sanitizers and include root (src/, so that an include names its folder).

find_package(Threads REQUIRED)

add_library(vigia_flags INTERFACE)
target_compile_features(vigia_flags INTERFACE cxx_std_20)
# Not of g++ 12: -Wrestrict, which it gives for std::string's own copying (GCC bug 105651), and missing
# initializers, which it misses where {.name = value} leaves the others to their defaults.
target_compile_options(vigia_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wundef
  $<$<BOOL:${VIGIA_WERROR}>:-Werror> $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>)
target_include_directories(vigia_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_link_libraries(vigia_flags INTERFACE Threads::Threads)
# What Debian builds its packages with, and stack clashes: a fault in a decoder or parser ends the program instead
# of running somebody's code. Checked on the program by tools/hardening_test.py; cost: below what can be measured.
if(VIGIA_HARDENING AND NOT VIGIA_SANITIZE)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(vigia_flags INTERFACE -fstack-protector-strong -fstack-clash-protection -Wformat
    -Werror=format-security $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(vigia_flags INTERFACE -fcf-protection)
  endif()
  target_link_options(vigia_flags INTERFACE -pie -Wl,-z,relro,-z,now)
endif()
if(VIGIA_SANITIZE)
  target_compile_options(vigia_flags INTERFACE -fsanitize=${VIGIA_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(vigia_flags INTERFACE -fsanitize=${VIGIA_SANITIZE})
endif()

# vigia_library(memory SOURCES a.cpp b.cpp DEPS vigia_base ...): the library vigia_memory. Flags are for
# building here: who uses an installed library gets its language level and threads, see VigiaInstall.cmake.
function(vigia_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_library(vigia_${name} STATIC ${arg_SOURCES})
  target_compile_features(vigia_${name} PUBLIC cxx_std_20)
  target_link_libraries(vigia_${name} PUBLIC $<BUILD_INTERFACE:vigia_flags> ${arg_DEPS} Threads::Threads)
endfunction()

# vigia_test(memory SOURCES a_test.cpp ... DEPS ... [TIMEOUT seconds] [AGAIN name VARIABLE=set:value filter]):
# the program vigia_memory_test, each of its cases known to ctest by its own name. AGAIN: those of the filter
# a second time, as memory_name.*, with that variable in the environment. COUNTS_CALLS: functions that count
# stand in the place of the C library's (memory/hot_call_test_support.h), but not where a sanitizer has put its own.
function(vigia_test name)
  if(NOT VIGIA_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "COUNTS_CALLS" "TIMEOUT" "SOURCES;DEPS;AGAIN" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(vigia_${name}_test ${arg_SOURCES})
  target_link_libraries(vigia_${name}_test PRIVATE vigia_flags ${arg_DEPS} GTest::gtest GTest::gmock
    GTest::gtest_main)
  if(arg_COUNTS_CALLS)
    set(counts 0)  # no $<BOOL:...>: "address,undefined" holds a comma
    if(NOT VIGIA_SANITIZE)
      set(counts 1)
      target_sources(vigia_${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/src/memory/counting_test_support.cpp)
    endif()
    target_compile_definitions(vigia_${name}_test PRIVATE VIGIA_COUNTS_CALLS=${counts})
  endif()
  set(environment)
  if(VIGIA_SANITIZE STREQUAL "thread")
    set(environment ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../tests/tsan.supp")
  endif()
  gtest_discover_tests(vigia_${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${name} ${environment})
  if(arg_AGAIN)
    list(POP_FRONT arg_AGAIN again variable filter)
    gtest_discover_tests(vigia_${name}_test TEST_PREFIX "${name}_${again}." DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES TEST_FILTER ${filter}
      PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${name} ${environment} ENVIRONMENT_MODIFICATION ${variable})
  endif()
endfunction()
