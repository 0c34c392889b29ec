#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "temper/core/fields.h"
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"
#include "temper/corrupt/benchmark/kind.h"
#include "temper/corrupt/kinds/frost.h"

namespace temper::corrupt {

/// Published implementations, which differ in motion blur, snow, frost's size, elastic_transform
/// and the alignment of zoom_blur.
enum class Dialect : std::uint8_t {
  hendrycks,        ///< the scripts that made ImageNet-C and CIFAR-10-C; motion blur by ImageMagick
  imagecorruptions  ///< the package imagecorruptions 1.1.2, for pictures of any size
};

/// Constants of the severities.
enum class ConstantSet : std::uint8_t {
  automatic,  ///< those of CIFAR for pictures whose shorter side is at most 32 pixels
  imagenet,
  cifar
};

struct Options {
  Dialect dialect = Dialect::hendrycks;
  ConstantSet constants = ConstantSet::automatic;
  std::shared_ptr<const FrostPictures> frost = {};  ///< null: computed frost
};

/// Whether a picture of that size is corrupted with the constants of CIFAR.
bool uses_cifar(ConstantSet constants, std::int64_t height, std::int64_t width);

/// Throws Error{Code::usage} unless the severity is 1 to 5.
void check_severity(std::int64_t severity);

/// Corrupts a picture, in place; its size and channels stay. A gray picture is corrupted like an
/// RGB picture of three equal channels that all get the same noise; where colors come in (frost,
/// spatter) by their luma.
/// @param image     1 or 3 channels, at least one pixel
/// @param severity  1 to 5
/// @param draws     in the order of the published code
void corrupt(io::Image& image, Kind kind, int severity, const Options& options, Draws& draws,
             Workspace& memory);

/// The random numbers for one image of a set, the same for every network.
AddressedDraws draws_for(std::uint64_t seed, Kind kind, int severity, std::uint64_t image);

}  // namespace temper::corrupt

template <>
struct temper::EnumNames<temper::corrupt::Dialect> {
  static constexpr std::array<std::string_view, 2> value{"hendrycks", "imagecorruptions"};
};

template <>
struct temper::EnumNames<temper::corrupt::ConstantSet> {
  static constexpr std::array<std::string_view, 3> value{"auto", "imagenet", "cifar"};
};
