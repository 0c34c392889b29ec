#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "temper/core/fields.h"
#include "temper/regularize/drop_block.h"
#include "temper/regularize/dropout.h"

namespace temper::model {

/// The default place of a form of dropout, that of its paper.
template <class Form>
inline constexpr std::string_view kUsualPlace = "head";
template <>
inline constexpr std::string_view kUsualPlace<regularize::SpatialDropout> = "stages";
template <>
inline constexpr std::string_view kUsualPlace<regularize::DropBlock> = "last stages";

/// A form of dropout, and the layers of a network that it is applied at.
template <class Form>
struct DropoutAt : Form {
  std::string at{kUsualPlace<Form>};

  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{field(
            &DropoutAt::at,
            {.name = "at",
             .meaning = "where it is applied: input (the images), stem, stage 1, stage 2, ..., "
                        "stages, last stages (two), all (stem and stages), a block by its name "
                        "such as layer2.0: after every convolution there, drop_block also on the "
                        "shortcut of a block; head: before the layer that gives the logits"})},
        Form::fields());
  }
};

using Dropout =
    std::variant<DropoutAt<regularize::Dropout>, DropoutAt<regularize::SpatialDropout>,
                 DropoutAt<regularize::GaussianDropout>, DropoutAt<regularize::DropBlock>>;

/// A place in a network where dropout can be applied.
struct Place {
  std::string name;          ///< "input", "stem", "layer2.0", "head"
  std::int64_t stage = -1;   ///< 0: the stem, 1, 2, ...: stages; -1: none
  bool has_channels = true;  ///< its activation is [n, c, h, w], else [n, features]
};

/// The indices of the places that an option selects.
/// Throws Error{Code::usage} if there is none, or one where the form can't be applied.
/// @param path  the option's path in messages, "model.dropout.0"
std::vector<std::size_t> select(const Dropout& option, std::span<const Place> places,
                                std::string_view path);

}  // namespace temper::model
