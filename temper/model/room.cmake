# LibTorch's wheel is built with NDEBUG; without it here, RecordFunction::inputs() checks a flag that the
# library's own objects do not have.
set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/temper/model/observer.cpp"
                            PROPERTIES COMPILE_DEFINITIONS NDEBUG SKIP_PRECOMPILE_HEADERS ON)

# Kernels for activations: loops in vector instructions.
target_link_libraries(${target} PRIVATE PkgConfig::HWY)
set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/temper/model/norm_kernels.cpp"
                            PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
