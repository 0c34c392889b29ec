# LibTorch from the PyPI wheel, as imported targets for c10 and torch_cpu, without TorchConfig and Python.
#
# The wheel's include/ contains an fmt and a protobuf of its own, which would shadow Debian's; so the include path
# is a folder of links to the four directories that belong to LibTorch.
if(DEFINED ENV{TEMPER_TORCH_DIR})
  set(_default "$ENV{TEMPER_TORCH_DIR}")
else()
  set(_default "${CMAKE_CURRENT_SOURCE_DIR}/.deps/libtorch/torch")
endif()
set(TEMPER_TORCH_DIR "${_default}" CACHE PATH "the folder that holds LibTorch's include/ and lib/")

if(NOT EXISTS "${TEMPER_TORCH_DIR}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "No LibTorch at ${TEMPER_TORCH_DIR} (looked for lib/libtorch_cpu.so). "
                      "Run scripts/setup, or set TEMPER_TORCH_DIR to a folder with LibTorch's include/ and lib/.")
endif()

set(_torch_include "${CMAKE_BINARY_DIR}/torch-include")
file(MAKE_DIRECTORY "${_torch_include}")
foreach(part ATen c10 caffe2 torch)
  if(EXISTS "${TEMPER_TORCH_DIR}/include/${part}")
    file(CREATE_LINK "${TEMPER_TORCH_DIR}/include/${part}" "${_torch_include}/${part}" SYMBOLIC)
  endif()
endforeach()
set(_torch_api "${TEMPER_TORCH_DIR}/include/torch/csrc/api/include")

file(READ "${TEMPER_TORCH_DIR}/include/torch/headeronly/version.h" _version)
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" TEMPER_TORCH_VERSION "${_version}")

add_library(temper_c10 SHARED IMPORTED GLOBAL)
set_target_properties(temper_c10 PROPERTIES IMPORTED_LOCATION "${TEMPER_TORCH_DIR}/lib/libc10.so")
target_include_directories(temper_c10 SYSTEM INTERFACE "${_torch_include}" "${_torch_api}")

add_library(temper_torch_cpu SHARED IMPORTED GLOBAL)
set_target_properties(temper_torch_cpu PROPERTIES IMPORTED_LOCATION "${TEMPER_TORCH_DIR}/lib/libtorch_cpu.so")
# torch_cpu of the CUDA wheel needs cudart and cupti at run time; it finds them through its own RPATH.
target_link_options(temper_torch_cpu INTERFACE -Wl,--allow-shlib-undefined)
target_link_libraries(temper_torch_cpu INTERFACE temper_c10)
# The OpenMP runtime that comes with LibTorch, for temper's code that shares its threads.
file(GLOB _openmp "${TEMPER_TORCH_DIR}/lib/libgomp*.so*" "${TEMPER_TORCH_DIR}/../torch.libs/libgomp*.so*")
if(_openmp)
  list(GET _openmp 0 _openmp)
else()
  set(_openmp gomp)
endif()
add_library(temper_openmp INTERFACE IMPORTED GLOBAL)
target_link_libraries(temper_openmp INTERFACE "${_openmp}")
# The wheel is built with GCC; clang 18 and later mangle constrained templates differently unless this ABI is requested.
target_compile_options(temper_torch_cpu INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:Clang>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,18>>:-fclang-abi-compat=17>)
