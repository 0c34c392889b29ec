#pragma once
#include <cstdlib>
#include <string>

namespace temper::testing {

/// Where numbers that published code gave lie: below TEMPER_GOLDEN_DIR, which `temper selftest`
/// sets, else in the sources.
inline std::string golden_path(const std::string& name) {
  const char* folder = std::getenv("TEMPER_GOLDEN_DIR");  // NOLINT(concurrency-mt-unsafe)
  return (folder != nullptr ? std::string(folder) : TEMPER_SOURCE_DIR "/tests/golden") + "/" + name;
}

}  // namespace temper::testing
