#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "temper/measure/values.h"

/// What happens in a run, for those who watch: the log, TensorBoard, a progress bar. Watching
/// changes nothing.
namespace temper::train {

struct Started {
  std::string name;
  std::string time;  ///< "2026-01-31T12:00:00Z"
  std::string fingerprint;
  std::int64_t step = 0;  ///< 0, or where a stopped run goes on
  std::int64_t steps_per_epoch = 0;
  std::int64_t total_steps = 0;
  std::int64_t epochs = 0;
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  ///< forward pass of one image
  std::int64_t train_images = 0;
  std::int64_t validation_images = 0;
  std::int64_t test_images = 0;
  std::vector<std::string> classes;
  std::vector<std::string> values;  ///< what is learned in place of classes
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t batch = 0;
  std::string averaging;  ///< what the averaged weights are: "ema", "swa", ...; "" without any
  std::string weights;    ///< "raw" or "averaged": those that count
};

/// The running training loss, with smoothing and augmentation in it: mean over the steps since the
/// last such event.
struct Stepped {
  std::int64_t step = 0;  ///< steps done
  double epoch = 0;       ///< epochs done
  double loss = 0;
  double lr = 0;  ///< of the last step
  double images_per_second = 0;
  double seconds = 0;  ///< since the run began, stops left out
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

/// Loss and accuracy measured alike on whatever set: hard labels, cross-entropy, evaluation
/// transform and mode. Of values the loss is the mean squared error, each value in standard
/// deviations of the training set, so that 1 is what answering with their mean gives.
struct Score {
  double loss = 0;
  double accuracy = 0;  ///< [0, 1]; NaN for values
  std::int64_t count = 0;
  std::optional<measure::Errors> errors = {};  ///< of values, in their units: the mean over them
};
/// One set of weights on a fixed part of the training set and on the validation set.
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
struct LeftOut {
  std::int64_t step = 0;
  double loss = 0;
  std::string parameter;          ///< the first whose gradient was not finite; "" where none
  std::string action;             ///< "stop", "skip" or "rollback"
  std::vector<std::int64_t> ids;  ///< of the batch's images
};

/// An image that could not be read, and that another took the place of, or that was taken out of
/// its set. Told once a run.
struct SkippedImage {
  std::int64_t step = 0;  ///< whose batch it was for; where the process began for an evaluation's
  std::string where;
  std::string reason;
};

/// What early stopping made of a run: told once, when training is over.
struct EarlyStop {
  std::string reason;  ///< "patience": it ended the run; "length": the run came to its end
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  std::string measure;  ///< "validation_loss" or "validation_accuracy"
  double best = 0;      ///< the measure in the best evaluation; NaN where none gave a number
  std::int64_t best_epoch = 0;
  std::int64_t waited = 0;  ///< evaluations since
  std::string weights;      ///< that the run ends with: "best" or "last"
};

struct Tested {
  std::string weights;  ///< "raw" or "averaged"
  Score score;
};

/// Seconds by activity; data is what the training thread waited for.
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

/// Something that looks wrong and stops nothing.
struct Warned {
  std::string message;
};

using Event = std::variant<Started, Stepped, Norms, Evaluated, LeftOut, SkippedImage, EarlyStop,
                           Tested, Ended, Warned>;

/// A line of metrics.jsonl.
nlohmann::json to_json(const Event& event);

/// The event of such a line, which may be of an older or a newer version, or written by hand: a
/// number that is null, missing or none becomes NaN (a count 0), a text "". Nothing for an event of
/// a kind that isn't known.
std::optional<Event> from_json(const nlohmann::json& line);

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void see(const Event& event) = 0;
};

}  // namespace temper::train
