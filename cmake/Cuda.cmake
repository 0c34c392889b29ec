# libtemper_cuda.so, which the program loads for device = "cuda".
#
# It is linked to LibTorch's CUDA library by name only, through an empty library of that name, so that the module
# can be built wherever CUDA's headers are installed, without the gigabytes of CUDA libraries: one dist/ works on
# machines with and without a GPU.

# Several processes on GPUs: c10d's NCCL in LibTorch's CUDA library, whose header includes those of NCCL and of all
# CUDA libraries.
function(temper_cuda_nccl)
  find_path(TEMPER_NCCL_INCLUDE nccl.h HINTS "${TEMPER_TORCH_DIR}/../nvidia/nccl/include")
  mark_as_advanced(TEMPER_NCCL_INCLUDE)
  if(NOT TEMPER_NCCL_INCLUDE OR NOT EXISTS "${TEMPER_CUDA_INCLUDE}/cusolver_common.h")
    message(STATUS "The CUDA module is built without NCCL: several processes will not train on GPUs (scripts/setup --cuda installs its headers)")
    return()
  endif()
  target_sources(temper_cuda PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/cuda/nccl.cpp")
  target_include_directories(temper_cuda SYSTEM PRIVATE "${TEMPER_NCCL_INCLUDE}")
  target_link_libraries(temper_cuda PRIVATE temper_torch_cpu)
endfunction()

function(temper_cuda_module)
  if(NOT TEMPER_CUDA)
    return()
  endif()
  set(nvidia "${TEMPER_TORCH_DIR}/../nvidia/cu13")
  find_path(TEMPER_CUDA_INCLUDE cuda_runtime_api.h HINTS "${nvidia}/include" /usr/local/cuda/include)
  find_library(TEMPER_CUDART NAMES libcudart.so.13 HINTS "${nvidia}/lib" /usr/local/cuda/lib64)
  mark_as_advanced(TEMPER_CUDA_INCLUDE TEMPER_CUDART)
  if(NOT TEMPER_CUDA_INCLUDE OR NOT TEMPER_CUDART)
    message(STATUS "No CUDA module: this LibTorch comes without CUDA 13 (looked for ${nvidia}); device = \"cuda\" will not work")
    return()
  endif()

  set(empty "${CMAKE_BINARY_DIR}/torch-cuda-name/empty.cpp")
  if(NOT EXISTS "${empty}")
    file(WRITE "${empty}" "// placeholder for the library of this name\n")
  endif()
  add_library(temper_torch_cuda_name SHARED "${empty}")
  set_target_properties(temper_torch_cuda_name PROPERTIES
    OUTPUT_NAME torch_cuda LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/torch-cuda-name")

  add_library(temper_cuda MODULE "${CMAKE_CURRENT_SOURCE_DIR}/cuda/module.cpp")
  temper_cuda_nccl()
  target_include_directories(temper_cuda PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_include_directories(temper_cuda SYSTEM PRIVATE "${TEMPER_CUDA_INCLUDE}")
  target_link_libraries(temper_cuda PRIVATE temper_warnings "${TEMPER_CUDART}")
  target_link_options(temper_cuda PRIVATE -Wl,--no-as-needed "$<TARGET_FILE:temper_torch_cuda_name>")
  add_dependencies(temper_cuda temper_torch_cuda_name)
  set_target_properties(temper_cuda PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}" CXX_VISIBILITY_PRESET hidden SKIP_BUILD_RPATH ON)
  add_dependencies(temper temper_cuda)
  install(TARGETS temper_cuda LIBRARY DESTINATION lib)
endfunction()
