# Update rules are loops over elements, which the compiler turns into vector code at this level, and
# roots and choices only where nobody asks for errno or traps; so they can't share the precompiled
# header. At -O3 g++ 12 warns about LibTorch's own headers.
foreach(rule adabelief adadelta adagrad adam lamb lars lion nadam radam rmsprop schedule_free
        sgd)
  set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/temper/optim/${rule}.cpp" PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON
    COMPILE_OPTIONS "-O3;-fno-math-errno;-fno-trapping-math;$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
endforeach()
