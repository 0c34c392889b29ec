#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "temper/model/layers.h"
#include "temper/model/network.h"
#include "temper/model/random_layers.h"
#include "temper/model/value.h"
#include "temper/model/weights.h"

namespace temper::model {

/// A network made of temper's layers. A derived class makes its layers in its constructor, from the
/// input to the logits, and writes its forward pass once, as a function of values; all else that
/// training asks of a network is here.
class LayeredNetwork : public Network {
 public:
  void train(bool on) override { training_ = on; }
  void begin(const regularize::Pass& pass) override { random_.begin(pass); }
  bool set_noise(Noise when) override { return random_.set_noise(when); }
  void update_rates(const RandomOptions& options) override { random_.update_rates(options); }
  bool set_statistics_momentum(std::optional<double> momentum) override;
  bool set_norm_eval(bool on) override;
  bool set_batch_sums(std::shared_ptr<BatchSums> sums) override;

  [[nodiscard]] const std::vector<Parameter>& parameters() const override {
    return weights_.parameters();
  }
  [[nodiscard]] const std::vector<Buffer>& buffers() const override { return weights_.buffers(); }
  void to(at::Device device) override { weights_.to(device); }

  [[nodiscard]] std::int64_t stages() const override { return std::ssize(stage_ends_); }
  void freeze(std::int64_t count) override;

  [[nodiscard]] std::optional<Graph> graph(const Task& task) override;

 protected:
  LayeredNetwork(std::uint64_t seed, RandomLayers random,
                 Initialisation init = Initialisation::pytorch)
      : weights_(seed, init), random_(std::move(random)) {}

  /// The forward pass, images to logits.
  [[nodiscard]] virtual Value logits(const Value& images) const = 0;

  /// The tensors of the layers, for their constructors.
  Weights& weights() { return weights_; }
  [[nodiscard]] const RandomLayers& random() const { return random_; }
  [[nodiscard]] bool is_frozen(std::int64_t layer) const { return layer < first_trainable_layer_; }
  /// How the layers of a number, see Parameter::layer, compute: frozen ones as in evaluation.
  [[nodiscard]] Mode mode(std::int64_t layer) const {
    return {.training = training_ && !is_frozen(layer),
            .momentum = momentum_,
            .norm_eval = norm_eval_,
            .sums = sums_.get()};
  }
  /// That of a block, 0-based, or of what follows the last one; see make_blocks().
  [[nodiscard]] Mode block_mode(std::size_t block) const {
    return mode(static_cast<std::int64_t>(block) + 1);
  }
  /// Makes the blocks behind the stem, each a layer of its own and the stem the layer before them.
  /// The stem and every group of blocks is a stage; what is made next is the last layer.
  /// @param depths  number of blocks of each stage
  /// @param make    makes block `i` of a stage, both 0-based
  template <class Make>
  void make_blocks(std::span<const std::int64_t> depths, const Make& make) {
    end_stage();
    depths_.assign(depths.begin(), depths.end());
    for (std::size_t stage = 0; stage < depths.size(); ++stage) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(depths[stage]); ++i) {
        weights_.begin_layer();
        make(stage, i);
      }
      end_stage();
    }
    weights_.begin_layer();
  }
  /// Passes a value through all blocks.
  /// @param through  applies a block, by its number, 0-based over all stages
  template <class Through>
  [[nodiscard]] Value through_blocks(Value x, const Through& through) const {
    std::size_t block = 0;
    for (std::size_t stage = 0; stage < depths_.size(); ++stage) {
      const auto end = block + static_cast<std::size_t>(depths_[stage]);
      for (; block < end; ++block) x = through(block, x);
      x = transformed(std::move(x), static_cast<std::int64_t>(stage) + 1);
    }
    return x;
  }
  /// Ends a stage that can be frozen, with the layers made so far.
  void end_stage() { stage_ends_.push_back(weights_.layer() + 1); }

  at::Tensor compute(const at::Tensor& images) final { return logits(images).tensor(); }
  [[nodiscard]] bool casts_itself() const final { return true; }

 private:
  /// The output of a stage of blocks, counted from 1, as the pass has it.
  [[nodiscard]] Value transformed(Value x, std::int64_t stage) const;

  Weights weights_;
  RandomLayers random_;
  bool training_ = true;
  std::optional<double> momentum_;
  bool norm_eval_ = false;
  std::shared_ptr<BatchSums> sums_;
  std::int64_t first_trainable_layer_ = 0;
  std::vector<std::int64_t> depths_;      ///< number of blocks of each stage, without the stem
  std::vector<std::int64_t> stage_ends_;  ///< the layer after each stage's last
};

}  // namespace temper::model
