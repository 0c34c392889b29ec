#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pipeline/input_transform.h"
#include "temper/data/sources/values.h"
#include "temper/io/image/image.h"
#include "temper/io/image/picture.h"
#include "temper/model/network.h"
#include "temper/train/plan.h"
#include "temper/train/temperature.h"

namespace temper::train {

/// A run's trained network with all that is needed for inference.
struct SavedModel {
  std::unique_ptr<model::Network> network;  ///< in evaluation mode, see format_here()
  recipe::Recipe recipe;
  std::vector<std::string> classes;
  std::vector<std::string> descriptions;  ///< shown beside the classes' names, if there are any
  std::vector<std::string> value_names;   ///< of regression targets, in place of classes
  data::ValueScale scale;                 ///< mean and deviation of each target
  model::Task task;
  augment::InputTransform transform;  ///< as in the run's own evaluations
  bool reads_as_its_run = true;       ///< false: choose_evaluation() set another transform
  std::string weights;                ///< "raw", "averaged", "ema-2", "best" or "last"
  std::filesystem::path file;         ///< that holds them
  /// Test-time augmentation of predictions: that of the recipe, unless choose_tta() sets another.
  std::optional<recipe::TestTimeAugmentation> tta;
  std::optional<SavedTemperature> temperature;  ///< fitted for these weights with it, if any
};

/// The model of a run, or of a folder with config.json (see foreign_model.h). Throws
/// Error{Code::usage} when the directory holds no such run or weights, Error{Code::data} for
/// damaged files.
/// @param weights  of a finished run: "raw", "averaged", the name of one of several averages (see
///                 averaged.h), or "" for those evaluated on the test set; of the "best" or the
///                 "last" checkpoint, averaged where there is an average
SavedModel load_model(const std::filesystem::path& run, const std::string& weights = "");

/// Sets another test-time augmentation, and the temperature that was fitted with it, if any. Throws
/// Error{Code::usage} for one that the model's pictures or regression targets do not allow.
void choose_tta(SavedModel& model, const std::filesystem::path& run,
                const std::optional<recipe::TestTimeAugmentation>& tta);

/// The network's input for a picture, float [1, channels, height, width]. A file is to be read with
/// the transform's decoding().
at::Tensor network_input(const SavedModel& model, io::Picture& picture);
at::Tensor network_input(const SavedModel& model, const io::Image& image);
/// The same for another view of the picture than the only one of evaluation.
at::Tensor network_input(const SavedModel& model, io::Picture& picture, const augment::View& view);

struct ClassPrediction {
  std::string name;
  double probability = 0;
  std::string description = {};  ///< of the class; "": none
  std::int64_t index = 0;        ///< of the class: names need not be different
};

/// The model's description of a class; "": none.
std::string description_of(const SavedModel& model, std::int64_t index);

/// The k most probable classes of a picture, most probable first, at the model's temperature if it
/// has one.
/// @param outputs  of the network for it, [1, classes]
std::vector<ClassPrediction> top_classes(const SavedModel& model, const at::Tensor& outputs,
                                         std::int64_t k);
/// The same without test-time augmentation.
/// @param input  network_input() of the picture
std::vector<ClassPrediction> classify(SavedModel& model, const at::Tensor& input, std::int64_t k);

/// Throws Error{Code::usage} where the model was trained on regression targets.
/// @param what  name of the feature that needs classes, for the message
void require_classes(const SavedModel& model, const std::string& what);

struct PredictedValue {
  std::string name;
  double value = 0;  ///< in its unit
};

/// The predictions of a model trained on regression targets for a picture.
/// @param outputs  of the network for it, [1, targets]
std::vector<PredictedValue> predicted_values(const SavedModel& model, const at::Tensor& outputs);

}  // namespace temper::train
