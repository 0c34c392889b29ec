#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/operation.h"
#include "temper/core/fields.h"
#include "temper/io/decode.h"
#include "temper/loss/consistency.h"
#include "temper/loss/distillation.h"
#include "temper/loss/loss.h"
#include "temper/model/architecture.h"
#include "temper/model/freeze.h"
#include "temper/optim/clip.h"
#include "temper/optim/lookahead.h"
#include "temper/optim/lr_scaling.h"
#include "temper/optim/optimizer.h"
#include "temper/optim/parameters.h"
#include "temper/optim/sam.h"
#include "temper/recipe/compare.h"
#include "temper/recipe/sampling.h"
#include "temper/recipe/text.h"
#include "temper/regularize/averaging.h"
#include "temper/regularize/early_stopping.h"
#include "temper/regularize/gradient_noise.h"
#include "temper/regularize/penalty.h"
#include "temper/schedule/schedule.h"

/// The one description of a run: TOML in, options out, and what may be said about them.
namespace temper::recipe {

/// Raise it when the same recipe begins to give other numbers: runs from before are then told
/// apart.
inline constexpr int kNumerics = 2;

enum class Precision : std::uint8_t { automatic, fp32, bf16 };
enum class Device : std::uint8_t { automatic, cpu, cuda };

/// What becomes of a run that meets a picture that can't be read.
enum class OnBadImage : std::uint8_t { stop, skip };

/// One of several sources that are trained on together.
struct WeightedSource {
  std::string source;
  double weight = 1;

  static constexpr auto fields() {
    return std::tuple{
        field(&WeightedSource::source,
              {.name = "source", .meaning = "as data.source", .changes_results = false}),
        field(&WeightedSource::weight, {.name = "weight",
                                        .meaning = "how often each of its images is drawn, next to "
                                                   "those of the other sources",
                                        .bounds = {0, 1e6, true, false}})};
  }
};

struct Data {
  std::string source = "fashion-mnist";
  std::vector<WeightedSource> sources = {};
  double validation = 0.1;
  std::int64_t folds = 0;
  std::int64_t fold = 0;
  double labelled = 1;
  double label_noise = 0;
  std::int64_t batch = 128;
  std::int64_t micro_batches = 1;
  std::int64_t limit = 0;
  Sampling sampling = {};
  io::Decode decode = io::Decode::exact;
  bool exif_orientation = false;
  std::int64_t memory = 2048;
  OnBadImage on_bad_image = OnBadImage::stop;
  double read_timeout = 60;
  Auto loader_threads = {};
  Auto size = {};
  double train_size = 0;
  std::vector<augment::Operation> augment = {};

