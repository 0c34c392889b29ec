#pragma once
#include "temper/model/network.h"

namespace temper::evaluate {

/// Lets a network compute in float during its lifetime.
class InFloat {
 public:
  explicit InFloat(model::Network& network) : network_(network), format_(network.format()) {
    network_.set_format(at::kFloat);
  }
  ~InFloat() { network_.set_format(format_); }
  InFloat(const InFloat&) = delete;
  InFloat& operator=(const InFloat&) = delete;
  InFloat(InFloat&&) = delete;
  InFloat& operator=(InFloat&&) = delete;

 private:
  model::Network& network_;
  at::ScalarType format_;
};

}  // namespace temper::evaluate
