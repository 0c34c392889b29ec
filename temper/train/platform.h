#pragma once
#include <cstdint>
#include <string>
#include <tuple>

#include "temper/core/keys.h"

namespace temper::train {

/// What a run's exact bits depend on, besides its recipe and data.
struct Platform {
  std::string device;
  std::int64_t threads = 0;
  std::string instruction_set;  ///< "AVX2": that of LibTorch's kernels
  std::string libtorch;

  static constexpr auto keys() {
    return std::tuple{key("device", &Platform::device), key("threads", &Platform::threads),
                      key("instruction_set", &Platform::instruction_set),
                      key("libtorch", &Platform::libtorch)};
  }
};

/// "threads: 2 there, 4 now; LibTorch: ..."; "" without differences.
std::string differences(const Platform& there, const Platform& now);

}  // namespace temper::train