  static constexpr auto fields() {
    return std::tuple{
        // Where the data lies does not count: its digest enters the fingerprint.
        field(&Data::source,
              {.name = "source",
               .meaning = "fashion-mnist, or the path of a folder of classes, a CSV manifest, IDX "
                          "or CIFAR files, or packed shards",
               .changes_results = false}),
        field(&Data::sources,
              {.name = "sources",
               .meaning = "several sources trained on together, in place of source, as in "
                          "[{ source = \"a\", weight = 2 }, { source = \"b\" }]: an image's weight "
                          "is how often it is drawn next to the others"}),
        field(&Data::validation, {.name = "validation",
                                  .meaning = "share of the training images held out to validate on",
                                  .bounds = {0, 0.9}}),
        field(&Data::folds,
              {.name = "folds",
               .meaning = "parts that the training images are cut into, one of them held out to "
                          "validate on in place of validation's share; 0: no folds",
               .bounds = {0, 1000},
               .alias = "k_folds"}),
        field(&Data::fold, {.name = "fold",
                            .meaning = "which of the folds is held out, the first is 0",
                            .bounds = {0, 999}}),
        field(&Data::labelled,
              {.name = "labelled",
               .meaning = "share of each class's training labels that is kept, for experiments "
                          "with few labels; supervised training leaves out images without one",
               .bounds = {0, 1, true, false},
               .alias = "labeled"}),
        field(&Data::label_noise,
              {.name = "label_noise",
               .meaning = "share of the training labels replaced by another class, each with the "
                          "same chance, for experiments; validation and test labels stay right",
               .bounds = {0, 1}}),
        field(&Data::batch,
              {.name = "batch_size", .meaning = "images a step", .bounds = {1, 1 << 20}}),
        field(&Data::micro_batches,
              {.name = "micro_batches",
               .meaning = "parts that a batch passes through the network in, to save memory; "
                          "without BatchNorm the step is the same",
               .bounds = {1, 1 << 20},
               .alias = "accumulate"}),
        field(&Data::limit,
              {.name = "limit",
               .meaning = "train on the first so many images after the seeded shuffle; 0: all",
               .bounds = {.low = 0}}),
        field(&Data::sampling,
              {.name = "sampling", .meaning = "which images an epoch is made of, in which order"}),
        field(&Data::decode,
              {.name = "decode",
               .meaning = "exact: Pillow's pixels; fast: JPEGs that are made much smaller are "
                          "decoded at a half, a quarter or an eighth, so their pixels differ a "
                          "little"}),
        field(&Data::exif_orientation,
              {.name = "exif_orientation",
               .meaning = "turn pictures the way that their EXIF orientation says",
               .alias = "exif"}),
        field(&Data::memory,
              {.name = "memory",
               .meaning = "decoded pixels that are kept at most; a set that is larger is read from "
                          "its files as it is needed",
               .unit = "MiB",
               .bounds = {0, 1 << 24},
               .changes_results = false}),
        // A picture that can't be read ends a run or is left out of it: no two runs that reach
        // their end differ by this.
        field(&Data::on_bad_image,
              {.name = "on_bad_image",
               .meaning = "a picture that can't be read: stop the run, or skip it, counting and "
                          "naming it; another one takes its place in training",
               .changes_results = false}),
        field(&Data::read_timeout, {.name = "read_timeout",
                                    .meaning = "how long one file may take to be read; 0: for ever",
                                    .unit = "seconds",
                                    .bounds = {0, 86400},
                                    .changes_results = false}),
        field(&Data::loader_threads, {.name = "num_workers",
                                      .meaning = "threads that read and augment images",
                                      .bounds = {1, 1024},
                                      .changes_results = false}),
        field(&Data::size,
              {.name = "size",
               .meaning =
                   "height and width of the input; auto: the images' where all are small, else 224",
               .unit = "pixels",
               .bounds = {1, 8192}}),
        // Howard 2018, Training Imagenet in 3 hours for $25 (fast.ai); Tan and Le 2021,
        // EfficientNetV2, arXiv:2104.00298, 4 (progressive learning); Touvron et al. 2019, Fixing
        // the train-test resolution discrepancy, arXiv:1906.06423.
        field(&Data::train_size,
              {.name = "train_size",
               .meaning = "height and width of training images (the longer one where they differ); "
                          "a schedule makes them grow, evaluation always sees size; 0: as size",
               .unit = "pixels",
               .bounds = {0, 8192},
               .scheduled = true}),
        field(&Data::augment,
              {.name = "augment", .meaning = "what is done to a training image, in this order"})};
  }
};

/// What makes one checkpoint better than another, after an epoch's evaluation of the weights that
/// count.
enum class Best : std::uint8_t { none, validation_loss, validation_accuracy };

/// Saving happens beside training and at the end of every run that is stopped.
struct Checkpoint {
  std::int64_t every_steps = 500;
  std::int64_t every_epochs = 0;
  double every_minutes = 0;
  std::int64_t keep = 2;
  Best best = Best::none;

