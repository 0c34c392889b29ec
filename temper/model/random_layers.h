#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/model/network.h"
#include "temper/model/random_options.h"
#include "temper/model/value.h"
#include "temper/regularize/pass.h"

namespace temper::model {

/// The random layers of a residual network. Without options, and in the graph of a network, every
/// call returns its argument, but for the factor of branch() in evaluation.
/// `training` is whether the layer is in training mode, which a frozen one never is.
class RandomLayers {
 public:
  /// Throws Error{Code::usage} for options that exclude each other or name no layer.
  /// @param stages  number of blocks of each stage
  RandomLayers(RandomOptions options, std::span<const std::int64_t> stages);

  /// Sets the same options with other rates.
  void update_rates(RandomOptions options) { options_ = std::move(options); }
  void begin(const regularize::Pass& pass) { pass_ = pass; }
  /// @return whether there are layers that it affects
  bool set_noise(Noise when);

  [[nodiscard]] Value input(const Value& images, bool training) const;
  [[nodiscard]] Value stem(const Value& x, bool training) const;
  [[nodiscard]] Value head(const Value& features, bool training) const;

  /// Whether a block is skipped for the whole batch. @param block  0-based, over all stages
  [[nodiscard]] bool skips(std::size_t block, bool training) const;
  /// Applied after convolution `index` (0-based) of the block.
  [[nodiscard]] Value convolved(const Value& x, std::size_t block, std::size_t index,
                                bool training) const;
  /// Whether convolved() after the last convolution or branch() changes the block's branch.
  [[nodiscard]] bool alters_branch(std::size_t block, bool training) const;
  /// Applied at the end of the branch of a block that is not skipped.
  [[nodiscard]] Value branch(const Value& x, std::size_t block, bool training) const;
  /// Applied to the shortcut.
  [[nodiscard]] Value shortcut(const Value& x, std::size_t block, bool training) const;

 private:
  /// A dropout at a place.
  struct PlacedDropout {
    std::size_t option;
    std::string name;  ///< such as "drop_block"; a second one of the kind is "drop_block.1"
  };

  /// @param spot  within a block: "conv1", ... or "shortcut"
  [[nodiscard]] Value drop(const Value& x, std::size_t place, std::string_view spot,
                           bool training) const;
  /// Of the layer with that name at a place.
  [[nodiscard]] regularize::Address address(std::size_t place, std::string_view layer) const;
  [[nodiscard]] bool drops(bool training) const;
  [[nodiscard]] double rate_of(std::size_t block) const;
  [[nodiscard]] bool random_depth(bool training) const { return training && when_ != Noise::never; }

  RandomOptions options_;
  std::vector<Place> places_;                         ///< input, stem, head, blocks
  std::vector<regularize::Depth> depths_;             ///< of the blocks
  std::vector<std::vector<PlacedDropout>> dropouts_;  ///< by place
  regularize::Pass pass_;
  Noise when_ = Noise::training;
};

}  // namespace temper::model
