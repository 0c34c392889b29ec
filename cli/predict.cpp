#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands.h"
#include "output.h"
#include "pictures.h"
#include "temper/core/error.h"
#include "temper/evaluate/cam_overlay.h"
#include "temper/evaluate/predict_images.h"
#include "temper/io/format/csv.h"
#include "temper/io/format/json_text.h"
#include "temper/run/require_run.h"
#include "temper/train/choose_evaluation.h"
#include "temper/train/clock.h"
#include "temper/train/precision.h"
#include "temper/train/saved_model.h"
#include "tta.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  PictureArguments pictures;
  std::int64_t top = 3;
  std::string weights;
  std::string temperature = "saved";
  std::vector<std::string> sets;
  std::string tta;
  std::optional<std::int64_t> mc_dropout;
  std::string cam;
  std::string cam_class;
  bool as_csv = false;
  bool as_json = false;
};

/// How pictures are read, and their test-time augmentation: as asked for, or those of the run.
void choose_views(train::SavedModel& model, const Options& options) {
  const auto own_views = recipe::tta_text(model.tta);
  train::choose_evaluation(model, options.run, options.sets);
  if (options.mc_dropout) refuse_views(model, own_views, "--mc-dropout");
  if (!options.tta.empty()) refuse_views(model, own_views, "--tta");
  if (options.mc_dropout || !options.tta.empty())
    train::choose_tta(model, options.run,
                      options.mc_dropout ? std::nullopt : recipe::parse_tta(options.tta));
  if (model.tta)
    print_text(stderr, "note: test-time augmentation {} (--tta none turns this off)\n",
               recipe::tta_text(model.tta));
}

void tell_temperature(const train::SavedModel& model) {
  if (!model.temperature) return;
  print_text(
      stderr,
      "note: probabilities at temperature {:.4g}, fitted on {} validation images (--temperature "
      "none turns this off)\n",
      model.temperature->fit.value, model.temperature->images);
}

/// Where the run computed in bf16, which this processor would emulate.
void tell_format(const train::SavedModel& model) {
  const bool asked = train::format_of(model.recipe.precision) == at::kBFloat16;
  if (!asked || model.network->format() == at::kBFloat16) return;
  print_text(stderr,
             "note: the run computed in bf16, which this processor does not have; predictions are "
             "in fp32\n");
}

/// Prints predictions as they come, and counts the pictures that could not be read.
class Printer {
 public:
  Printer(train::SavedModel& model, const Options& options, const evaluate::PredictOptions& each)
      : model_(model), options_(options), each_(each) {
    if (!options.cam.empty()) cam_.emplace(model, options.cam, options.cam_class);
    if (options.as_csv) print_text("{}", io::csv_row(evaluate::table_columns(model, each)));
  }

  void print(const evaluate::ImagePrediction& prediction, const at::Tensor& input) {
    const auto overlay = cam_ ? cam_->add(prediction, input) : std::nullopt;
    print_text("{}", text_of(prediction, overlay));
    std::fflush(stdout);
    ++pictures_;
    taken_.add(prediction);
    const auto* failed = std::get_if<evaluate::UnreadImage>(&prediction.predicted);
    if (failed == nullptr) return;
    ++unread_;
    if (status_) return;
    status_ = failed->code;
    first_unread_ = fmt::format("{}: {}", prediction.image, failed->reason);
  }

  /// Ends the program with the status of the first picture that could not be read.
  void finish(double seconds) const {
    if (model_.tta) print_text(stderr, "note: {}\n", evaluate::to_text(taken_, seconds));
    if (pictures_ == 0) throw Error(Code::usage, "no pictures; expected paths on standard input");
    if (!status_) return;
    print_text(stderr, "temper: {} of {} images could not be read; the first is {}\n", unread_,
               pictures_, first_unread_);
    end_with(static_cast<int>(*status_));
  }

 private:
  [[nodiscard]] std::string text_of(const evaluate::ImagePrediction& prediction,
                                    const std::optional<std::filesystem::path>& overlay) const {
    if (options_.as_csv) return io::csv_row(evaluate::table_row(prediction, model_, each_));
    if (!options_.as_json) return evaluate::to_text(prediction) + "\n";
    auto object = evaluate::to_json(prediction);
    if (overlay) object["cam"] = overlay->string();
    return io::json_text(object) + "\n";
  }

  train::SavedModel& model_;
  const Options& options_;
  const evaluate::PredictOptions& each_;
  std::optional<evaluate::CamFolder> cam_;
  evaluate::ViewsTaken taken_;
  std::int64_t pictures_ = 0;
  std::int64_t unread_ = 0;
  std::optional<Code> status_;
  std::string first_unread_;  ///< and why
};

void predict(const Options& options) {
  run::require_network(options.run);
  auto model = train::load_model(options.run, options.weights);
  choose_views(model, options);
  if (options.temperature == "none") model.temperature.reset();
  tell_temperature(model);
  tell_format(model);
  const evaluate::PredictOptions each{.top = options.top, .mc_dropout = options.mc_dropout};
  Printer printer(model, options, each);
  const train::Stopwatch watch;
  evaluate::predict_images(
      model, next_path(options.pictures),
      {.each = each, .batch = options.pictures.batch, .threads = options.pictures.threads},
      [&](const evaluate::ImagePrediction& prediction, const at::Tensor& input) {
        printer.print(prediction, input);
      });
  printer.finish(watch.seconds());
}

}  // namespace

void add_predict(const Command& app) {
  const auto command = app.command("predict", "Classify images with a finished run's network");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, kAboutNetwork).required();
  add_images(command, options->pictures).required();
  command
      .option("--top", options->top, "number of classes to print; targets are always all printed")
      .positive()
      .with_default();
  command.option("--weights", options->weights, kAboutWeights);
  command
      .option("--temperature", options->temperature,
              "saved: divide the logits by the temperature that `temper eval --temperature fit` "
              "saved for these weights, if there is one; none: no temperature scaling")
      .one_of({"saved", "none"})
      .with_default();
  command.evaluation_edits(options->sets);
  const auto tta = command.option("--tta", options->tta, kAboutTta).called("VIEWS");
  command
      .option("--mc-dropout", options->mc_dropout,
              "Monte Carlo dropout: number of stochastic forward passes; prints mean probabilities "
              "and their standard deviation in percentage points; without test-time augmentation")
      .called("N")
      .excludes(tta);
  add_reading(command, options->pictures);
  const auto cam = command
                       .option("--cam", options->cam,
                               "write for each picture a PNG into this folder that shows where the "
                               "evidence for the class predicted is (Grad-CAM)")
                       .called("DIR");
  command.option("--cam-class", options->cam_class, "show the evidence for this class instead")
      .called("CLASS")
      .needs(cam);
  const auto csv = command.flag("--csv", options->as_csv, "print a table with a header");
  command.flag("--json", options->as_json, "print one JSON object per line").excludes(csv);
  command.footer(
      "Predictions are printed in the order of the pictures, batch by batch. A file that can't be "
      "read is named\nin the output (in JSON and in the table by \"error\") and does not keep the "
      "others from being read; the\nexit status is then 3 (no picture) or 4 (not readable), as of "
      "the first one.\n\n"
      "Examples:\n"
      "  temper predict runs/fashion-mnist shoe.png coat.jpg --top 5\n"
      "  temper predict runs/pictures new/ --csv >predictions.csv\n"
      "  find photos -name '*.jpg' -print0 | temper predict runs/pictures - --null --json\n"
      "  temper predict runs/pictures cat.jpg --cam maps --cam-class dog");
  command.run([options] { predict(*options); });
}

}  // namespace temper::cli