  static constexpr auto fields() {
    return std::tuple{
        field(&Checkpoint::every_steps, {.name = "every_steps",
                                         .meaning = "save the state so often; 0: not by steps",
                                         .unit = "steps",
                                         .bounds = {.low = 0},
                                         .changes_results = false}),
        field(&Checkpoint::every_epochs, {.name = "every_epochs",
                                          .meaning = "save the state so often; 0: not by epochs",
                                          .unit = "epochs",
                                          .bounds = {.low = 0},
                                          .changes_results = false}),
        field(&Checkpoint::every_minutes, {.name = "every_minutes",
                                           .meaning = "save the state so often; 0: not by time",
                                           .unit = "minutes",
                                           .bounds = {.low = 0},
                                           .changes_results = false}),
        field(&Checkpoint::keep, {.name = "keep",
                                  .meaning = "checkpoints that are kept, the newest ones",
                                  .bounds = {.low = 1},
                                  .changes_results = false}),
        field(&Checkpoint::best,
              {.name = "best",
               .meaning = "also save after the epoch that was best by this, and keep that one",
               .changes_results = false})};
  }
};

/// The weights that an evaluation looks at.
enum class Weights : std::uint8_t { averaged, raw, both };

struct Evaluation {
  Weights weights = Weights::averaged;
  std::int64_t statistics_images = 0;

  static constexpr auto fields() {
    return std::tuple{
        field(&Evaluation::weights,
              {.name = "weights",
               .meaning = "which weights are scored after every epoch and, once, on the test set: "
                          "averaged where there are any, raw as they were trained, or both (the "
                          "test set with the averaged)"}),
        field(&Evaluation::statistics_images,
              {.name = "statistics_images",
               .meaning = "images over which BatchNorm's statistics are measured anew, where "
                          "averaged weights want that; 0: the whole training set",
               .bounds = {.low = 0}})};
  }
};

enum class OnNan : std::uint8_t { stop, skip, rollback };

/// What becomes of a step whose loss or gradient is not finite. It is never applied.
struct Guard {
  OnNan nan = OnNan::stop;
  std::int64_t limit = 10;
  std::int64_t anchor_every = 100;

  static constexpr auto fields() {
    return std::tuple{
        field(&Guard::nan,
              {.name = "nan",
               .meaning = "where a loss or gradient is not finite: stop the run, skip the step, or "
                          "rollback the weights to the last anchor and go on with the next batch"}),
        field(&Guard::limit, {.name = "limit",
                              .meaning = "how many such steps in a row end the run all the same",
                              .bounds = {.low = 1}}),
        field(&Guard::anchor_every, {.name = "anchor_every",
                                     .meaning = "how often rollback keeps a state to go back to",
                                     .unit = "steps",
                                     .bounds = {.low = 1}})};
  }
};

struct Log {
  std::int64_t every_steps = 10;
  std::int64_t norms_every = 0;

  static constexpr auto fields() {
    return std::tuple{
        field(&Log::every_steps, {.name = "every_steps",
                                  .meaning = "write the running loss and rate so often",
                                  .unit = "steps",
                                  .bounds = {.low = 1},
                                  .changes_results = false}),
        field(&Log::norms_every,
              {.name = "norms_every",
               .meaning = "write every layer's weight, gradient and update norm so often; 0: never",
               .unit = "steps",
               .bounds = {.low = 0},
               .changes_results = false})};
  }
};

struct Recipe {
  std::string name = "run";
  std::int64_t seed = 1;
  std::int64_t epochs = 10;
  Precision precision = Precision::automatic;
  Device device = Device::automatic;
  Auto threads = {};
  std::optional<regularize::Averaging> averaging = {};
  Data data = {};
  model::Architecture model = {};
  optim::Optimizer optimizer = {};
  std::optional<optim::LrScaling> lr_scaling = {};
  optim::Parameters parameters = {};
  std::optional<model::Freeze> freeze = {};
  std::optional<optim::Clip> clip = {};
  std::optional<optim::Lookahead> lookahead = {};
  std::optional<optim::Sam> sam = {};
  std::optional<regularize::Penalty> penalty = {};
  std::optional<regularize::MaxNorm> max_norm = {};
  std::optional<regularize::GradientNoise> gradient_noise = {};
  loss::Loss loss = {};
  std::optional<loss::Distillation> distillation = {};
  std::optional<loss::Consistency> consistency = {};
  std::optional<regularize::EarlyStopping> early_stopping = {};
  Evaluation evaluation = {};
  Guard guard = {};
  Checkpoint checkpoint = {};
  Log log = {};

