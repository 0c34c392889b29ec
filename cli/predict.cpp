#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/evaluate/predict_image.h"
#include "temper/io/format/json_text.h"
#include "temper/train/choose_evaluation.h"
#include "temper/train/clock.h"
#include "temper/train/saved_model.h"
#include "tta.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  std::vector<std::string> images;
  std::int64_t top = 3;
  std::string weights;
  std::string temperature = "saved";
  std::vector<std::string> sets;
  std::string tta;
  std::optional<std::int64_t> mc_dropout;
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

void predict(const Options& options) {
  auto model = train::load_model(options.run, options.weights);
  choose_views(model, options);
  if (options.temperature == "none") model.temperature.reset();
  if (model.temperature)
    print_text(
        stderr,
        "note: probabilities at temperature {:.4g}, fitted on {} validation images (--temperature "
        "none turns this off)\n",
        model.temperature->fit.value, model.temperature->images);
  std::size_t unread = 0;
  std::optional<Code> status;
  evaluate::ViewsTaken taken;
  const train::Stopwatch watch;
  for (const auto& path : options.images) {
    const auto prediction = evaluate::predict_image(
        model, path, {.top = options.top, .mc_dropout = options.mc_dropout});
    print_text("{}\n", options.as_json ? io::json_text(evaluate::to_json(prediction))
                                       : evaluate::to_text(prediction));
    if (const auto* failed = std::get_if<evaluate::UnreadImage>(&prediction.predicted)) {
      ++unread;
      status = status.value_or(failed->code);
    }
    taken.add(prediction);
  }
  if (model.tta) print_text(stderr, "note: {}\n", evaluate::to_text(taken, watch.seconds()));
  if (!status) return;
  fmt::print(stderr, "temper: {} of {} images could not be read\n", unread, options.images.size());
  end_with(static_cast<int>(*status));
}

}  // namespace

void add_predict(const Command& app) {
  const auto command = app.command("predict", "Classify images with a finished run's network");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, "the run directory").required();
  command.option("images", options->images, "PNG, JPEG or WebP files").required().called("IMAGE");
  command
      .option("--top", options->top, "number of classes to print; targets are always all printed")
      .positive()
      .with_default();
  command.option(
      "--weights", options->weights,
      "weights of the finished run (raw, averaged, or the name of one of several averages, such as "
      "ema-2) or of a checkpoint (best, last); default: those the run was tested with");
  command
      .option("--temperature", options->temperature,
              "saved: divide the logits by the temperature that `temper eval --temperature fit` "
              "saved for these weights, if there is one; none: no temperature scaling")
      .one_of({"saved", "none"})
      .with_default();
  command.edits(options->sets);
  const auto tta = command.option("--tta", options->tta, kAboutTta).called("VIEWS");
  command
      .option("--mc-dropout", options->mc_dropout,
              "Monte Carlo dropout: number of stochastic forward passes; prints mean probabilities "
              "and their standard deviation in percentage points; without test-time augmentation")
      .called("N")
      .excludes(tta);
  command.flag("--json", options->as_json, "print one JSON object per line");
  command.footer(
      "A file that can't be read is named in the output (in JSON by \"error\") and does not keep "
      "the others\nfrom being read; the exit status is then 3 (no picture) or 4 (not readable), "
      "that of the first one.\n\n"
      "Example:\n  temper predict runs/fashion-mnist shoe.png coat.jpg --top 5");
  command.run([options] { predict(*options); });
}

}  // namespace temper::cli
