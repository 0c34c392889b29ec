#pragma once
#include <cstdint>
#include <string>

namespace temper::train {

/// What the last bits of a run depend on, apart from its recipe and data.
struct Platform {
  std::string device;
  std::int64_t threads = 0;
  std::string instruction_set;  ///< "AVX2": what LibTorch's kernels run on
  std::string libtorch;
};

/// "threads: 2 there, 4 now; LibTorch: ..."; "" where there is no difference.
std::string differences(const Platform& there, const Platform& now);

}  // namespace temper::train
