#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "temper/model/dropout.h"
#include "temper/model/network.h"
#include "temper/regularize/pass.h"
#include "temper/regularize/shake_drop.h"
#include "temper/regularize/stochastic_depth.h"

namespace temper::model {

/// What a residual network does at random.
struct RandomOptions {
  std::optional<regularize::StochasticDepth> stochastic_depth;
  std::optional<regularize::ShakeDrop> shake_drop;
  std::vector<Dropout> dropout;
};

/// The random layers of a residual network, between its other ones. Without options every call
/// gives back what it was given. `training` says whether the layer at hand trains: a frozen one
/// does not.
class RandomLayers {
 public:
  /// Throws Error{Code::usage} for options that don't go together or name no layer.
  /// @param stages  the blocks of each
  RandomLayers(RandomOptions options, std::span<const std::int64_t> stages);

  /// The same options with other rates.
  void follow(RandomOptions options) { options_ = std::move(options); }
  void begin(const regularize::Pass& pass) { pass_ = pass; }
  /// @return whether there are layers that heed it
  bool set_noise(Noise when);

  [[nodiscard]] at::Tensor input(const at::Tensor& images, bool training) const;
  [[nodiscard]] at::Tensor stem(const at::Tensor& x, bool training) const;
  [[nodiscard]] at::Tensor head(const at::Tensor& features, bool training) const;

  /// Whether a block is left out for the whole batch. @param block  0-based, over all stages
  [[nodiscard]] bool skips(std::size_t block, bool training) const;
  /// After convolution `unit` of the block.
  [[nodiscard]] at::Tensor unit(const at::Tensor& x, std::size_t block, std::size_t unit,
                                bool training) const;
  /// Whether unit() after the last convolution or branch() changes the block's branch.
  [[nodiscard]] bool alters_branch(std::size_t block, bool training) const;
  /// The end of the branch of a block that is not left out.
  [[nodiscard]] at::Tensor branch(const at::Tensor& x, std::size_t block, bool training) const;
  /// What goes around the branch.
  [[nodiscard]] at::Tensor around(const at::Tensor& x, std::size_t block, bool training) const;

 private:
  /// A dropout at a place.
  struct Here {
    std::size_t option;
    std::int64_t slot;  ///< no other one of the place has it
  };

  [[nodiscard]] at::Tensor drop(const at::Tensor& x, std::size_t place, std::size_t unit,
                                bool training) const;
  [[nodiscard]] regularize::Address address(std::size_t place, std::size_t unit,
                                            std::int64_t slot = 0) const;
  [[nodiscard]] bool drops(bool training) const;
  [[nodiscard]] double rate_of(std::size_t block) const;
  [[nodiscard]] bool random_depth(bool training) const { return training && when_ != Noise::never; }

  RandomOptions options_;
  std::vector<regularize::Depth> depths_;  ///< of the blocks
  std::vector<std::vector<Here>> here_;    ///< by place: input, stem, head, blocks
  regularize::Pass pass_;
  Noise when_ = Noise::training;
};

}  // namespace temper::model