  Schedules schedules = {};  ///< the numbers above that a schedule drives hold its value at step 0
  Places places = {};        ///< where its text says what; messages begin with it

  static constexpr auto fields() {
    return std::tuple{
        field(&Recipe::name, {.name = "name",
                              .meaning = "what the run and its directory are called",
                              .changes_results = false}),
        field(&Recipe::seed,
              {.name = "seed", .meaning = "where all randomness begins", .bounds = {.low = 0}}),
        field(
            &Recipe::epochs,
            {.name = "epochs", .meaning = "passes over the training images", .bounds = {.low = 1}}),
        field(&Recipe::precision,
              {.name = "precision",
               .meaning = "number format that layers compute in; auto: bf16 where that is the "
                          "faster one (GPUs from Ampere on, processors with AMX), else fp32"}),
        // These two change the order of sums, so the last bits, and nothing that a run is about: it
        // may go on elsewhere, and says so.
        field(&Recipe::device, {.name = "device",
                                .meaning = "auto: a GPU when there is one that works; the last "
                                           "bits of sums depend on it",
                                .changes_results = false}),
        field(&Recipe::threads,
              {.name = "threads",
               .meaning = "threads that compute; the last bits of sums depend on it",
               .bounds = {1, 1024},
               .changes_results = false}),
        field(&Recipe::averaging,
              {.name = "averaging",
               .meaning = "average of the weights over the steps, evaluated beside them"}),
        field(&Recipe::data,
              {.name = "data", .meaning = "the images and how they reach the network"}),
        field(&Recipe::model, {.name = "model", .meaning = "the network", .alias = "architecture"}),
        field(&Recipe::optimizer,
              {.name = "optimizer", .meaning = "how weights follow their gradients"}),
        field(&Recipe::lr_scaling,
              {.name = "lr_scaling", .meaning = "the learning rate follows the batch"}),
        field(
            &Recipe::parameters,
            {.name = "parameters",
             .meaning = "learning rate and weight decay by the kind of a parameter, the rate also "
                        "by its layer"}),
        field(&Recipe::freeze, {.name = "freeze", .meaning = "stages that stand still"}),
        field(&Recipe::clip, {.name = "clip", .meaning = "gradients kept small before a step"}),
        field(&Recipe::lookahead,
              {.name = "lookahead", .meaning = "slow weights around the optimizer"}),
        field(&Recipe::sam, {.name = "sam", .meaning = "sharpness-aware minimisation"}),
        field(&Recipe::penalty,
              {.name = "penalty", .meaning = "penalties on the size of the weights"}),
        field(&Recipe::max_norm,
              {.name = "max_norm", .meaning = "a length that no unit's weights exceed"}),
        field(&Recipe::gradient_noise,
              {.name = "gradient_noise", .meaning = "normal noise on the gradients"}),
        field(&Recipe::loss, {.name = "loss", .meaning = "what training makes small"}),
        field(
            &Recipe::distillation,
            {.name = "distillation", .meaning = "another run's network teaches beside the labels"}),
        field(&Recipe::consistency,
              {.name = "consistency",
               .meaning = "several views of every image are to get the same answer"}),
        field(&Recipe::early_stopping,
              {.name = "early_stopping",
               .meaning = "the run ends when its evaluations get no better"}),
        field(&Recipe::evaluation,
              {.name = "evaluation", .meaning = "which weights are scored, and how"}),
        field(&Recipe::guard, {.name = "guard", .meaning = "against numbers that are not finite"}),
        field(&Recipe::checkpoint,
              {.name = "checkpoint", .meaning = "saving the state, to go on from"}),
        field(&Recipe::log,
              {.name = "log", .meaning = "what metrics.jsonl and TensorBoard are told"})};
  }
};

/// Reads a recipe file, then the edits (`optimizer.lr=0.1`), those of a `kind` or `schedule` first.
/// The name is the file's unless the recipe has one. Throws Error{Code::usage} beginning
/// "recipe.toml:12:3: " or "--set key=value: ", Error{Code::io} when the file can't be read.
Recipe load(const std::filesystem::path& path, const std::vector<std::string>& sets = {});
/// The same from text. @param name  what messages call it
Recipe parse(std::string_view text, const std::string& name,
             const std::vector<std::string>& sets = {});

/// The recipe with every key and its meaning; parsing it gives an equal recipe.
std::string to_toml(const Recipe& recipe);
/// The architecture on one line: `{ kind = "resnet", depth = 20, ... }`.
std::string model_text(const Recipe& recipe);

/// Hash of what decides the results: every option that counts and is not at its default, the data,
/// kNumerics. An option added later, at its default, changes no fingerprint.
std::string fingerprint(const Recipe& recipe, std::string_view data_digest);

/// Every key with its value, as `--set` takes them, and whether it is a default.
std::vector<Fact> facts(const Recipe& recipe);

std::vector<Difference> differences(const Recipe& left, const Recipe& right);

/// Throws Error{Code::usage} naming the step and the value where a schedule leaves its option's
/// range, and for a plateau that drives what is done to images.
void check_schedules(const Recipe& recipe, const schedule::Horizon& horizon);

/// What can be told when the run's length is known. Throws Error{Code::usage} for a schedule that
/// is longer or shorter than the run, and for a learning rate that falls under an optimizer that
/// stands in for that.
void check_lengths(const Recipe& recipe, const schedule::Horizon& horizon);

/// Throws Error{Code::usage} where a plateau has no validation score to follow.
/// @param validated  there is a validation set
void check_plateaus(const Recipe& recipe, bool validated);

/// Numbers that follow from the run's length: base_lr where decay follows the schedule (the highest
/// rate of the run), the decay of a rescaled average.
void resolve(Recipe& recipe, const schedule::Horizon& horizon);

/// What is allowed but probably not meant, a sentence each.
std::vector<std::string> lint(const Recipe& recipe, const schedule::Horizon& horizon);
/// The same where the length of the run is not known yet.
std::vector<std::string> lint(const Recipe& recipe);

/// What each plateau of a recipe remembers, by the path of the number that it drives.
using Plateaus = std::map<std::string, schedule::PlateauMemory>;

/// Writes the numbers of a step into a recipe, which must outlive it and not change otherwise: the
/// values of schedules, and learning rates as lr_scaling has them.
class ScheduleDriver {
 public:
  /// @param recipe  with its rates unscaled, as it was read
  ScheduleDriver(Recipe& recipe, const schedule::Horizon& horizon);

