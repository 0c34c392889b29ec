target_link_libraries(temper_core PUBLIC fmt::fmt temper_openmp)

# See team.h. A sanitizer does not know how the threads of an OpenMP runtime wait for one another.
set(_team "${CMAKE_CURRENT_SOURCE_DIR}/temper/core/team.c")
set_source_files_properties("${_team}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
target_sources(temper_core PRIVATE "${_team}")
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set_source_files_properties("${_team}" PROPERTIES COMPILE_OPTIONS -fopenmp)
endif()

# The commit is read when the build is configured: enough to distinguish versions, without rebuilding a file for it.
execute_process(COMMAND git describe --always --dirty=+ --exclude=* WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
                OUTPUT_VARIABLE TEMPER_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT TEMPER_COMMIT)
  set(TEMPER_COMMIT unknown)
endif()
configure_file("${CMAKE_CURRENT_SOURCE_DIR}/temper/core/version.cpp.in" "${CMAKE_BINARY_DIR}/generated/version.cpp" @ONLY)
target_sources(temper_core PRIVATE "${CMAKE_BINARY_DIR}/generated/version.cpp")
