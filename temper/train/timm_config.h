#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pixels/interpolation.h"
#include "temper/augment/pixels/normalisation.h"

namespace temper::train {

/// The crop_mode of evaluation that temper has.
inline constexpr std::string_view kCenter = "center";

/// The config.json beside weights, in the form of timm 1.0.31 that Hugging Face's libraries read,
/// too (timm.models.load_model_config_from_path, timm.data.resolve_data_config). What a file leaves
/// out has timm's default. Evaluation is that of timm's validate.py, use_test_size=True.
struct TimmConfig {
  std::string architecture;                     ///< "resnet50"
  std::int64_t classes = 1000;                  ///< num_classes: outputs of the network
  std::vector<std::string> class_names;         ///< label_names: one per output, or none
  std::vector<std::string> class_descriptions;  ///< label_descriptions: one per name or "", or none
  std::vector<std::int64_t> input = {3, 224, 224};  ///< input_size: channels, height, width
  std::vector<std::int64_t> test_input;   ///< test_input_size: in evaluation; empty: `input`
  augment::Normalisation normalisation;   ///< mean and std, one per channel
  double crop_ratio = 0.875;              ///< crop_pct
  std::optional<double> test_crop_ratio;  ///< test_crop_pct: in evaluation; empty: `crop_ratio`
  augment::Interpolation interpolation = augment::Interpolation::bicubic;
  std::string crop_mode{kCenter};  ///< kCenter, or what temper does not have: "squash", "border"

  // Written, and ignored when a file is read.
  std::int64_t features = 0;      ///< num_features: inputs of the classifier
  std::string classifier;         ///< name of the classifier's layer: "fc"
  std::string first_convolution;  ///< first_conv: "conv1"
};

/// A number for each channel: the same for all where there is one, and for gray images the mean
/// over the color channels.
std::vector<double> for_channels(const std::vector<double>& values, std::int64_t channels);

/// Throws Error{Code::data} for text that is no such configuration, one with arguments of the
/// network (model_args) that change it, and values that temper has no equivalent of, each with the
/// key, what was found and what was expected; a crop_mode that timm has is left to the caller.
/// @param file  for messages
TimmConfig parse_timm_config(std::string_view text, const std::string& file);

/// The file's text.
std::string to_text(const TimmConfig& config);

}  // namespace temper::train
