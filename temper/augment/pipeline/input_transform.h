#pragma once
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "temper/augment/pipeline/fit.h"
#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/core/keys.h"
#include "temper/io/format/safetensors.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// Length of a picture's side in evaluation, at most.
inline constexpr std::int64_t kMaxSide = 65536;

/// Everything that turns a picture's file into a network's input outside training. It is saved with
/// the weights, so that a saved model reads pictures as its run did. What changes pixels belongs
/// here.
struct InputTransform {
  std::vector<std::int64_t> input;  ///< channels, height and width
  /// Height and width of the input that the network was built for and trained with; empty: those of
  /// `input`.
  std::vector<std::int64_t> network = {};
  io::Decode decode = io::Decode::exact;
  bool exif_orientation = false;  ///< rotate and mirror images according to their EXIF orientation
  /// An image of the size of network_size() is used as a whole: as it is where the input has the
  /// same size, else resized to the input. True where all images of a run have that size.
  bool keep_same_size = true;
  /// Length of the shorter side, to which other images are resized before the center crop.
  std::int64_t resize = 0;
  Interpolation interpolation = Interpolation::bilinear;
  bool antialias = true;
  Normalisation normalisation = {};

  bool operator==(const InputTransform&) const = default;
  [[nodiscard]] Size size() const { return {input.at(1), input.at(2)}; }
  [[nodiscard]] Size network_size() const {
    return network.empty() ? size() : Size{network.at(0), network.at(1)};
  }
  [[nodiscard]] io::DecodeOptions decoding() const {
    return {.channels = static_cast<int>(input.at(0)),
            .decode = decode,
            .exif_orientation = exif_orientation};
  }
  [[nodiscard]] Fit fit(const View& view = {}) const;

  static constexpr auto keys() {
    return std::tuple{key("input", &InputTransform::input),
                      key("network", &InputTransform::network),
                      key("decode", &InputTransform::decode),
                      key("exif_orientation", &InputTransform::exif_orientation),
                      key("keep_same_size", &InputTransform::keep_same_size),
                      key("resize", &InputTransform::resize),
                      key("interpolation", &InputTransform::interpolation),
                      key("antialias", &InputTransform::antialias),
                      inlined(&InputTransform::normalisation)};
  }
};

/// The metadata of a file of weights: each key in an entry of its own, "temper.mean".
io::Metadata to_metadata(const InputTransform& transform);

/// The transform in the metadata of a file of weights. Throws Error{Code::data} for a value that
/// to_metadata() does not write.
/// @param otherwise  has the values of the keys that the metadata lacks; a `resize` of 0 becomes
///                   automatic_side()
/// @param file       for messages
InputTransform from_metadata(const io::Metadata& metadata, const InputTransform& otherwise,
                             const std::string& file);

}  // namespace temper::augment
