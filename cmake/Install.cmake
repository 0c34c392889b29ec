# `cmake --install build/release --prefix dist`: everything except LibTorch, for machines without temper's dependencies.
#
#   bin/temper          finds LibTorch (TEMPER_TORCH_DIR), then runs lib/temper/temper
#   bin/gpu-check
#   lib/                static libraries, the CUDA module, the shared libraries that the program needs
#   lib/cmake/temper/   find_package(temper) -> temper::temper
#   include/temper/     headers
#   share/temper/       recipes; the numbers that `temper selftest` compares with; Fashion-MNIST if it is installed
#   share/doc/temper/   the licenses of temper and of what it contains
include(CMakePackageConfigHelpers)

function(temper_install)
  get_property(rooms GLOBAL PROPERTY TEMPER_ROOMS)
  foreach(room IN LISTS rooms)
    string(REPLACE temper_ "" name ${room})
    set_target_properties(${room} PROPERTIES EXPORT_NAME ${name})
  endforeach()
  add_library(temper_library INTERFACE)
  set_target_properties(temper_library PROPERTIES EXPORT_NAME temper)
  target_link_libraries(temper_library INTERFACE ${rooms})
  install(TARGETS temper_library ${rooms} EXPORT temperTargets ARCHIVE DESTINATION lib)
  install(EXPORT temperTargets NAMESPACE temper:: DESTINATION lib/cmake/temper)
  install(DIRECTORY temper DESTINATION include FILES_MATCHING PATTERN "*.h")

  configure_package_config_file(cmake/temperConfig.cmake.in "${CMAKE_BINARY_DIR}/temperConfig.cmake"
                                INSTALL_DESTINATION lib/cmake/temper)
  write_basic_package_version_file("${CMAKE_BINARY_DIR}/temperConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(FILES "${CMAKE_BINARY_DIR}/temperConfig.cmake" "${CMAKE_BINARY_DIR}/temperConfigVersion.cmake"
                cmake/LibTorch.cmake cmake/Packages.cmake DESTINATION lib/cmake/temper)

  install(TARGETS temper RUNTIME_DEPENDENCY_SET temper_shared RUNTIME DESTINATION lib/temper)
  # The C library is the target machine's; LibTorch and its dependencies are not installed.
  install(RUNTIME_DEPENDENCY_SET temper_shared
    PRE_EXCLUDE_REGEXES "^lib(torch|c10|cudart|cupti|gomp)" "^ld-linux"
                        "^lib(c|m|dl|rt|pthread|resolv)\\.so"
    LIBRARY DESTINATION lib)
  if(TEMPER_TESTS)
    install(TARGETS temper-selftest RUNTIME DESTINATION lib/temper)
    install(DIRECTORY tests/golden DESTINATION share/temper)
  endif()
  configure_file(cmake/launcher.sh.in "${CMAKE_BINARY_DIR}/launcher/temper" @ONLY)
  install(PROGRAMS "${CMAKE_BINARY_DIR}/launcher/temper" scripts/gpu-check DESTINATION bin)
  install(FILES LICENSE DESTINATION share/doc/temper)
  # Of the packages that are linked or copied, in the section [build] of scripts/packages.txt.
  file(READ scripts/packages.txt packages)
  string(REGEX REPLACE "\n\\[test\\].*" "" packages "${packages}")
  string(REGEX MATCHALL "\n(lib|zlib|nlohmann|dataset)[^ \n]+" packages "${packages}")
  foreach(package IN LISTS packages)
    string(STRIP "${package}" package)
    install(FILES "/usr/share/doc/${package}/copyright" DESTINATION share/doc/temper/packages RENAME "${package}" OPTIONAL)
  endforeach()
  install(DIRECTORY recipes DESTINATION share/temper OPTIONAL)
  install(DIRECTORY /usr/share/datasets/fashion-mnist DESTINATION share/temper OPTIONAL)
endfunction()
