target_link_libraries(${target} PRIVATE PkgConfig::HWY)
set(_augment "${CMAKE_CURRENT_SOURCE_DIR}/temper/augment")
# GCC 12 warns that its own AVX-512 intrinsics use uninitialized values.
foreach(_file blur_kernels.cpp byte_table.cpp color_kernels.cpp dot_products.cpp mix.cpp warp_kernels.cpp)
  set_property(SOURCE "${_augment}/pixels/${_file}"
    APPEND PROPERTY COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
endforeach()
# Sums and products are rounded one by one, as in the wheels of Pillow and Python, and equally by all instruction sets.
foreach(_file pixels/blur.cpp pixels/blur_kernels.cpp pixels/color.cpp pixels/color_kernels.cpp pixels/elastic.cpp
        pixels/mix.cpp pixels/warp.cpp pixels/warp_kernels.cpp pixels/warp_tensorflow.cpp pixels/erase.cpp
        pixels/normal_noise.cpp pixels/resample.cpp policies/magnitudes.cpp)
  set_property(SOURCE "${_augment}/${_file}" APPEND PROPERTY COMPILE_OPTIONS -ffp-contract=off)
endforeach()
