#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

/// The graph of a network in evaluation mode, without random layers: what is computed from an
/// image, in order. It is recorded by the same code that computes (see value.h).
namespace temper::model {

/// The size of an activation of one image; of a feature vector height and width are 1.
struct Shape {
  std::int64_t channels = 0;
  std::int64_t height = 1;  ///< pixels
  std::int64_t width = 1;   ///< pixels

  bool operator==(const Shape&) const = default;
};

/// The geometry of a convolution or pooling.
struct Window {
  std::int64_t kernel = 1;   ///< height and width, pixels
  std::int64_t stride = 1;   ///< pixels
  std::int64_t padding = 0;  ///< on every side, pixels
  std::int64_t groups = 1;   ///< of a convolution

  /// Padded so that with stride 1 the output is as large as the input.
  static Window same(std::int64_t kernel, std::int64_t stride = 1, std::int64_t groups = 1) {
    return {.kernel = kernel, .stride = stride, .padding = kernel / 2, .groups = groups};
  }
  [[nodiscard]] Shape output(const Shape& input, std::int64_t channels) const;
  bool operator==(const Window&) const = default;
};

/// The operations of networks.
enum class Operation : std::uint8_t {
  input,
  convolution,
  normalization,
  layer_normalization,  ///< over the channels of each pixel
  activation,
  linear,  ///< over the channels of each pixel
  max_pool,
  average_pool,  ///< of the pixels that are there, where the window reaches beyond the border
  blur_pool,     ///< (1 2 1) / 4 in both directions; the border is reflected
  mean,          ///< over height and width
  add,           ///< of two activations
  multiply,      ///< by another activation, one factor per channel of each image, or by a constant
  scale,         ///< by a factor per channel, the parameter that `layer` names
  pad            ///< with zeros
};

struct Node {
  Operation operation = Operation::input;
  Shape shape = {};                      ///< of the result
  std::vector<std::size_t> inputs = {};  ///< indices of earlier nodes
  std::string layer = {};                ///< that holds the tensors: "layer1.0.conv1"; empty: none
  std::string function = {};             ///< of an activation: "relu"
  Window window = {};                    ///< of a convolution or pooling
  double factor = 1;                     ///< of a multiplication by a constant
  double epsilon = 0;                    ///< of a normalization
  std::array<std::int64_t, 4> sides{};   ///< pixels that `pad` adds: left, right, top, bottom
  std::int64_t appended = 0;             ///< channels that `pad` adds
};

/// In the order of computation; the last node is the output.
struct Graph {
  std::vector<Node> nodes;
};

/// Multiply-adds of one forward pass of one image: convolutions, fixed filters among them, and
/// linear layers.
std::int64_t multiply_adds(const Graph& graph);
/// Those of one node of the graph.
std::int64_t multiply_adds(const Graph& graph, const Node& node);

/// The side of the square of input pixels that one element of the activation before global pooling
/// depends on, including pixels beyond the image's border.
/// @return 1 for a graph without convolution and pooling
std::int64_t receptive_field(const Graph& graph);

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::Operation> {
  static constexpr std::array<std::string_view, 14> value{
      "input",      "convolution", "normalization", "layer normalization",
      "activation", "linear",      "max-pool",      "average-pool",
      "blur-pool",  "mean",        "add",           "multiply",
      "scale",      "pad"};
};
