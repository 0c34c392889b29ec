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

/// Where a form of dropout stands unless told otherwise, as in its paper.
template <class Form>
inline constexpr std::string_view kUsualPlace = "head";
template <>
inline constexpr std::string_view kUsualPlace<regularize::SpatialDropout> = "stages";
template <>
inline constexpr std::string_view kUsualPlace<regularize::DropBlock> = "last stages";

/// A form of dropout at layers of a network.
template <class Form>
struct At : Form {
  std::string at{kUsualPlace<Form>};

  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{field(
            &At::at,
            {.name = "at",
             .meaning = "where: input (the images), stem, stage 1, stage 2, ..., stages, last "
                        "stages (two), all (stem and stages), a block by its name such as "
                        "layer2.0: after every convolution there, drop_block also on the way "
                        "around a block's; head: before the layer that gives the logits"})},
        Form::fields());
  }
};

using Dropout = std::variant<At<regularize::Dropout>, At<regularize::SpatialDropout>,
                             At<regularize::GaussianDropout>, At<regularize::DropBlock>>;

/// A place of a network where dropout may stand.
struct Place {
  std::string name;          ///< "input", "stem", "layer2.0", "head"
  std::int64_t stage = -1;   ///< 0: the stem, 1, 2, ...: stages; -1: none
  bool has_channels = true;  ///< its activation is [n, c, h, w], else [n, features]
};

/// The places that an option names, by index.
/// Throws Error{Code::usage} where it names none, or one that the form can't stand at.
/// @param path  what the message calls the option, "model.dropout.0"
std::vector<std::size_t> select(const Dropout& option, std::span<const Place> places,
                                std::string_view path);

}  // namespace temper::model
