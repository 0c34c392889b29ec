# LibTorch's wheel is built with NDEBUG; without it here, RecordFunction::inputs() checks a flag that the
# library's own objects do not have.
set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/temper/model/observer.cpp"
                            PROPERTIES COMPILE_DEFINITIONS NDEBUG SKIP_PRECOMPILE_HEADERS ON)

# Kernels for activations: loops in vector instructions, and the code that distributes them over LibTorch's threads.
# OpenMP only with the compiler that LibTorch was built with: two runtimes in one process would each have their own
# threads.
target_link_libraries(${target} PRIVATE PkgConfig::HWY)
set(_kernels "${CMAKE_CURRENT_SOURCE_DIR}/temper/model/norm_kernels.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/temper/model/normalise.cpp")
set_source_files_properties(${_kernels} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/temper/model/normalise.cpp" PROPERTIES COMPILE_OPTIONS -fopenmp)
endif()
