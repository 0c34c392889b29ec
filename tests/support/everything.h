#pragma once
#include <cstdlib>

namespace temper::testing {

/// Whether all cases are to be tried instead of a sample: `scripts/test --all`.
inline bool everything() {
  return std::getenv("TEMPER_TEST_EVERYTHING") != nullptr;  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace temper::testing
