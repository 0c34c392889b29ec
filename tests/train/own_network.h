#pragma once
#include <cstdint>
#include <vector>

#include "temper/model/network.h"
#include "temper/model/weights.h"

namespace temper::train::small {

/// A user's network, which has no graph. What derives from it makes layers of `weights_` and
/// computes with them.
class OwnNetwork : public model::Network {
 public:
  explicit OwnNetwork(std::uint64_t seed) : weights_(seed) {}

  void train(bool on) override { training_ = on; }
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return weights_.parameters();
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override {
    return weights_.buffers();
  }
  void to(at::Device device) override { weights_.to(device); }

 protected:
  model::Weights weights_;
  bool training_ = true;
};

}  // namespace temper::train::small
