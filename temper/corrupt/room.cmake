target_link_libraries(${target} PRIVATE PkgConfig::HWY)
# The published code is NumPy's, which rounds after every operation; fused multiply-adds would differ by instruction set.
target_compile_options(${target} PRIVATE -ffp-contract=off)
