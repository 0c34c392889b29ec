#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/model/layers.h"
#include "temper/model/resnet_plan.h"

/// What residual networks of all versions are made of beside the branches of their blocks.
namespace temper::model {

/// The layers before the first stage.
class StemLayers {
 public:
  StemLayers(Weights& weights, const ResNetPlan& plan, const ResNet& options,
             std::int64_t channels);

  /// The counter of the first normalization; not of version v2.
  [[nodiscard]] std::string counter() const { return units_.front().normalise.counter(); }

  /// The convolutions; those of version v2 end without normalization and activation.
  [[nodiscard]] Value convolve(const Value& images, const Mode& mode) const;
  /// The reduction of the resolution after them.
  [[nodiscard]] Value pool(const Value& x, const Mode& mode) const;

 private:
  std::vector<ConvNorm> units_;
  std::optional<Convolution> last_;  ///< of version v2
  std::optional<ConvNorm> strided_;  ///< in place of max-pooling
  Stem form_;
  bool anti_alias_;
};

/// The shortcut of a block: the identity, or what brings its input to the size of its output.
class Shortcut {
 public:
  Shortcut(Weights& weights, const ResNetPlan::Block& block, const ResNet& options);

  [[nodiscard]] bool is_identity() const { return identity_; }
  [[nodiscard]] Value operator()(const Value& x, const Mode& mode) const;

 private:
  bool identity_;
  bool averages_ = false;      ///< 2 x 2 pixels, before the convolution
  std::int64_t stride_ = 1;    ///< of the subsampling
  std::int64_t appended_ = 0;  ///< channels
  std::optional<ConvNorm> project_;
  std::optional<Convolution> bare_;  ///< of version v2: a projection without normalization
};

/// The squeeze-and-excitation of a block; empty without the option.
std::optional<SqueezeExcitation> squeeze_excitation(Weights& weights,
                                                    const ResNetPlan::Block& block,
                                                    const ResNet& options);

}  // namespace temper::model
