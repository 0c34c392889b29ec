#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/regularize/pass.h"

namespace temper::model {

/// What a network is fed and asked for.
struct Task {
  std::int64_t channels = 3;
  std::int64_t height = 32;  ///< pixels
  std::int64_t width = 32;   ///< pixels
  std::int64_t classes = 10;
};

/// What a parameter is, from the type of the module that holds it, never from its name.
enum class ParameterKind {
  weight,
  bias,
  norm,
  head  ///< the weight of the layer that gives the logits; of a user's module unknown, so `weight`
};

struct Parameter {
  std::string
      name;  ///< "layer1.0.conv1.weight": torchvision's and timm's names for temper's own networks
  at::Tensor value;
  ParameterKind kind;
  std::int64_t layer = 0;  ///< counted from the input, 0-based, as the network is made
};

struct Buffer {
  std::string name;  ///< "layer1.0.bn1.running_mean"
  at::Tensor value;
};

/// When random layers (dropout, stochastic depth) draw.
enum class Noise : std::uint8_t {
  training,       ///< in training mode
  never,          ///< in no mode: a training pass goes through the full network of evaluation
  dropout_always  ///< as `training`, and dropout in evaluation mode too: Monte Carlo dropout
};

/// A network as the trainer sees it: one forward pass, named parameters and buffers. temper's own
/// networks and a user's torch::nn::Module (see module.h) come behind this interface, so that few
/// files need LibTorch's module headers.
class Network {
 public:
  virtual ~Network() = default;

  /// @param images  float [n, channels, height, width], channels-last
  /// @return logits, float [n, classes]
  at::Tensor forward(const at::Tensor& images);

  /// The number format that layers compute in from now on, forward and backward: float (as built)
  /// or bfloat16. Parameters, their gradients, statistics and logits stay float.
  void set_format(at::ScalarType format) { format_ = format; }
  [[nodiscard]] at::ScalarType format() const { return format_; }

  /// Training mode (BatchNorm over the batch) or evaluation mode.
  virtual void train(bool on) = 0;

  /// From now on random layers draw what this pass addresses, until the next call.
  virtual void begin(const regularize::Pass& /*pass*/) {}

  /// @return whether there are random layers, which heed it
  virtual bool set_noise(Noise /*when*/) { return false; }

  /// How much of a batch's statistics a training pass puts into the running ones; nothing: as the
  /// network was built. @return whether there are running statistics
  virtual bool set_statistics_momentum(std::optional<double> /*momentum*/) { return false; }

  /// In a fixed order. The tensors are the network's own: writing into them (copy_) changes the
  /// network.
  [[nodiscard]] virtual const std::vector<Parameter>& parameters() const = 0;
  [[nodiscard]] virtual const std::vector<Buffer>& buffers() const = 0;

  /// Moves to a device, in channels-last layout; lists taken before are void.
  virtual void to(at::Device device) = 0;

  /// How many stages can be frozen, from the input on, the head not among them; 0: the network does
  /// not know of any.
  [[nodiscard]] virtual std::int64_t stages() const { return 0; }

  /// From now on the parameters of the first so many stages don't require a gradient and their
  /// normalisations stand in evaluation mode also in training; those of all others do, and follow
  /// train().
  /// @param count  in [0, stages()]
  virtual void freeze(std::int64_t /*count*/) {}

 protected:
  /// The forward pass. @return logits, float or in the network's format
  virtual at::Tensor compute(const at::Tensor& images) = 0;

  /// Whether compute() brings images and weights into the format itself. Where it does not,
  /// LibTorch's autocast does.
  [[nodiscard]] virtual bool casts() const { return false; }

 private:
  at::ScalarType format_ = at::kFloat;
};

/// Multiply-adds of one forward pass of one image: convolutions and matrix products, counted as
/// they are executed. Leaves the network in evaluation mode.
std::int64_t multiply_adds(Network& network, const Task& task);

std::int64_t parameter_count(const Network& network);

}  // namespace temper::model
