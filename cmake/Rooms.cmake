# Functions that define the targets of a room, of its tests and of the program.

# Programs consist of object libraries, but CMake requires a source.
if(NOT EXISTS "${CMAKE_BINARY_DIR}/empty.cpp")
  file(WRITE "${CMAKE_BINARY_DIR}/empty.cpp" "// the program is in its object libraries\n")
endif()

# For code that runs rarely, such as commands and pages: further optimization would cost more than it saves.
function(temper_compile_briefly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# Precompiled headers, each compiled once: the standard library, LibTorch's tensors, its modules, and, for the rooms that
# use recipes, the recipe with the options of every technique. Tests, which are not optimized in a release build, have
# their own, with GoogleMock.
add_library(temper_as_tests INTERFACE)
target_compile_options(temper_as_tests INTERFACE $<$<CONFIG:Release>:-O0>)
function(temper_precompile target)
  cmake_parse_arguments(PRECOMPILE "" "" "HEADERS;USES" ${ARGN})
  set(source "${CMAKE_BINARY_DIR}/pch/${target}.cpp")
  if(NOT EXISTS "${source}")
    file(WRITE "${source}" "// contains the precompiled headers\n")
  endif()
  list(TRANSFORM PRECOMPILE_HEADERS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/cmake/")
  add_library(${target} OBJECT EXCLUDE_FROM_ALL "${source}")
  target_precompile_headers(${target} PRIVATE ${PRECOMPILE_HEADERS})
  target_link_libraries(${target} PRIVATE temper_warnings ${PRECOMPILE_USES})
endfunction()
set(temper_uses_base fmt::fmt)
foreach(kind tensor nn recipe)
  set(temper_uses_${kind} temper_core temper_torch_cpu)
endforeach()
list(APPEND temper_uses_recipe nlohmann_json::nlohmann_json)
foreach(kind base tensor nn recipe)
  temper_precompile(temper_pch_${kind} HEADERS pch_${kind}.h USES ${temper_uses_${kind}})
  if(TEMPER_TESTS)
    temper_precompile(temper_pch_${kind}_tests HEADERS pch_${kind}.h pch_tests.h
                      USES ${temper_uses_${kind}} temper_as_tests GTest::gmock)
  endif()
endforeach()

# temper_room(NAME [TECHNIQUES] [SELFTEST tests...] [TORCH tensor|nn|recipe] [USES rooms...] [FLOORS folders...]):
# temper/NAME/**.cpp as a static library temper_NAME, and tests/NAME/**_test.cpp as the program NAME_test. FLOORS orders the
# folders of the room, for scripts/check-layers.
function(temper_room name)
  cmake_parse_arguments(ROOM "TECHNIQUES" "TORCH" "SELFTEST;USES;FLOORS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/temper/${name}/*.cpp")
  list(TRANSFORM ROOM_USES PREPEND temper_)
  set(target temper_${name})
  set(ROOM_PRECOMPILED base)
  if(ROOM_TORCH)
    set(ROOM_PRECOMPILED ${ROOM_TORCH})
  endif()
  if(sources)
    set(scope PUBLIC)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:temper_warnings>)
    target_precompile_headers(${target} REUSE_FROM temper_pch_${ROOM_PRECOMPILED})
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>
                                                $<INSTALL_INTERFACE:include>)
  target_link_libraries(${target} ${scope} ${ROOM_USES} Threads::Threads)
  if(ROOM_TORCH)
    target_link_libraries(${target} ${scope} temper_torch_cpu)
  endif()
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/temper/${name}/room.cmake")
    include("${CMAKE_CURRENT_SOURCE_DIR}/temper/${name}/room.cmake")
  endif()
  set_property(GLOBAL APPEND PROPERTY TEMPER_ROOMS ${target})
  if(ROOM_TECHNIQUES)
    set_property(GLOBAL APPEND PROPERTY TEMPER_TECHNIQUES ${name})
  endif()
  temper_tests(${name} ${ROOM_PRECOMPILED})
  foreach(test IN LISTS ROOM_SELFTEST)
    set_property(GLOBAL APPEND PROPERTY TEMPER_SELFTEST
                 "$<FILTER:$<TARGET_OBJECTS:${name}_checks>,INCLUDE,/${test}_test.cpp>")
  endforeach()
endfunction()

