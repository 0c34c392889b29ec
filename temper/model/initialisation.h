#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::model {

/// The distribution of initial weights, as in published networks; see ResNet's formula.
enum class Initialisation : std::uint8_t { pytorch, tensorflow, efficientnet, convnext, dirac };

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::Initialisation> {
  static constexpr std::array<std::string_view, 5> value{"pytorch", "tensorflow", "efficientnet",
                                                         "convnext", "dirac"};
};
