#pragma once
#include <cstdint>

/// What the program and its CUDA module (cuda/module.cpp, a shared library of its own) say to each
/// other: plain C, so that the program links to nothing of CUDA.
extern "C" {

struct TemperGpu {
  char name[256];
  std::int64_t memory;  ///< bytes
  std::int32_t bf16;    ///< 1: computes in bfloat16
};

/// Describes CUDA's device 0. Returns 0 when there is none that CUDA can use; name then says why.
using TemperDescribeGpu = int(TemperGpu*);
}
