#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "temper/augment/operation.h"
#include "temper/core/fields.h"
#include "temper/loss/loss.h"
#include "temper/model/architecture.h"
#include "temper/optim/optimizer.h"
#include "temper/recipe/compare.h"
#include "temper/recipe/text.h"
#include "temper/regularize/averaging.h"
#include "temper/schedule/schedule.h"

/// The one description of a run: TOML in, options out, and what may be said about them.
namespace temper::recipe {

/// Raise it when the same recipe begins to give other numbers: runs from before are then told
/// apart.
inline constexpr int kNumerics = 1;

enum class Precision : std::uint8_t { automatic, fp32, bf16 };
enum class Device : std::uint8_t { automatic, cpu, cuda };

struct Data {
  std::string source = "fashion-mnist";
  double validation = 0.1;
  std::int64_t batch = 128;
  std::int64_t limit = 0;
  Auto loader_threads = {};
  Auto size = {};
  std::vector<augment::Operation> augment = {};

  static constexpr auto fields() {
    return std::tuple{
        // Where the data lies does not count: its digest enters the fingerprint.
        field(&Data::source,
              {.name = "source",
               .meaning = "fashion-mnist, or a folder with one folder of pictures a class",
               .changes_results = false}),
        field(&Data::validation, {.name = "validation",
                                  .meaning = "share of the training images held out to validate on",
                                  .bounds = {0, 0.9}}),
        field(&Data::batch, {.name = "batch",
                             .meaning = "images a step",
                             .bounds = {1, 1 << 20},
                             .alias = "batch_size"}),
        field(&Data::limit,
              {.name = "limit",
               .meaning = "train on the first so many images after the seeded shuffle; 0: all",
               .bounds = {.low = 0}}),
        field(&Data::loader_threads, {.name = "loader_threads",
                                      .meaning = "threads that read and augment images",
                                      .bounds = {1, 1024},
                                      .changes_results = false,
                                      .alias = "workers"}),
        field(&Data::size,
              {.name = "size",
               .meaning =
                   "height and width of the input; auto: the images' where all are small, else 224",
               .unit = "pixels",
               .bounds = {1, 8192}}),
        field(&Data::augment,
              {.name = "augment", .meaning = "what is done to a training image, in this order"})};
  }
};

struct Checkpoint {
  std::int64_t every_steps = 500;
  std::int64_t keep = 2;

  static constexpr auto fields() {
    return std::tuple{
        field(&Checkpoint::every_steps, {.name = "every_steps",
                                         .meaning = "save the state so often; 0: only at the end",
                                         .unit = "steps",
                                         .bounds = {.low = 0},
                                         .changes_results = false}),
        field(&Checkpoint::keep, {.name = "keep",
                                  .meaning = "checkpoints that are kept, the newest ones",
                                  .bounds = {.low = 1},
                                  .changes_results = false})};
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
  loss::Loss loss = {};
  Checkpoint checkpoint = {};
  Log log = {};

  Schedules schedules = {};  ///< the numbers above that a schedule drives hold its value at step 0

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
               .meaning = "number format of the network; auto: bf16 where the hardware has it"}),
        field(&Recipe::device,
              {.name = "device", .meaning = "auto: a GPU when there is one that works"}),
        field(&Recipe::threads, {.name = "threads",
                                 .meaning = "threads that compute; sums depend on it",
                                 .bounds = {1, 1024}}),
        field(&Recipe::averaging,
              {.name = "averaging",
               .meaning = "average of the weights over the steps, evaluated beside them"}),
        field(&Recipe::data,
              {.name = "data", .meaning = "the images and how they reach the network"}),
        field(&Recipe::model, {.name = "model", .meaning = "the network", .alias = "architecture"}),
        field(&Recipe::optimizer,
              {.name = "optimizer", .meaning = "how weights follow their gradients"}),
        field(&Recipe::loss, {.name = "loss", .meaning = "what training makes small"}),
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
/// range.
void check_schedules(const Recipe& recipe, const schedule::Horizon& horizon);

/// What is allowed but probably not meant, a sentence each.
std::vector<std::string> lint(const Recipe& recipe, const schedule::Horizon& horizon);
/// The same where the length of the run is not known yet.
std::vector<std::string> lint(const Recipe& recipe);

/// Writes the values of scheduled numbers into a recipe, which must outlive it and not change
/// otherwise.
class ScheduleDriver {
 public:
  ScheduleDriver(Recipe& recipe, const schedule::Horizon& horizon);
  void apply(std::int64_t step) const;

 private:
  schedule::Horizon horizon_;
  std::vector<std::pair<schedule::Schedule, double*>> driven_;
};

}  // namespace temper::recipe

template <>
struct temper::EnumNames<temper::recipe::Precision> {
  static constexpr std::array<std::string_view, 3> value{"auto", "fp32", "bf16"};
};
template <>
struct temper::EnumNames<temper::recipe::Device> {
  static constexpr std::array<std::string_view, 3> value{"auto", "cpu", "cuda"};
};
