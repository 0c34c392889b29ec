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

/// Where the centers of dropped squares may lie.
enum class DropBlockForm : std::uint8_t { tensorflow, timm };

/// Square regions of an activation are set to zero.
struct DropBlock {
  double rate = 0.1;
  std::int64_t block_size = 7;
  DropBlockForm form = DropBlockForm::tensorflow;
  bool couple_channels = false;

  static constexpr std::string_view kind = "drop_block";
  static constexpr About about = {
      .summary =
          "Square regions of an activation are set to zero, because neighboring elements would "
          "reveal the value of a single dropped one; the remaining elements are scaled up so that "
          "the mean is preserved. The paper increases the rate linearly from 0: p = { schedule "
          "= \"linear\", peak = 0, final = 0.1 }.",
      .formula =
          "centers with probability gamma = p * h * w / (b^2 * (h - b + 1) * (w - b + 1)), b = "
          "block_size\n"
          "y = x * m * (elements / elements kept), m = 0 in the square around a center, else 1\n"
          "tensorflow: centers only where the whole square lies within (also ResNet-RS)\n"
          "timm:       centers anywhere, squares are cut off at the border",
      .paper =
          "Ghiasi et al. 2018, DropBlock: a regularization method for convolutional networks, "
          "arXiv:1810.12890"};
  static constexpr auto fields() {
    return std::tuple{
        drop_rate_field(&DropBlock::rate, "approximate share of the elements that are dropped"),
        field(&DropBlock::block_size,
              {.name = "block_size",
               .meaning =
                   "side length of a square; an activation smaller than that is dropped as a whole",
               .unit = "elements",
               .bounds = {1, 1024}}),
        field(&DropBlock::form,
              {.name = "form",
               .meaning = "tensorflow: only squares that lie within the activation as a whole; "
                          "timm: also squares that are cut off at its border"}),
        field(&DropBlock::couple_channels,
              {.name = "couple_channels",
               .meaning =
                   "drop the same squares in all channels of an image, as timm does by default"})};
  }
};

/// The probability that an element is the center of a square.
double centre_rate(const DropBlock& options, std::int64_t height, std::int64_t width);

/// The mask that the activation is multiplied by, from the centers that were drawn.
/// @param centres  [n, c or 1, h, w], 1 at a center, else 0
at::Tensor block_noise(const DropBlock& options, const at::Tensor& centres);

/// The same with centers drawn from an address.
/// @param x  [n, c, h, w]
at::Tensor noise(const DropBlock& options, const at::Tensor& x, const Address& address);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::DropBlockForm> {
  static constexpr std::array<std::string_view, 2> value{"tensorflow", "timm"};
};
