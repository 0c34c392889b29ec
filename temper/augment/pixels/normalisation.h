#pragma once
#include <array>
#include <cstdint>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"

namespace temper::augment {

/// Mean and standard deviation of each channel, of samples scaled to [0, 1].
struct Normalisation {
  std::vector<double> mean;  ///< one per channel
  std::vector<double> std;   ///< one per channel, > 0
  bool operator==(const Normalisation&) const = default;

  static constexpr auto keys() {
    return std::tuple{key("mean", &Normalisation::mean), key("std", &Normalisation::std)};
  }
};

/// Whether two lists of means or deviations are those of the same images: they agree in all digits
/// that are written.
bool agree(const std::vector<double>& a, const std::vector<double>& b);

/// Mean and standard deviation of ImageNet's training set, which pretrained networks expect. For
/// grayscale they are the means over its three channels.
Normalisation imagenet_normalisation(int channels);

/// (sample / 255 - mean) / std in float, in the order of torchvision's ToTensor and Normalize, for
/// every channel and 8-bit sample.
class NormalisationTable {
 public:
  /// For kernels::normalise_fused(): the channels' constants in turn, three vectors of 16 lanes.
  struct Constants {
    using Lanes = std::array<float, 48>;
    Lanes mean{};
    Lanes std{};
    Lanes reciprocal{};  ///< 1 / std
  };

  NormalisationTable() = default;
  /// Throws Error{Code::usage} unless there are 1 or 3 finite means and as many positive
  /// deviations.
  explicit NormalisationTable(const Normalisation& normalisation);

  [[nodiscard]] int channels() const { return channels_; }
  [[nodiscard]] const float* channel(int c) const {
    return values_[static_cast<std::size_t>(c)].data();
  }

  [[nodiscard]] const Constants& constants() const { return constants_; }
  /// Whether kernels::normalise_fused() gives exactly these values.
  [[nodiscard]] bool is_fused() const { return fused_; }

 private:
  int channels_ = 0;
  bool fused_ = false;
  Constants constants_;
  std::array<std::array<float, 256>, 3> values_{};
};

}  // namespace temper::augment
