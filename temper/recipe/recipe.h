#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/adversarial/training.h"
#include "temper/core/fields.h"
#include "temper/loss/consistency.h"
#include "temper/loss/distillation.h"
#include "temper/loss/loss.h"
#include "temper/mix/mixing.h"
#include "temper/model/architecture.h"
#include "temper/model/freeze.h"
#include "temper/model/pretrained.h"
#include "temper/optim/clip.h"
#include "temper/optim/lookahead.h"
#include "temper/optim/lr_scaling.h"
#include "temper/optim/optimizer.h"
#include "temper/optim/parameters.h"
#include "temper/optim/sam.h"
#include "temper/recipe/compare.h"
#include "temper/recipe/data.h"
#include "temper/recipe/evaluation.h"
#include "temper/recipe/semi.h"
#include "temper/recipe/text.h"
#include "temper/recipe/tree.h"
#include "temper/regularize/averaging.h"
#include "temper/regularize/early_stopping.h"
#include "temper/regularize/gradient_noise.h"
#include "temper/regularize/penalty.h"
#include "temper/schedule/schedule.h"

/// The recipe, the one description of a run: reading it from TOML, writing, checking and comparing
/// it, and its fingerprint.
namespace temper::recipe {

/// Raised whenever the same recipe begins to give different numbers, so that earlier runs have
/// another fingerprint.
inline constexpr int kNumerics = 5;

enum class Precision : std::uint8_t { automatic, fp32, bf16 };
enum class Device : std::uint8_t { automatic, cpu, cuda };

/// How processes that train together exchange gradients: PyTorch's allreduce_hook and
/// bf16_compress_hook of DistributedDataParallel.
enum class CommHook : std::uint8_t { allreduce, bf16_compress };

/// The metric that chooses the best checkpoint. It is of the weights that evaluation.weights names
/// (of both, the averaged ones), evaluated after every epoch.
enum class Best : std::uint8_t { none, validation_loss, validation_accuracy };

/// When the state is saved during training; it is also saved when a run is stopped.
struct Checkpoint {
  std::int64_t every_steps = 500;
  std::int64_t every_epochs = 0;
  double every_minutes = 0;
  std::int64_t keep = 2;
  Best best = Best::none;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr auto fields() {
    return std::tuple{
        field(&Checkpoint::every_steps, {.name = "every_steps",
                                         .meaning = "checkpoint interval in steps; 0: none",
                                         .unit = "steps",
                                         .bounds = {.low = 0},
                                         .changes_results = false}),
        field(&Checkpoint::every_epochs, {.name = "every_epochs",
                                          .meaning = "checkpoint interval in epochs; 0: none",
                                          .unit = "epochs",
                                          .bounds = {.low = 0},
                                          .changes_results = false}),
        field(&Checkpoint::every_minutes, {.name = "every_minutes",
                                           .meaning = "checkpoint interval in minutes; 0: none",
                                           .unit = "minutes",
                                           .bounds = {.low = 0},
                                           .changes_results = false}),
        field(&Checkpoint::keep, {.name = "keep",
                                  .meaning = "number of checkpoints kept, the newest ones",
                                  .bounds = {.low = 1},
                                  .changes_results = false}),
        field(
            &Checkpoint::best,
            {.name = "best",
             .meaning = "also save and keep a checkpoint of the epoch that is best by this metric",
             .changes_results = false})};
  }
};

enum class OnNan : std::uint8_t { stop, skip, rollback };

/// What is done about a step whose loss, gradient or buffers are not finite (NaN or infinity). Such
/// a step is never applied.
struct Guard {
  OnNan nan = OnNan::stop;
  std::int64_t limit = 10;
  std::int64_t anchor_every = 100;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr auto fields() {
    return std::tuple{
        field(&Guard::nan,
              {.name = "nan",
               .meaning = "a loss, gradient or buffer (BatchNorm's running statistics) that is not "
                          "finite (NaN or infinity): stop the run, skip the step, or rollback: "
                          "restore the state of the last anchor and continue with the next batch"}),
        field(&Guard::limit, {.name = "limit",
                              .meaning = "number of such steps in a row that are passed over; one "
                                         "more ends the run",
                              .bounds = {.low = 1}}),
        field(&Guard::anchor_every,
              {.name = "anchor_every",
               .meaning = "interval at which rollback saves an anchor, a state to restore",
               .unit = "steps",
               .bounds = {.low = 1}})};
  }
};

struct Log {
  std::int64_t every_steps = 10;
  std::int64_t norms_every = 0;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr auto fields() {
    return std::tuple{
        field(&Log::every_steps,
              {.name = "every_steps",
               .meaning = "interval at which the running loss and the learning rate are written",
               .unit = "steps",
               .bounds = {.low = 1},
               .changes_results = false}),
        field(&Log::norms_every, {.name = "norms_every",
                                  .meaning = "interval at which every layer's weight, gradient and "
                                             "update norms are written; 0: never",
                                  .unit = "steps",
                                  .bounds = {.low = 0},
                                  .changes_results = false})};
  }
};

struct Recipe {
  // Defined once: they are long, for a recipe holds the options of every technique.
  Recipe();
  Recipe(const Recipe&);
  Recipe(Recipe&&) noexcept;
  Recipe& operator=(const Recipe&);
  Recipe& operator=(Recipe&&) noexcept;
  ~Recipe();

