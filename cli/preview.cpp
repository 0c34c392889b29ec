#include "temper/run/preview.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/data/sources/unreadable_image.h"
#include "temper/io/format/json_text.h"
#include "temper/report/preview_page.h"
#include "temper/train/choose.h"
#include "temper/train/installed_weights.h"
#include "temper/train/request.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Options {
  std::string source;
  std::vector<std::string> sets;
  std::string weights;
  std::string out = "preview.html";
  std::optional<std::int64_t> seed;
  run::PreviewOptions shown;
  bool as_json = false;
};

void preview_command(const Options& options) try {
  report::check_preview_name(options.out);
  auto sets = options.sets;
  if (options.seed) sets.push_back(fmt::format("seed={}", *options.seed));
  const auto chosen = train::choose_recipe({.source = options.source,
                                            .sets = sets,
                                            .weights = train::starting_weights(options.weights),
                                            .save_choice = false});
  print_text(stderr, "{}", chosen.note);
  const auto plan = train::plan(chosen.recipe, chosen.data);
  tell_pretrained(plan);
  const auto preview = run::preview(plan, options.shown);
  report::write_preview(preview, options.out);
  if (options.as_json)
    print_text("{}\n", io::json_text(run::to_json(preview), 2));
  else
    print_text("preview  {}\n", options.out);
} catch (const data::UnreadableImage& error) {
  throw error.with_advice(data::kSkipBadImages);
}

}  // namespace

void add_preview(const Command& app) {
  const auto command = app.command(
      "preview", "Show what the network will see: pictures, each operation on them, all of them");
  auto options = std::make_shared<Options>();
  command
      .option("source", options->source,
              "a recipe, or data for which one is chosen, as for `temper train`")
      .called("RECIPE");
  command.edits(options->sets);
  add_starting_weights(command, options->weights);
  command
      .option("--out", options->out,
              "the file to write: .html, a page in one file, or .png, one sheet")
      .called("FILE")
      .with_default();
  const auto pictures = command
                            .option("--pictures", options->shown.pictures,
                                    "number of pictures, chosen at random by the seed")
                            .called("N")
                            .within(1, 64)
                            .with_default();
  command
      .option("--image", options->shown.images,
              "in place of random pictures: a training image, by its name or its number in the "
              "training set, or any image file; may be repeated")
      .called("IMAGE")
      .one_at_a_time()
      .excludes(pictures);
  command
      .option("--epochs", options->shown.epochs,
              "number of epochs in which the first picture is shown")
      .called("N")
      .within(1, 64)
      .with_default();
  command.option("--seed", options->seed, "the seed of the run, in place of the recipe's")
      .called("SEED");
  command.flag("--json", options->as_json,
               "print what each operation drew and did to each picture");
  command.footer(
      "Examples:\n"
      "  temper preview mine.toml\n"
      "  temper preview mine.toml --out sheet.png --pictures 4 --epochs 12\n"
      "  temper preview mine.toml --image pictures/train/cat/7.jpg --seed 3\n"
      "  temper preview mine.toml --set \"data.augment=[{kind='pad_crop'}, {kind='flip'}]\"");
  command.run([options] { preview_command(*options); });
}

}  // namespace temper::cli
