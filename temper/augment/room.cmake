target_link_libraries(${target} PRIVATE PkgConfig::HWY)
# GCC 12 warns that its own AVX-512 intrinsics use uninitialized values.
set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/temper/augment/dot_products.cpp"
  PROPERTIES COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
