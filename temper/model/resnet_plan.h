#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/model/graph.h"
#include "temper/model/network.h"
#include "temper/model/resnet.h"

namespace temper::model {

/// The shape of the residual network that options and a task describe.
struct ResNetPlan {
  /// One convolution of a block's branch.
  struct Unit {
    std::int64_t in = 0;
    std::int64_t out = 0;
    Window window = {};
    bool blurred = false;  ///< blur_pool() follows it

    bool operator==(const Unit&) const = default;
  };
  struct Block {
    std::string name;
    std::int64_t in = 0;
    std::int64_t stride = 1;
    std::vector<Unit> branch = {};

    [[nodiscard]] std::int64_t out() const { return branch.back().out; }
    /// Whether input and output have different sizes.
    [[nodiscard]] bool changes_size() const { return stride != 1 || in != out(); }
    bool operator==(const Block&) const = default;
  };

  Stem stem;                ///< not automatic
  std::int64_t stem_width;  ///< channels
  std::vector<std::vector<Block>> stages;
  std::vector<std::int64_t> depths;  ///< number of blocks of each stage

  bool operator==(const ResNetPlan&) const = default;
};

/// Throws Error{Code::usage} for options that describe no network.
ResNetPlan plan(const ResNet& options, const Task& task);

}  // namespace temper::model
