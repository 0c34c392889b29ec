# Whole-number loops over pixels, which the compiler turns into vector code at this level only.
set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/temper/augment/resample.cpp"
                            PROPERTIES COMPILE_OPTIONS -O3)
