#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "temper/measure/values.h"

/// The events of a run, for its observers: the log, TensorBoard, a progress bar. Observers do not
/// change the run.
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
};

/// The running training loss, with label smoothing and augmentation: the mean over the steps since
/// the last such event.
struct Stepped {
  std::int64_t step = 0;  ///< steps done
  double epoch = 0;       ///< epochs done
  double loss = 0;
  double lr = 0;  ///< of the last step
  double images_per_second = 0;
  double seconds = 0;  ///< of training since the run started
};

/// Euclidean norms of one parameter tensor, its gradient and its change in one step.
struct LayerNorms {
  std::string name;
  double weight = 0;
  double gradient = 0;
  double update = 0;
};
struct Norms {
  std::int64_t step = 0;
  std::vector<LayerNorms> layers;
};

/// Loss and accuracy, computed in the same way on every set: cross-entropy with hard labels, in
/// evaluation mode and with the evaluation transform. For regression the loss is the mean squared
/// error of the standardized targets, so that predicting their mean gives 1.
struct Score {
  double loss = 0;
  double accuracy = 0;  ///< [0, 1]; NaN for regression
  std::int64_t count = 0;
  std::optional<measure::Errors> errors = {};  ///< of regression, in the targets' units: their mean
};
/// Scores of one set of weights on a fixed part of the training set and on the validation set.
struct Scores {
  Score train;
  std::optional<Score> validation;
};
struct Evaluated {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  double seconds = 0;
  std::optional<Scores> raw;
  std::optional<Scores> averaged;
};

/// A step whose loss or gradient was not finite, and which was not applied.
struct SkippedStep {
  std::int64_t step = 0;
  double loss = 0;
  std::string parameter;          ///< the first one with a non-finite gradient; "" without any
  std::string action;             ///< "stop", "skip" or "rollback"
  std::vector<std::int64_t> ids;  ///< of the batch's images
};

/// An image that could not be read, and was replaced by another one or excluded from its set.
/// Reported once per run.
struct SkippedImage {
  std::int64_t step = 0;  ///< that it was loaded for; in evaluated sets the first of the process
  std::string where;
  std::string reason;
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
};

struct Tested {
  std::string weights;  ///< "raw" or "averaged"
  Score score;
};

/// Seconds by activity; data: the time that the training thread waited for batches.
struct Times {
  double data = 0;
  double forward = 0;
  double backward = 0;
  double update = 0;
  double evaluate = 0;
  double save = 0;
};
struct Ended {
  double seconds = 0;
  Times time;
};

/// A possible mistake that does not stop the run.
struct Warned {
  std::string message;
};

using Event = std::variant<Started, Stepped, Norms, Evaluated, SkippedStep, SkippedImage, EarlyStop,
                           Tested, Ended, Warned>;

/// A line of metrics.jsonl.
nlohmann::json to_json(const Event& event);

/// The event of such a line, which may be from an older or a newer version, or edited by hand: a
/// number that is null, missing or of another type becomes NaN (a count 0), a text "". Nothing for
/// an unknown event.
std::optional<Event> from_json(const nlohmann::json& line);

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void see(const Event& event) = 0;
};

}  // namespace temper::train
