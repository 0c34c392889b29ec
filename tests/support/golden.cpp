#include "tests/support/golden.h"

#include <cstdlib>
#include <fstream>

namespace temper::testing {

std::string golden_path(const std::string& name) {
  const char* folder = std::getenv("TEMPER_GOLDEN_DIR");  // NOLINT(concurrency-mt-unsafe)
  return (folder != nullptr ? std::string(folder) : TEMPER_SOURCE_DIR "/tests/golden") + "/" + name;
}

nlohmann::json golden(const std::string& name) {
  nlohmann::json json;
  std::ifstream(golden_path(name)) >> json;
  return json;
}

}  // namespace temper::testing
