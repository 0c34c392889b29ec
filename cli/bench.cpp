#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "temper/recipe/recipe.h"
#include "temper/train/data_times.h"
#include "temper/train/open_data.h"
#include "temper/train/plan.h"

namespace temper::cli {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> sets;
  double seconds = 5;
  bool loading_only = false;
  bool as_json = false;
};

void bench_data(const Options& options) {
  const auto recipe = recipe::load(options.file, options.sets);
  const auto plan = train::plan(recipe, train::open_data(recipe));
  const auto times = train::data_times(plan, options.seconds, !options.loading_only);
  if (!options.as_json) {
    fmt::print("{}", to_text(times));
    return;
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"images", times.images},
                                            {"read_seconds", times.read},
                                            {"decode_seconds", times.decode},
                                            {"augment_seconds", times.augment},
                                            {"loader_threads", times.threads},
                                            {"loading_images_per_second", times.loading},
                                            {"training_images_per_second", times.training},
                                            {"step_images_per_second", times.step},
                                            {"wait_seconds", times.wait()}}
                         .dump(2));
}

}  // namespace

void add_bench(const Command& app) {
  const auto bench = app.command("bench", "Measure where time is spent");
  bench.needs_command();
  const auto data = bench.command(
      "data",
      "Measure the time to read, decode and augment an image, and whether training waits for "
      "data");
  auto options = std::make_shared<Options>();
  data.option("recipe", options->file, "recipe file").called("RECIPE").required();
  data.option("--set", options->sets, "override an option, for example data.num_workers=2")
      .called("KEY=VALUE");
  data.option("--seconds", options->seconds, "duration of each of the two measurements")
      .called("SECONDS")
      .within(0.1, 3600.0)
      .with_default();
  data.flag("--loading-only", options->loading_only,
            "measure loading only, without training steps");
  data.flag("--json", options->as_json, "print as JSON");
  data.run([options] { bench_data(*options); });
}

}  // namespace temper::cli
