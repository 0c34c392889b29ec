#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/regularize/dropout.h"
#include "temper/regularize/pass.h"

namespace temper::regularize {

/// Where the centres of blocks may lie.
enum class DropBlockForm : std::uint8_t { tensorflow, timm };

/// Squares of an activation become zero.
struct DropBlock {
  double rate = 0.1;
  std::int64_t block_size = 7;
  DropBlockForm form = DropBlockForm::tensorflow;
  bool couple_channels = false;

  static constexpr std::string_view kind = "drop_block";
  static constexpr About about = {
      .summary =
          "Squares of an activation become zero, since what lies beside a single element would "
          "tell what it was; the rest grows so that the mean stays. The paper lets the rate rise "
          "from 0 in a straight line: p = { schedule = \"linear\", peak = 0, final = 0.1 }.",
      .formula =
          "centres with probability gamma = p * h * w / (b^2 * (h - b + 1) * (w - b + 1)), b = "
          "block_size\n"
          "y = x * m * (elements / elements kept), m = 0 in the square around a centre, else 1\n"
          "tensorflow: centres only where the whole square lies within (also ResNet-RS)\n"
          "timm:       centres anywhere, squares are cut at the border",
      .paper =
          "Ghiasi et al. 2018, DropBlock: a regularization method for convolutional networks, "
          "arXiv:1810.12890"};
  static constexpr auto fields() {
    return std::tuple{
        drop_rate_field(&DropBlock::rate, "share of the elements that is dropped, nearly"),
        field(&DropBlock::block_size,
              {.name = "block_size",
               .meaning = "side of a square; a smaller activation is dropped as a whole",
               .unit = "elements",
               .bounds = {1, 1024}}),
        field(&DropBlock::form,
              {.name = "form", .meaning = "where the centres of squares may lie"}),
        field(&DropBlock::couple_channels,
              {.name = "couple_channels",
               .meaning = "all channels of an image lose the same squares, timm's default"})};
  }
};

/// The probability that an element is the centre of a square.
double centre_rate(const DropBlock& options, std::int64_t height, std::int64_t width);

/// What the activation is multiplied by, from the centres that were drawn.
/// @param centres  [n, c or 1, h, w], 1 where one is drawn, else 0
at::Tensor block_noise(const DropBlock& options, const at::Tensor& centres);

/// The same from an address.
/// @param x  [n, c, h, w]
at::Tensor noise(const DropBlock& options, const at::Tensor& x, const Address& address);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::DropBlockForm> {
  static constexpr std::array<std::string_view, 2> value{"tensorflow", "timm"};
};
