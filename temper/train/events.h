#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "temper/core/keys.h"
#include "temper/measure/values.h"

/// The events of a run, for its observers: the log, TensorBoard, a progress bar. Observers do not
/// change the run. Each lists the keys of its line in metrics.jsonl.
namespace temper::train {

struct Started {
  std::string name;
  std::string time;  ///< "2026-01-31T12:00:00Z"
  std::string fingerprint;
  std::int64_t step = 0;  ///< 0, or where a stopped run is resumed
  std::int64_t steps_per_epoch = 0;
  std::int64_t total_steps = 0;
  std::int64_t epochs = 0;
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  ///< forward pass of one image
  std::int64_t train_images = 0;
  std::int64_t validation_images = 0;
  std::int64_t test_images = 0;
  std::vector<std::string> classes;
  std::vector<std::string> values;  ///< names of regression targets, in place of classes
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t batch = 0;
  std::string averaging;  ///< kind of the averaged weights: "ema", "swa", ...; "" without any
  std::string weights;    ///< "raw" or "averaged": those that recipe.evaluation selects

  static constexpr std::string_view kind = "start";
  static constexpr auto keys() {
    return std::tuple{key("name", &Started::name),
                      key("time", &Started::time),
                      key("fingerprint", &Started::fingerprint),
                      key("step", &Started::step),
                      key("steps_per_epoch", &Started::steps_per_epoch),
                      key("total_steps", &Started::total_steps),
                      key("epochs", &Started::epochs),
                      key("parameters", &Started::parameters),
                      key("multiply_adds", &Started::multiply_adds),
                      key("train_images", &Started::train_images),
                      key("validation_images", &Started::validation_images),
                      key("test_images", &Started::test_images),
                      key("classes", &Started::classes),
                      key("values", &Started::values),
                      key("channels", &Started::channels),
                      key("height", &Started::height),
                      key("width", &Started::width),
                      key("batch", &Started::batch),
                      key("averaging", &Started::averaging),
                      key("weights", &Started::weights)};
  }
};

/// The linear probe that a run's last layer starts from, see model::Pretrained.
struct LinearProbed {
  std::int64_t images = 0;      ///< that it was fitted on: the labeled training images
  std::int64_t features = 0;    ///< of an image
  std::int64_t iterations = 0;  ///< of the fit
  bool converged = false;       ///< whether the fit reached its tolerance
  std::string split;            ///< of the following accuracy: "validation", or "train" without one
  double accuracy = 0;          ///< of the probe, [0, 1]
  std::int64_t count = 0;       ///< labeled images of the split
  double seconds = 0;           ///< for the features and the fit

  static constexpr std::string_view kind = "linear_probe";
  static constexpr auto keys() {
    return std::tuple{
        key("images", &LinearProbed::images),         key("features", &LinearProbed::features),
        key("iterations", &LinearProbed::iterations), key("converged", &LinearProbed::converged),
        key("split", &LinearProbed::split),           key("accuracy", &LinearProbed::accuracy),
        key("count", &LinearProbed::count),           key("seconds", &LinearProbed::seconds)};
  }
};

/// "Linear probe on 1,800 images with 1,280 features: 97.10% of 200 validation images, in 12.0 s".
std::string to_text(const LinearProbed& event);

/// The running training loss, with label smoothing and augmentation: the mean over the steps since
/// the last such event.
struct Stepped {
  std::int64_t step = 0;  ///< steps done
  double epoch = 0;       ///< epochs done
  double loss = 0;
  double lr = 0;  ///< of the last step
  double images_per_second = 0;
  double seconds = 0;  ///< of training since the run started

  static constexpr std::string_view kind = "step";
  static constexpr auto keys() {
    return std::tuple{key("step", &Stepped::step),
                      key("epoch", &Stepped::epoch),
                      key("loss", &Stepped::loss),
                      key("lr", &Stepped::lr),
                      key("images_per_second", &Stepped::images_per_second),
                      key("seconds", &Stepped::seconds)};
  }
};

/// Euclidean norms of one parameter tensor, its gradient and its change in one step.
struct LayerNorms {
  std::string name;
  double weight = 0;
  double gradient = 0;
  double update = 0;

