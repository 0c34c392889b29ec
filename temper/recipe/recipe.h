#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
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

/// The one description of a run: read, checked, written, compared and hashed through its fields.
namespace temper::recipe {

enum class Precision : std::uint8_t { automatic, fp32, bf16 };
enum class Device : std::uint8_t { automatic, cpu, cuda };

/// What is trained on, and how images reach the network.
struct Data {
  std::string source = "fashion-mnist";
  double validation = 0.1;
  std::int64_t batch = 128;
  std::int64_t limit = 0;
  Auto size = {};
  Auto loader_threads = {};
  std::vector<augment::Operation> augment = {};

  static constexpr auto fields() {
    return std::tuple{
        field(&Data::source,
              {.name = "source",
               .meaning = "fashion-mnist, or the path of a folder of classes",
               .changes_results = false}),  // what counts is the data's digest, not where it lies
        field(&Data::validation,
              {.name = "validation",
               .meaning = "part of the training set held out, where the data has no validation set",
               .bounds = {.low = 0, .high = 0.9}}),
        field(&Data::batch,
              {.name = "batch", .meaning = "images a step", .bounds = {.low = 1, .high = 1 << 20}}),
        field(&Data::limit, {.name = "limit",
                             .meaning = "train on so many images only; 0: on all",
                             .bounds = {.low = 0}}),
        field(&Data::size,
              {.name = "size",
               .meaning = "height and width of the network's input; auto: the images', or 224",
               .unit = "pixels",
               .bounds = {.low = 1, .high = 8192}}),
        field(&Data::loader_threads, {.name = "loader_threads",
                                      .meaning = "threads that prepare images",
                                      .bounds = {.low = 1, .high = 1024},
                                      .changes_results = false}),
        field(&Data::augment,
              {.name = "augment", .meaning = "operations on each training image, in order"})};
  }
};

struct Checkpoint {
  std::int64_t every_steps = 500;
  std::int64_t keep = 2;

  static constexpr auto fields() {
    return std::tuple{
        field(&Checkpoint::every_steps, {.name = "every_steps",
                                         .meaning = "steps between checkpoints; 0: only at the end",
                                         .bounds = {.low = 0},
                                         .changes_results = false}),
        field(&Checkpoint::keep, {.name = "keep",
                                  .meaning = "how many checkpoints stay",
                                  .bounds = {.low = 1, .high = 10000},
                                  .changes_results = false})};
  }
};

struct Log {
  std::int64_t every_steps = 10;
  std::int64_t norms_every = 0;

  static constexpr auto fields() {
    return std::tuple{
        field(&Log::every_steps, {.name = "every_steps",
                                  .meaning = "steps between lines of the log",
                                  .bounds = {.low = 1},
                                  .changes_results = false}),
        field(&Log::norms_every, {.name = "norms_every",
                                  .meaning = "steps between norms of every layer; 0: never",
                                  .bounds = {.low = 0},
                                  .changes_results = false})};
  }
};

/// Every option has a default, so an empty recipe is one.
struct Recipe {
  std::string name = "run";
  std::int64_t seed = 1;
  std::int64_t epochs = 5;
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

  Schedules schedules =
      {};  ///< what drives numbers above, by path; written in place of the number in TOML

  static constexpr auto fields() {
    return std::tuple{
        field(&Recipe::name,
              {.name = "name", .meaning = "names the run directory", .changes_results = false}),
        field(
            &Recipe::seed,
            {.name = "seed", .meaning = "where all random draws come from", .bounds = {.low = 0}}),
        field(&Recipe::epochs, {.name = "epochs",
                                .meaning = "passes over the training set",
                                .bounds = {.low = 1, .high = 1'000'000}}),
        field(&Recipe::precision,
              {.name = "precision", .meaning = "arithmetic of convolutions and matrix products"}),
        field(&Recipe::device, {.name = "device", .meaning = "where the network is trained"}),
        field(&Recipe::threads, {.name = "threads",
                                 .meaning = "threads that compute; auto: every processor",
                                 .bounds = {.low = 1, .high = 1024}}),
        field(&Recipe::averaging,
              {.name = "averaging", .meaning = "average of the weights over the steps"}),
        field(&Recipe::data, {.name = "data", .meaning = "what is trained on"}),
        field(&Recipe::model, {.name = "model", .meaning = "the network"}),
        field(&Recipe::optimizer, {.name = "optimizer", .meaning = "how gradients become steps"}),
        field(&Recipe::loss, {.name = "loss", .meaning = "what is minimised"}),
        field(&Recipe::checkpoint, {.name = "checkpoint", .meaning = "when the run is saved"}),
        field(&Recipe::log, {.name = "log", .meaning = "what is written down"})};
  }
};

/// Reads a recipe and then applies edits ("optimizer.lr=0.1"). The first mistake throws
/// Error{Code::usage}: where it is, what was found, what was expected.
/// @param name  what messages call the text
Recipe parse(std::string_view text, const std::string& name,
             const std::vector<std::string>& edits = {});
Recipe load(const std::filesystem::path& path, const std::vector<std::string>& edits = {});

/// Every key with its value. Parsing it gives an equal recipe.
std::string to_toml(const Recipe& recipe);
/// The [model] table alone, on one line: what the weights of a run belong to.
std::string model_text(const Recipe& recipe);

/// The options that differ, in the order of the fields.
std::vector<Difference> differences(const Recipe& left, const Recipe& right);

/// A hash of the result-changing options that differ from their defaults, of the data, and of the
/// version of temper's arithmetic. A new option leaves old fingerprints as they were.
std::string fingerprint(const Recipe& recipe, const std::string& data_digest);

/// Checks every schedule's whole course against its option's range: Error{Code::usage} names step
/// and value.
void check_schedules(const Recipe& recipe, const schedule::Horizon& horizon);

/// What is allowed and looks like a mistake, in sentences.
std::vector<std::string> lint(const Recipe& recipe, const schedule::Horizon& horizon);

/// Writes scheduled numbers into a recipe, step by step.
class ScheduleDriver {
 public:
  /// @param recipe  outlives the driver and stays where it is
  ScheduleDriver(Recipe& recipe, const schedule::Horizon& horizon);
  void apply(std::int64_t step);

 private:
  std::vector<std::pair<double*, schedule::Schedule>> driven_;
  schedule::Horizon horizon_;
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
