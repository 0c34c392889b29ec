# Update rules are loops over elements. The compiler vectorizes them at -O3, and square roots and conditionals
# only without errno and floating-point traps. Different flags need a precompiled header of their own. At -O3,
# g++ 12 warns about LibTorch's own headers.
file(GLOB rules CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/temper/optim/rules/*.cpp")
get_target_property(others ${target} SOURCES)
list(REMOVE_ITEM others ${rules})
add_library(temper_optim_rules OBJECT ${rules})
target_compile_options(temper_optim_rules PRIVATE
  -O3 -fno-math-errno -fno-trapping-math $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
target_precompile_headers(temper_optim_rules PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/cmake/pch_tensor.h")
target_link_libraries(temper_optim_rules PRIVATE temper_core temper_warnings temper_torch_cpu)
set_target_properties(${target} PROPERTIES SOURCES "${others};$<TARGET_OBJECTS:temper_optim_rules>")