  static constexpr auto keys() {
    return std::tuple{key("name", &LayerNorms::name), key("weight", &LayerNorms::weight),
                      key("gradient", &LayerNorms::gradient), key("update", &LayerNorms::update)};
  }
};
struct Norms {
  std::int64_t step = 0;
  std::vector<LayerNorms> layers;

  static constexpr std::string_view kind = "norms";
  static constexpr auto keys() {
    return std::tuple{key("step", &Norms::step), key("layers", &Norms::layers)};
  }
};

/// Loss and accuracy, computed in the same way on every set: cross-entropy with hard labels, in
/// evaluation mode and with the evaluation transform. For regression the loss is the mean squared
/// error of the standardized targets, so that predicting their mean gives 1.
struct Score {
  double loss = 0;
  double accuracy = 0;  ///< [0, 1]; NaN for regression
  std::int64_t count = 0;
  std::optional<measure::Errors> errors = {};  ///< of regression, in the targets' units: their mean

  static constexpr auto keys() {
    return std::tuple{key("loss", &Score::loss), key("accuracy", &Score::accuracy),
                      key("count", &Score::count), key("errors", &Score::errors)};
  }
};
/// The accuracy under the attack of recipe.evaluation.attack: the images that are classified
/// correctly, and stay so.
struct AttackedScore {
  double accuracy = 0;  ///< [0, 1]
  std::int64_t count = 0;

  static constexpr auto keys() {
    return std::tuple{key("accuracy", &AttackedScore::accuracy),
                      key("count", &AttackedScore::count)};
  }
};
/// Scores of one set of weights on a fixed part of the training set and on the validation set.
struct Scores {
  Score train;
  std::optional<Score> validation;
  std::optional<AttackedScore> attacked = {};  ///< of validation images

  static constexpr auto keys() {
    return std::tuple{key("train", &Scores::train), key("validation", &Scores::validation),
                      key("attacked", &Scores::attacked)};
  }
};
struct Evaluated {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  double seconds = 0;
  std::optional<Scores> raw;
  std::optional<Scores> averaged;

  static constexpr std::string_view kind = "epoch";
  static constexpr auto keys() {
    return std::tuple{key("epoch", &Evaluated::epoch), key("step", &Evaluated::step),
                      key("seconds", &Evaluated::seconds), key("raw", &Evaluated::raw),
                      key("averaged", &Evaluated::averaged)};
  }
};

/// A step whose loss, gradient or buffers were not finite, and which was not applied.
struct SkippedStep {
  std::int64_t step = 0;
  double loss = 0;
  std::string parameter;          ///< the first one with a non-finite gradient; "" without any
  std::string tensor;             ///< see NotFinite::tensor; "" without any
  std::string action;             ///< "stop", "skip" or "rollback"
  std::vector<std::int64_t> ids;  ///< of the batch's images

  static constexpr std::string_view kind = "left_out";
  static constexpr auto keys() {
    return std::tuple{
        key("step", &SkippedStep::step),           key("loss", &SkippedStep::loss),
        key("parameter", &SkippedStep::parameter), key("tensor", &SkippedStep::tensor),
        key("action", &SkippedStep::action),       key("ids", &SkippedStep::ids)};
  }
};

/// What was not finite besides the loss, such as ", the gradient of conv1.weight is not finite";
/// empty where there is nothing to add.
std::string not_finite_text(const SkippedStep& event);

/// An image that could not be read, and was replaced by another one or excluded from its set.
/// Reported once per run.
struct SkippedImage {
  std::int64_t step = 0;  ///< that it was loaded for; in evaluated sets the first of the process
  std::string where;
  std::string reason;

