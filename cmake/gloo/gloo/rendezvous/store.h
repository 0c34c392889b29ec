#pragma once
// Declarations of Gloo, which LibTorch's libraries contain but whose headers its wheel does not: as
// many as torch/csrc/distributed/c10d/ProcessGroupGloo.hpp names. Debian's headers are of an older
// version, which does not fit. The virtual functions are those of the version in LibTorch 2.11, in
// their order; temper has no objects of this class, and the test of temper/distributed/group.h
// would notice another order.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace gloo::rendezvous {
class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string& key, const std::vector<char>& data) = 0;
  virtual std::vector<char> get(const std::string& key) = 0;
  virtual void wait(const std::vector<std::string>& keys) = 0;
  virtual void wait(const std::vector<std::string>& keys,
                    const std::chrono::milliseconds& timeout) = 0;
  virtual bool has_v2_support() { return false; }
  virtual std::vector<std::vector<char>> multi_get(const std::vector<std::string>& /*keys*/) {
    return {};
  }
  virtual void multi_set(const std::vector<std::string>& /*keys*/,
                         const std::vector<std::vector<char>>& /*values*/) {}
  virtual void append(const std::string& /*key*/, const std::vector<char>& /*data*/) {}
  virtual std::int64_t add(const std::string& /*key*/, std::int64_t /*value*/) { return 0; }
};
}  // namespace gloo::rendezvous
