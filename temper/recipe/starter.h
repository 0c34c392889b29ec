#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace temper::recipe {

/// A starter recipe: every key with its value and meaning.
/// @param source  "fashion-mnist", or a folder of images
/// @param name    of the run; "": run_name() of the source
std::string starter(const std::string& source, const std::string& name = {});

/// The name of a run: the last component of the path of its data or recipe, without a file's
/// extension.
std::string run_name(const std::string& path);

/// Images whose shorter side has at most this many pixels are used at their own size, with a
/// network for small images.
inline constexpr std::int64_t kSmallImages = 64;

/// Weights of an earlier training.
struct PretrainedSummary {
  std::string from;         ///< as pretrained.from
  std::string network;      ///< "tf_efficientnet_lite0"; "": not known
  std::int64_t stages = 0;  ///< of the network, that can be frozen
  bool batch_norm = false;  ///< the network has BatchNorm layers
  /// Edits of a recipe that give it the network and the input that the weights were trained with.
  std::vector<std::string> edits = {};
};

/// Properties of a data set from which a recipe is chosen.
struct DataSummary {
  std::string source;       ///< as data.source
  std::int64_t images = 0;  ///< of the training set, before validation images are held out
  std::int64_t classes = 0;
  std::int64_t values = 0;  ///< number of regression targets; > 0: there are no classes
  /// Images of each class, or one number of images with values; the other images have no label.
  std::vector<std::int64_t> labelled = {};
  std::int64_t side = 0;    ///< median of the images' shorter sides, in pixels
  bool same_size = false;   ///< all images have one size
  bool validation = false;  ///< the data has a validation set of its own
  bool gpu = false;
  std::optional<PretrainedSummary> pretrained = {};
  std::string name = {};  ///< of the run; "": run_name() of the source
};

/// "of 10 classes", or for regression "with 2 values".
std::string targets_text(std::int64_t classes, std::int64_t values);

/// A recipe chosen for the data, and the reasons.
struct Choice {
  struct Reason {
    std::string what;  ///< "network"
    std::string why;   ///< "ResNet-18 at 128 x 128 pixels: ..."
  };
  std::string recipe;  ///< every key with its value and meaning
  std::vector<Reason> reasons;
};

/// Chooses the network, its input size, the batch size, epochs, learning rate, averaging, sampling
/// and validation by the number, size and class balance of the images and by the device;
/// fine-tuning where there are pretrained weights. The choice is a function of `found` alone.
Choice choose(const DataSummary& found);

}  // namespace temper::recipe