  static constexpr std::string_view kind = "skipped_image";
  static constexpr auto keys() {
    return std::tuple{key("step", &SkippedImage::step), key("image", &SkippedImage::where),
                      key("reason", &SkippedImage::reason)};
  }
};

/// The outcome of early stopping, reported once, at the end of training.
struct EarlyStop {
  std::string reason;  ///< "patience": it ended the run; "length": all epochs were trained
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  std::string measure;  ///< "validation_loss" or "validation_accuracy"
  double best = 0;      ///< the measure in the best evaluation; NaN where none was finite
  std::int64_t best_epoch = 0;
  std::int64_t waited = 0;  ///< evaluations since
  std::string weights;      ///< of the finished run: "best" or "last"

  static constexpr std::string_view kind = "early_stop";
  static constexpr auto keys() {
    return std::tuple{key("reason", &EarlyStop::reason), key("epoch", &EarlyStop::epoch),
                      key("step", &EarlyStop::step),     key("measure", &EarlyStop::measure),
                      key("best", &EarlyStop::best),     key("best_epoch", &EarlyStop::best_epoch),
                      key("waited", &EarlyStop::waited), key("weights", &EarlyStop::weights)};
  }
};

/// What test-time augmentation took for a set of images.
struct TestTime {
  std::string options;         ///< `{ flip = true, crops = "five" }`, as in evaluation.tta
  std::int64_t views = 1;      ///< of an image that is shown in all of them
  std::int64_t images = 0;     ///< of the set
  std::int64_t augmented = 0;  ///< those shown in all views; the others in the first one alone
  double passes = 1;           ///< forward passes per image, the mean
  double seconds = 0;          ///< of reading and predicting the set, in all views
  double seconds_without = 0;  ///< in the first view alone, as without test-time augmentation
  Score without = {};          ///< the score in the first view alone

  static constexpr auto keys() {
    return std::tuple{key("options", &TestTime::options),
                      key("views", &TestTime::views),
                      key("images", &TestTime::images),
                      key("augmented_images", &TestTime::augmented),
                      key("passes_per_image", &TestTime::passes),
                      key("seconds", &TestTime::seconds),
                      key("seconds_without", &TestTime::seconds_without),
                      key("without", &TestTime::without)};
  }
};

struct Tested {
  std::string weights;  ///< "raw" or "averaged"
  Score score;
  std::optional<TestTime> test_time = {};  ///< with test-time augmentation

  static constexpr std::string_view kind = "test";
  static constexpr auto keys() {
    return std::tuple{key("weights", &Tested::weights), inlined(&Tested::score),
                      key("tta", &Tested::test_time)};
  }
};

/// Seconds by activity; data: the time that the training thread waited for batches.
struct Times {
  double data = 0;
  double forward = 0;
  double backward = 0;
  double update = 0;
  double evaluate = 0;
  double save = 0;

  static constexpr auto keys() {
    return std::tuple{key("data", &Times::data),         key("forward", &Times::forward),
                      key("backward", &Times::backward), key("update", &Times::update),
                      key("evaluate", &Times::evaluate), key("save", &Times::save)};
  }
};
struct Ended {
  double seconds = 0;
  Times time;

  static constexpr std::string_view kind = "end";
  static constexpr auto keys() {
    return std::tuple{key("seconds", &Ended::seconds), key("time", &Ended::time)};
  }
};

/// A possible mistake that does not stop the run.
struct Warned {
  std::string message;

  static constexpr std::string_view kind = "warning";
  static constexpr auto keys() { return std::tuple{key("message", &Warned::message)}; }
};

using Event = std::variant<Started, LinearProbed, Stepped, Norms, Evaluated, SkippedStep,
                           SkippedImage, EarlyStop, Tested, Ended, Warned>;

/// The step of an event; nothing for one that has none, such as Ended.
std::optional<std::int64_t> step_of(const Event& event);

/// A line of metrics.jsonl.
nlohmann::json to_json(const Event& event);

/// The event of such a line, which may be from an older or a newer version, or edited by hand: it
/// is read as io/format/json_keys.h describes. Nothing for an unknown event.
std::optional<Event> from_json(const nlohmann::json& line);

/// The known events in a metrics.jsonl. Throws as io::read_json_lines() does.
std::vector<Event> read_events(const std::filesystem::path& log);

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_event(const Event& event) = 0;
};

}  // namespace temper::train
