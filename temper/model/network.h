#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/model/graph.h"
#include "temper/model/random_options.h"
#include "temper/regularize/pass.h"

namespace temper::model {

class BatchSums;  // normalise.h

/// The input and output sizes of a network.
struct Task {
  std::int64_t channels = 3;
  std::int64_t height = 32;  ///< pixels
  std::int64_t width = 32;   ///< pixels
  std::int64_t classes = 10;
};

/// The kind of a parameter, from the type of the module that holds it, never from its name.
enum class ParameterKind {
  weight,
  bias,
  norm_weight,  ///< gamma of a normalization or of a layer scale
  norm_bias,    ///< beta of a normalization
  head  ///< the weight of the layer that gives the logits; not known for a user's module: `weight`
};

struct Parameter {
  std::string
      name;  ///< "layer1.0.conv1.weight": torchvision's and timm's names for temper's own networks
  at::Tensor value;
  ParameterKind kind;
  std::int64_t layer = 0;  ///< counted from the input, 0-based, in order of construction
  at::Tensor copy = {};    ///< see CastParameter::copy(); undefined: the layer has none
};

struct Buffer {
  std::string name;  ///< "layer1.0.bn1.running_mean"
  at::Tensor value;
  bool fixed = false;  ///< a weight that is not trained; otherwise a statistic or a counter
};

/// Names of buffers that count training passes.
struct BlockCounters {
  std::string passes;               ///< counts all of them
  std::vector<std::string> blocks;  ///< those in which a block was executed, see stochastic depth
};

/// Gives images batch by batch, as the network gets them: float [n, channels, height, width] on the
/// CPU, channels-last; after the last batch an undefined tensor.
using ImageBatches = std::function<at::Tensor()>;

/// When random layers (dropout, stochastic depth) are active.
enum class Noise : std::uint8_t {
  training,       ///< in training mode
  never,          ///< not even in training mode: a training pass uses the full network
  dropout_always  ///< as `training`, and dropout in evaluation mode too: Monte Carlo dropout
};

/// A function of what a stage of blocks gives for a batch: maps of [n, channels, height, width],
/// whose shape and number format it keeps.
struct StageTransform {
  std::int64_t stage = 1;  ///< in [1, Network::stages() - 1]; the stem is none of them
  std::function<at::Tensor(const at::Tensor&)> apply;
};

/// The trainer's interface to a network: one forward pass, named parameters and buffers. temper's
/// own networks and a user's torch::nn::Module (see module.h) implement it, so that few files need
/// LibTorch's module headers.
class Network {
 public:
  virtual ~Network() = default;

  /// @param images     float [n, channels, height, width], channels-last
  /// @param transform  when not null, applied to the output of its stage in this pass; throws
  ///                   Error{Code::usage} where the network has no such stage
  /// @return logits, float [n, classes]
  at::Tensor forward(const at::Tensor& images, const StageTransform* transform = nullptr);

  /// Sets the number format of the layers' computation, forward and backward: float (the default)
  /// or bfloat16. Parameters, their gradients, statistics and logits stay float.
  void set_format(at::ScalarType format) { format_ = format; }
  [[nodiscard]] at::ScalarType format() const { return format_; }

  /// Sets training mode (BatchNorm uses batch statistics) or evaluation mode.
  virtual void train(bool on) = 0;

  /// Sets the address that random layers draw from until the next call.
  virtual void begin(const regularize::Pass& /*pass*/) {}

  /// @return whether there are random layers that it affects
  virtual bool set_noise(Noise /*when*/) { return false; }

  /// Sets the rates of random layers, after a schedule changed them.
  /// @param options  differ at most in rates from those that the network was built with
  virtual void update_rates(const RandomOptions& /*options*/) {}

  /// Sets the momentum of BatchNorm's running statistics; empty: the value that the network was
  /// built with. @return whether there are running statistics that training passes update
  virtual bool set_statistics_momentum(std::optional<double> /*momentum*/) { return false; }

  /// Keeps BatchNorm layers in evaluation mode also in training: they normalize with their running
  /// statistics, which stay as they are, while their scale and shift are trained.
  /// @return whether there are running statistics
  virtual bool set_norm_eval(bool /*on*/) { return false; }

  /// Makes BatchNorm layers normalize, in training, with the statistics of a batch that several
  /// processes share. Null: with those of the images that the network gets.
  /// @return whether there are such layers
  // NOLINTNEXTLINE(performance-unnecessary-value-param): networks with such layers keep it
  virtual bool set_batch_sums(std::shared_ptr<BatchSums> /*sums*/) { return false; }

  /// In a fixed order. The tensors are the network's own: writing into them (copy_) changes the
  /// network.
  [[nodiscard]] virtual const std::vector<Parameter>& parameters() const = 0;
  [[nodiscard]] virtual const std::vector<Buffer>& buffers() const = 0;

  /// Moves the network to a device, in channels-last layout; earlier lists become invalid.
  virtual void to(at::Device device) = 0;

  /// The graph of the network for images of a size; empty where it can't be recorded, as for a
  /// user's module.
  [[nodiscard]] virtual std::optional<Graph> graph(const Task& /*task*/) { return std::nullopt; }

  /// How often each block was executed in training; empty for a network without such counters.
  [[nodiscard]] virtual std::optional<BlockCounters> block_counters() const { return std::nullopt; }

  /// Number of stages that can be frozen, from the input on, without the head; 0: the network
  /// defines none.
  [[nodiscard]] virtual std::int64_t stages() const { return 0; }

  /// Freezes the first `count` stages and unfreezes the others. Parameters of frozen stages don't
  /// require a gradient, and their normalization layers stay in evaluation mode also in training.
  /// @param count  in [0, stages()]
  virtual void freeze(std::int64_t /*count*/) {}

  /// Freezes parameters that are trained for the first epochs alone. To be called before a step,
  /// after freeze(). @param epoch  of the step, 0-based
  virtual void begin_epoch(std::int64_t /*epoch*/) {}

  /// Number of training images that initial weights are computed from; 0: none are.
  [[nodiscard]] virtual std::int64_t initial_images() const { return 0; }

  /// Sets the initial weights that are computed from images: initial_images() of them, or all that
  /// there are. Without this call a new network has other initial weights there.
  virtual void initialise_from(const ImageBatches& /*next*/) {}

 protected:
  /// The forward pass. @return logits, float or in the network's format
  virtual at::Tensor compute(const at::Tensor& images) = 0;

  /// Whether compute() casts images and weights to the format itself; otherwise LibTorch's autocast
  /// is used.
  [[nodiscard]] virtual bool casts_itself() const { return false; }

  /// That of the current pass, which compute() of a network with stages of blocks applies; null:
  /// none.
  [[nodiscard]] const StageTransform* stage_transform() const { return transform_; }

 private:
  at::Tensor cast_and_compute(const at::Tensor& images);

  at::ScalarType format_ = at::kFloat;
  const StageTransform* transform_ = nullptr;
};

/// Multiply-adds of one forward pass of one image: convolutions and matrix products, from the
/// network's graph, or counted as they are executed where there is none, which leaves the network
/// in evaluation mode.
std::int64_t multiply_adds(Network& network, const Task& task);

/// The same, counted as they are executed. Leaves the network in evaluation mode.
std::int64_t executed_multiply_adds(Network& network, const Task& task);

std::int64_t parameter_count(const Network& network);

/// The weight of the layer that gives the logits; null where the network does not know it.
const Parameter* head_weight(const Network& network);

}  // namespace temper::model
