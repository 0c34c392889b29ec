#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "temper/cost/data_times.h"
#include "temper/recipe/recipe.h"
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
  const auto plan = train::open_plan(recipe::load(options.file, options.sets));
  const auto times = cost::data_times(plan, options.seconds, !options.loading_only);
  if (options.as_json)
    fmt::print("{}\n", cost::to_json(times).dump(2));
  else
    fmt::print("{}", cost::to_text(times));
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
  data.edits(options->sets);
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