  std::string name = "run";
  std::int64_t seed = 1;
  std::int64_t epochs = 10;
  std::int64_t steps = 0;
  Precision precision = Precision::automatic;
  Device device = Device::automatic;
  Auto threads = {};
  std::vector<regularize::Averaging> averaging = {};
  Data data = {};
  std::optional<mix::Mixing> mixing = {};
  model::Architecture model = {};
  std::optional<model::Pretrained> pretrained = {};
  optim::Optimizer optimizer = {};
  std::optional<optim::LrScaling> lr_scaling = {};
  optim::Parameters parameters = {};
  std::optional<model::Freeze> freeze = {};
  bool sync_bn = false;
  CommHook comm_hook = CommHook::allreduce;
  bool shard_optimizer = false;
  std::optional<optim::Clip> clip = {};
  std::optional<optim::Lookahead> lookahead = {};
  std::optional<optim::Sam> sam = {};
  std::optional<regularize::Penalty> penalty = {};
  std::optional<regularize::MaxNorm> max_norm = {};
  std::optional<regularize::GradientNoise> gradient_noise = {};
  loss::Loss loss = {};
  std::optional<loss::Distillation> distillation = {};
  std::optional<loss::Consistency> consistency = {};
  std::optional<adversarial::Training> adversarial = {};
  std::optional<Semi> semi = {};
  std::optional<regularize::EarlyStopping> early_stopping = {};
  Evaluation evaluation = {};
  Guard guard = {};
  Checkpoint checkpoint = {};
  Log log = {};

  Schedules schedules = {};  ///< a number above that has a schedule holds its value at step 0
  Places places = {};        ///< where the text sets each option; messages begin with it

