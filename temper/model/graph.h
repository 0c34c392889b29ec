#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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
};

enum class Operation : std::uint8_t {
  input,
  convolution,
  normalization,
  activation,
  linear,
  max_pool,
  mean,      ///< over height and width
  add,       ///< of two activations
  multiply,  ///< by another activation or by a constant
  pad        ///< with zeros
};

struct Node {
  Operation operation = Operation::input;
  Shape shape = {};                      ///< of the result
  std::vector<std::size_t> inputs = {};  ///< indices of earlier nodes
  std::string layer = {};                ///< that holds the tensors: "layer1.0.conv1"; empty: none
  std::string function = {};             ///< of an activation: "relu"
  Window window = {};                    ///< of a convolution or pooling
  double factor = 1;                     ///< of a multiplication by a constant
  std::array<std::int64_t, 4> sides{};   ///< pixels that `pad` adds: left, right, top, bottom
};

/// In the order of computation; the last node is the output.
struct Graph {
  std::vector<Node> nodes;
};

/// Multiply-adds of one forward pass of one image: convolutions and linear layers.
std::int64_t multiply_adds(const Graph& graph);

/// The side of the square of input pixels that one element of the activation before global pooling
/// depends on, including pixels beyond the image's border.
/// @return 1 for a graph without convolution and pooling
std::int64_t receptive_field(const Graph& graph);

}  // namespace temper::model