# Code shared by the tests, compiled once: tests/support/*.cpp.
function(temper_test_support)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/support/*.cpp")
  add_library(temper_test_support STATIC ${sources})
  target_include_directories(temper_test_support PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(temper_test_support PUBLIC temper_core nlohmann_json::nlohmann_json GTest::gmock
                                            PRIVATE temper_warnings temper_as_tests)
  target_precompile_headers(temper_test_support REUSE_FROM temper_pch_base_tests)
  target_compile_definitions(temper_test_support PUBLIC
    TEMPER_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}" TEMPER_PROGRAM="${CMAKE_BINARY_DIR}/temper")
endfunction()

# The tests of a room, as objects, so that temper-selftest contains the same ones.
function(temper_tests name precompiled)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/${name}/*_test.cpp")
  if(NOT TEMPER_TESTS OR NOT tests)
    return()
  endif()
  add_library(${name}_checks OBJECT ${tests})
  target_link_libraries(${name}_checks PUBLIC temper_${name} temper_test_support PRIVATE temper_warnings temper_as_tests)
  target_precompile_headers(${name}_checks REUSE_FROM temper_pch_${precompiled}_tests)
  if(NOT precompiled STREQUAL base)
    target_link_libraries(${name}_checks PUBLIC temper_torch_cpu)
  endif()
  add_executable(${name}_test "${CMAKE_BINARY_DIR}/empty.cpp")
  target_link_libraries(${name}_test PRIVATE ${name}_checks GTest::gtest_main)
  set(found "${CMAKE_CURRENT_BINARY_DIR}/${name}_suites.cmake")
  file(GENERATE OUTPUT "${found}" CONTENT "set(room ${name})
set(program [==[$<TARGET_FILE:${name}_test>]==])
set(results [==[${CMAKE_CURRENT_BINARY_DIR}/results]==])
include([==[${CMAKE_CURRENT_SOURCE_DIR}/cmake/suites.cmake]==])
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${found}")
endfunction()

# temper_program(NAME USES rooms...): cli/*.cpp as the program, in the root of the build folder.
function(temper_program name)
  cmake_parse_arguments(PROGRAM "" "" "USES" ${ARGN})
  list(TRANSFORM PROGRAM_USES PREPEND temper_)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cli/*.cpp")
  # Objects, compiled like the rooms, so that they share a precompiled header.
  add_library(${name}_commands OBJECT ${sources})
  target_link_libraries(${name}_commands PUBLIC ${PROGRAM_USES} CLI11::CLI11 PRIVATE temper_warnings)
  target_precompile_headers(${name}_commands REUSE_FROM temper_pch_recipe)
  temper_compile_briefly(${name}_commands)
  add_executable(${name} "${CMAKE_BINARY_DIR}/empty.cpp")
  target_link_libraries(${name} PRIVATE ${name}_commands)
  # The program finds its CUDA module next to it in the build folder, in ../ (lib/) when installed.
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}"
                                           BUILD_RPATH "${CMAKE_BINARY_DIR}" INSTALL_RPATH "$ORIGIN/..")
endfunction()

# temper_benchmark(NAME [TORCH tensor|recipe] USES rooms... [WITH files...]): bench/NAME.cpp, and bench/FILE.cpp for each
# file after WITH, as the program bench_NAME, which is not part of the default build.
function(temper_benchmark name)
  cmake_parse_arguments(BENCH "" "TORCH" "USES;WITH" ${ARGN})
  list(TRANSFORM BENCH_USES PREPEND temper_)
  set(sources ${name} ${BENCH_WITH})
  list(TRANSFORM sources REPLACE "(.+)" "${CMAKE_CURRENT_SOURCE_DIR}/bench/\\1.cpp")
  # Objects, compiled like the rooms, so that they share a precompiled header.
  add_library(${name}_benchmark OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(${name}_benchmark PUBLIC ${BENCH_USES} temper_torch_cpu PRIVATE temper_warnings)
  if(BENCH_TORCH)
    target_precompile_headers(${name}_benchmark REUSE_FROM temper_pch_${BENCH_TORCH})
  endif()
  add_executable(bench_${name} EXCLUDE_FROM_ALL "${CMAKE_BINARY_DIR}/empty.cpp")
  target_link_libraries(bench_${name} PRIVATE ${name}_benchmark)
endfunction()

# tests/faults/*.cpp as the program faults_test, which is also its own worker process: kills, full disks, damaged files.
# And temper-selftest, which is installed: these, the tests of the rooms that hold methods, and those named by SELFTEST.
function(temper_fault_tests)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/faults/*.cpp")
  if(NOT TEMPER_TESTS)
    return()
  endif()
  add_library(faults_checks OBJECT ${sources})
  target_link_libraries(faults_checks PUBLIC temper_study temper_test_support temper_torch_cpu GTest::gmock GTest::gtest
                                      PRIVATE temper_warnings temper_as_tests)
  target_include_directories(faults_checks PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_precompile_headers(faults_checks REUSE_FROM temper_pch_recipe_tests)
  add_executable(faults_test "${CMAKE_BINARY_DIR}/empty.cpp")
  target_link_libraries(faults_test PRIVATE faults_checks)
  gtest_discover_tests(faults_test TEST_PREFIX "faults/" DISCOVERY_MODE PRE_TEST
                       PROPERTIES LABELS faults TIMEOUT 1800)

  add_executable(temper-selftest "${CMAKE_BINARY_DIR}/empty.cpp")
  target_link_libraries(temper-selftest PRIVATE faults_checks)
  get_property(techniques GLOBAL PROPERTY TEMPER_TECHNIQUES)
  foreach(room core model ${techniques})
    target_link_libraries(temper-selftest PRIVATE ${room}_checks)
  endforeach()
  get_property(tests GLOBAL PROPERTY TEMPER_SELFTEST)
  target_sources(temper-selftest PRIVATE ${tests})
  set_target_properties(temper-selftest PROPERTIES BUILD_RPATH "${CMAKE_BINARY_DIR}" INSTALL_RPATH "$ORIGIN/..")
endfunction()

# tests/program/*.sh: end-to-end tests, each a bash script that fails by its exit status; 77 means that it cannot run on
# this machine. It runs in a new folder of its own, with TEMPER (the program), TEMPER_SOURCE_DIR and TEMPER_BUILD_DIR in
# its environment.
function(temper_program_tests)
  file(GLOB scripts CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tests/program/*.sh")
  if(NOT TEMPER_TESTS)
    return()
  endif()
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    add_test(NAME program/${name} COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/tests/program/run" "${script}")
    set_tests_properties(program/${name} PROPERTIES LABELS program TIMEOUT 900 SKIP_RETURN_CODE 77
      ENVIRONMENT "TEMPER=$<TARGET_FILE:temper>;TEMPER_SOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR};TEMPER_BUILD_DIR=${CMAKE_BINARY_DIR}")
  endforeach()
endfunction()
