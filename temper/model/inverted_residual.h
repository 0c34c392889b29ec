#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "temper/model/layers.h"
#include "temper/model/network.h"
#include "temper/model/random_options.h"

/// Networks of inverted residual blocks (arXiv:1801.04381), the family of EfficientNet and
/// MobileNetV3, with timm's parameter names.
namespace temper::model {

/// What a network of the family consists of.
struct InvertedResidualPlan {
  struct Block {
    std::int64_t in;
    std::int64_t inner;  ///< channels of the depthwise convolution
    std::int64_t out;
    std::int64_t kernel;  ///< of the depthwise convolution, pixels
    std::int64_t stride;
    Activation function;
    std::int64_t squeezed;  ///< channels of the squeeze-and-excitation; 0: none
    bool expands;  ///< a 1 x 1 convolution to the inner channels precedes the depthwise one

    [[nodiscard]] bool has_shortcut() const { return stride == 1 && in == out; }
  };

  Padding padding;
  double epsilon;  ///< of batch normalization
  std::int64_t stem_width;
  Activation function;  ///< of stem and head
  Activation squeeze_function;
  Activation gate;
  std::vector<std::vector<Block>> stages;
  std::int64_t last_width;  ///< channels of the last 1 x 1 convolution before pooling
  std::string last_name;    ///< "conv_head"; its normalization is last_norm
  std::string last_norm;
  std::int64_t head_width;  ///< features of a layer between pooling and logits; 0: none
};

std::unique_ptr<Network> build_inverted_residual(const InvertedResidualPlan& plan,
                                                 const RandomOptions& options, const Task& task,
                                                 std::uint64_t seed, Initialisation init);

}  // namespace temper::model
