#pragma once
#include <cstdint>

/// The interface between the program and its CUDA module (cuda/module.cpp, a separate shared
/// library): plain C, so that the program does not link to CUDA.
extern "C" {

struct TemperGpu {
  char name[256];
  std::int64_t memory;  ///< bytes
  std::int32_t bf16;    ///< 1: supports bfloat16
};

/// Describes CUDA device 0. Returns 0 when CUDA can use no device; name then holds the reason.
using TemperDescribeGpu = int(TemperGpu*);
}