  static constexpr auto fields() {
    return std::tuple{
        field(&Recipe::name, {.name = "name",
                              .meaning = "name of the run and of its directory",
                              .changes_results = false,
                              .reach = Reach::outcome}),
        field(&Recipe::seed,
              {.name = "seed", .meaning = "seed of all random numbers", .bounds = {.low = 0}}),
        // The length reaches the training through schedules and what resolve() sets, which are
        // options of their own.
        field(&Recipe::epochs,
              {.name = "epochs",
               .meaning = "length of the run in passes over the training images; 0: it is given in "
                          "steps",
               .bounds = {.low = 0},
               .reach = Reach::outcome}),
        field(&Recipe::steps,
              {.name = "steps",
               .meaning = "length of the run in training steps, in place of epochs; "
                          "0: it is given in epochs",
               .unit = "steps",
               .bounds = {.low = 0},
               .reach = Reach::outcome}),
        field(
            &Recipe::precision,
            {.name = "precision",
             .meaning =
                 "number format that layers compute in; auto: bf16 where it is faster "
                 "(GPUs from Ampere on, processors with AMX, AMD's with AVX512-BF16), else fp32"}),
        // The next two change the order of sums, and so only the last bits: a run may be resumed
        // with other values, and then reports it.
        field(&Recipe::device, {.name = "device",
                                .meaning = "device to train on; auto: a GPU where one works; the "
                                           "last bits of sums depend on it",
                                .changes_results = false}),
        field(
            &Recipe::threads,
            {.name = "threads",
             .meaning = "number of compute threads (intra-op); the last bits of sums depend on it",
             .bounds = {1, 1024},
             .changes_results = false}),
        field(&Recipe::averaging,
              {.name = "averaging",
               .meaning = "averages of the weights over the training steps, each in a file of its "
                          "own; the first is evaluated",
               .reach = Reach::scores}),
        field(&Recipe::data, {.name = "data",
                              .meaning = "the images and how they are loaded and augmented",
                              .ahead_of_step = true}),
        field(&Recipe::mixing,
              {.name = "mixing", .meaning = "mixing of the images of a batch: mixup, CutMix"}),
        field(&Recipe::model, {.name = "model", .meaning = "the network", .alias = "architecture"}),
        field(&Recipe::pretrained,
              {.name = "pretrained", .meaning = "weights of an earlier training to start from"}),
        field(&Recipe::optimizer, {.name = "optimizer", .meaning = "update rule of the weights"}),
        field(&Recipe::lr_scaling, {.name = "lr_scaling",
                                    .meaning = "scaling of the learning rate with the batch size"}),
        field(&Recipe::parameters,
              {.name = "parameters",
               .meaning = "learning rate and weight decay by kind of parameter, the learning rate "
                          "also by layer"}),
        field(&Recipe::freeze,
              {.name = "freeze", .meaning = "frozen stages of the network", .by_step = true}),
        field(&Recipe::sync_bn,
              {.name = "sync_bn",
               .meaning = "with several processes: BatchNorm normalizes with the statistics of the "
                          "whole batch, not with those of each process's images"}),
        field(&Recipe::comm_hook,
              {.name = "comm_hook",
               .meaning = "with several processes: allreduce: gradients are summed in the "
                          "parameters' own format, bf16_compress: in bf16, for messages of half "
                          "the size (PyTorch's bf16_compress_hook)"}),
        // Which process has which part of the state is no part of the result: a run may be resumed
        // with the other value.
        field(&Recipe::shard_optimizer,
              {.name = "shard_optimizer",
               .meaning = "with several processes: each keeps the optimizer's state of a part of "
                          "the parameters, updates these, and sends them to the others (PyTorch's "
                          "ZeroRedundancyOptimizer)",
               .changes_results = false,
               .reach = Reach::outcome}),
        field(&Recipe::clip, {.name = "clip", .meaning = "gradient clipping before a step"}),
        field(&Recipe::lookahead,
              {.name = "lookahead", .meaning = "Lookahead: slow weights around the optimizer"}),
        field(&Recipe::sam, {.name = "sam", .meaning = "sharpness-aware minimization"}),
        field(&Recipe::penalty,
              {.name = "penalty", .meaning = "L1 and L2 penalties on the weights"}),
        field(&Recipe::max_norm,
              {.name = "max_norm", .meaning = "maximum norm of each unit's weights"}),
        field(&Recipe::gradient_noise,
              {.name = "gradient_noise", .meaning = "Gaussian noise added to the gradients"}),
        field(&Recipe::loss, {.name = "loss", .meaning = "training objective"}),
        field(&Recipe::distillation,
              {.name = "distillation", .meaning = "knowledge distillation from another network"}),
        field(&Recipe::consistency,
              {.name = "consistency",
               .meaning = "consistency regularization over augmented views of each image"}),
        field(&Recipe::adversarial,
              {.name = "adversarial",
               .meaning = "adversarial training: attacks on the images of every step"}),
        field(&Recipe::semi,
              {.name = "semi",
               .meaning = "semi-supervised training: a second stream of images without labels"}),
        field(&Recipe::early_stopping,
              {.name = "early_stopping",
               .meaning = "end of the run when its evaluations no longer improve",
               .reach = Reach::outcome}),
        field(&Recipe::evaluation, {.name = "evaluation",
                                    .meaning = "which weights are evaluated, and how images are "
                                               "read for it",
                                    .reach = Reach::scores}),
        field(&Recipe::guard,
              {.name = "guard",
               .meaning = "handling of losses, gradients and buffers that are not finite"}),
        field(&Recipe::checkpoint, {.name = "checkpoint",
                                    .meaning = "saving the state, to resume from",
                                    .reach = Reach::outcome}),
        field(&Recipe::log, {.name = "log",
                             .meaning = "what is written to metrics.jsonl and TensorBoard",
                             .reach = Reach::outcome})};
  }
};

/// Reads a recipe file and applies the edits (`optimizer.lr=0.1`), those of a `kind` or `schedule`
/// first. The run has the file's name unless the recipe sets one. Throws Error{Code::usage}, whose
/// message begins with "recipe.toml:12:3: " or "--set key=value: ", and Error{Code::io} when the
/// file can't be read.
Recipe load(const std::filesystem::path& path, const std::vector<std::string>& sets = {});
/// The same for a recipe's text. @param name  of the text, in messages
Recipe parse(std::string_view text, const std::string& name,
             const std::vector<std::string>& sets = {});
/// The same for a text's tree and trees of edits, which are applied in their order.
Recipe bound(const Tree& text, std::span<const Tree> edits);

/// The recipe as TOML, with every key and its meaning. Parsing it gives an equal recipe.
std::string to_toml(const Recipe& recipe);
/// The architecture on one line: `{ kind = "resnet", depth = 20, ... }`.
std::string model_text(const Recipe& recipe);

/// Hash of what determines the results: every option that changes results and is not at its
/// default, the data as far as data::DataDigest::names covers it, and kNumerics. An option that is
/// added later and is at its default changes no fingerprint.
/// @param numerics  another number for a hash that stays the same when kNumerics is raised
std::string fingerprint(const Recipe& recipe, std::string_view data_digest,
                        std::int64_t numerics = kNumerics);

/// Every key with its value, in the form that `--set` takes, and whether it is the default.
std::vector<Fact> facts(const Recipe& recipe);

std::vector<Difference> differences(const Recipe& left, const Recipe& right);

/// The run's length. Throws Error{Code::usage} unless it is given either in epochs or in steps, and
/// for more than a billion steps.
schedule::Horizon horizon_of(const Recipe& recipe, std::int64_t steps_per_epoch);

/// Sets data.batch_size to the images of all processes where data.batch_per_rank, which is 0
/// afterwards, gives those of each. Throws Error{Code::usage} where the text gives both, and for
/// batches that are too large.
void resolve_batch(Recipe& recipe, std::int64_t ranks);

/// Throws Error{Code::usage} that names the step and the value where a schedule leaves its option's
/// range, and for a plateau schedule of a data option.
void check_schedules(const Recipe& recipe, const schedule::Horizon& horizon);

/// Checks that need the run's length. Throws Error{Code::usage} for a schedule that is longer or
/// shorter than the run, for stages that stay frozen for longer, for an average that is never
/// updated, and for a decreasing learning rate with an optimizer that replaces learning rate decay
/// (schedule-free ones).
void check_lengths(const Recipe& recipe, const schedule::Horizon& horizon);

/// Throws Error{Code::usage} for stages that stay frozen for longer than the run's epochs.
void check_freeze(const Recipe& recipe, std::int64_t epochs);

/// Throws Error{Code::usage} for a plateau schedule without a validation score to follow.
/// @param validated  there is a validation set
void check_plateaus(const Recipe& recipe, bool validated);

/// Sets the numbers that depend on the run's length: base_lr where weight decay follows the
/// schedule (the highest learning rate of the run), and the decay of a rescaled average.
void resolve(Recipe& recipe, const schedule::Horizon& horizon);

/// Options that are allowed but probably a mistake, one sentence each.
std::vector<std::string> lint(const Recipe& recipe, const schedule::Horizon& horizon);
/// The same for a run whose length is not known yet.
std::vector<std::string> lint(const Recipe& recipe);

/// The number of steps in a row that have the same batch: 1 unless adversarial training is free.
std::int64_t replays_of(const Recipe& recipe);

/// The state of each plateau schedule of a recipe, by the path of its option.
using Plateaus = std::map<std::string, schedule::PlateauState>;

/// Writes the values of a step into a recipe: the values of its schedules, and the learning rates
/// scaled by lr_scaling. The recipe must outlive the driver and must not be changed by others.
class ScheduleDriver {
 public:
  /// @param recipe  with unscaled learning rates, as it was read
  ScheduleDriver(Recipe& recipe, const schedule::Horizon& horizon);

