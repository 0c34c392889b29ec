#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

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
};

struct Buffer {
  std::string name;  ///< "layer1.0.bn1.running_mean"
  at::Tensor value;
};

/// A network as the trainer sees it: one forward pass, named parameters and buffers. temper's own
/// networks and a user's torch::nn::Module (see module.h) come behind this interface, so that few
/// files need LibTorch's module headers.
class Network {
 public:
  virtual ~Network() = default;

  /// @param images  float [n, channels, height, width], channels-last
  /// @return logits, float [n, classes]
  virtual at::Tensor forward(const at::Tensor& images) = 0;

  /// Training mode (BatchNorm over the batch) or evaluation mode.
  virtual void train(bool on) = 0;

  /// In a fixed order. The tensors are the network's own: writing into them (copy_) changes the
  /// network.
  [[nodiscard]] virtual const std::vector<Parameter>& parameters() const = 0;
  [[nodiscard]] virtual const std::vector<Buffer>& buffers() const = 0;

  /// Moves to a device, in channels-last layout; lists taken before are void.
  virtual void to(at::Device device) = 0;
};

/// Multiply-adds of one forward pass of one image: convolutions and matrix products, counted as
/// they are executed. Leaves the network in evaluation mode.
std::int64_t multiply_adds(Network& network, const Task& task);

std::int64_t parameter_count(const Network& network);

}  // namespace temper::model
