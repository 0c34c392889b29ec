# Compiler settings of every target.
find_program(TEMPER_CCACHE ccache)
if(TEMPER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The time stamps of precompiled headers would make every file a cache miss, and hashing a precompiled header again for
  # each file takes a quarter of the time; so does preprocessing, which the compiler's list of headers saves.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_DEPEND=true;CCACHE_INODECACHE=true;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${TEMPER_CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  else()
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endif()

find_program(TEMPER_MOLD mold)
if(TEMPER_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# An interface target, so that the flags apply to temper's own sources but not to targets that link to it.
add_library(temper_warnings INTERFACE)
target_compile_options(temper_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                 -Wno-sign-conversion $<$<BOOL:${TEMPER_WERROR}>:-Werror>)
# clang 14 and g++ 12 both accept designated initializers that leave members at their defaults.
target_compile_options(temper_warnings INTERFACE -Wno-missing-field-initializers)
# Lists of learned policies leave out the braces of std::array, as GCC's -Wall allows and clang's does not.
target_compile_options(temper_warnings INTERFACE -Wno-missing-braces)