  /// After mixing.off_epoch, mixing.p is 0. What mixing a batch depends on has the values of the
  /// first of the steps that have the batch, see replays_of().
  /// @param plateaus  a plateau that is missing has made no reduction yet
  void apply(std::int64_t step, const Plateaus& plateaus = {}) const;

  /// How many of the network's stages are frozen in a step.
  [[nodiscard]] std::int64_t frozen_stages(std::int64_t step) const;
  /// The epoch of a step; both 0-based.
  [[nodiscard]] std::int64_t epoch(std::int64_t step) const {
    return step / horizon_.steps_per_epoch;
  }

 private:
  struct ScheduledNumber {
    std::string path;
    schedule::Schedule schedule;
    double factor;
    double* number;
    bool by_batch;  ///< it is used once for all steps that have the same batch
  };

  schedule::Horizon horizon_;
  std::int64_t replays_;
  std::optional<model::Freeze> freeze_;
  std::vector<ScheduledNumber> driven_;
  std::int64_t mixed_epochs_ = 0;  ///< 0: all of the run's
  double* mixing_p_ = nullptr;     ///< null where mixing is not switched off
};

}  // namespace temper::recipe

template <>
struct temper::EnumNames<temper::recipe::Precision> {
  static constexpr std::array<std::string_view, 3> value{"auto", "fp32", "bf16"};
};
template <>
struct temper::EnumNames<temper::recipe::CommHook> {
  static constexpr std::array<std::string_view, 2> value{"allreduce", "bf16_compress"};
};
template <>
struct temper::EnumNames<temper::recipe::Best> {
  static constexpr std::array<std::string_view, 3> value{"none", "validation_loss",
                                                         "validation_accuracy"};
  static constexpr std::string_view for_classes = "validation_accuracy";
};
template <>
struct temper::EnumNames<temper::recipe::OnNan> {
  static constexpr std::array<std::string_view, 3> value{"stop", "skip", "rollback"};
};
template <>
struct temper::EnumNames<temper::recipe::Device> {
  static constexpr std::array<std::string_view, 3> value{"auto", "cpu", "cuda"};
};

// Instantiated once, in recipe.cpp, because it is large.
extern template temper::Group temper::group(temper::recipe::Recipe& value);