  /// @param plateaus  one that is missing stands before any reduction
  void apply(std::int64_t step, const Plateaus& plateaus = {}) const;

  /// How many of the network's stages stand still in a step.
  [[nodiscard]] std::int64_t frozen_stages(std::int64_t step) const;

 private:
  struct Driven {
    std::string path;
    schedule::Schedule schedule;
    double factor;
    double* number;
  };

  schedule::Horizon horizon_;
  std::optional<model::Freeze> freeze_;
  std::vector<Driven> driven_;
};

}  // namespace temper::recipe

template <>
struct temper::EnumNames<temper::recipe::Precision> {
  static constexpr std::array<std::string_view, 3> value{"auto", "fp32", "bf16"};
};
template <>
struct temper::EnumNames<temper::recipe::Best> {
  static constexpr std::array<std::string_view, 3> value{"none", "validation_loss",
                                                         "validation_accuracy"};
};
template <>
struct temper::EnumNames<temper::recipe::Weights> {
  static constexpr std::array<std::string_view, 3> value{"averaged", "raw", "both"};
};
template <>
struct temper::EnumNames<temper::recipe::OnNan> {
  static constexpr std::array<std::string_view, 3> value{"stop", "skip", "rollback"};
};
template <>
struct temper::EnumNames<temper::recipe::OnBadImage> {
  static constexpr std::array<std::string_view, 2> value{"stop", "skip"};
};
template <>
struct temper::EnumNames<temper::recipe::Device> {
  static constexpr std::array<std::string_view, 3> value{"auto", "cpu", "cuda"};
};

// Compiled once, as its view is large.
extern template temper::Group temper::group(temper::recipe::Recipe& value);
