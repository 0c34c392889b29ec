#pragma once
#include <cstdint>

/// The interface between the program and its CUDA module (cuda/module.cpp, a separate shared
/// library): plain C, so that the program does not link to CUDA.
extern "C" {

struct TemperGpu {
  char name[256];
  std::int64_t memory;  ///< bytes
  std::int32_t bf16;    ///< 1: supports bfloat16
  char id[64];          ///< its UUID
};

/// Describes CUDA device 0. Returns 0 when CUDA can use no device; name then holds the reason.
using TemperDescribeGpu = int(TemperGpu*);

/// Joins the CUDA devices 0 of all processes by NCCL, see distributed::JoinGpus. A module that was
/// built without NCCL's header lacks it.
using TemperJoinGpus = void*(const void* store, int rank, int size);
}
