#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "table_format.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/report/comparison_page.h"
#include "temper/report/comparison_text.h"
#include "temper/run/require_run.h"

namespace temper::cli {
namespace {

constexpr std::size_t kMostPictures = 24;

struct Options {
  std::vector<std::string> runs;
  std::string out;
  std::string images;
  std::string format = "text";
};

void compare(const Options& options) {
  const std::vector<std::filesystem::path> runs(options.runs.begin(), options.runs.end());
  for (const auto& path : runs) run::require_run(path);
  const auto comparison = report::compare_runs(runs);
  report::TestImages test;
  if (!options.images.empty()) {
    report::require_images(comparison, "--images");
    const auto shown = report::most_disputed(comparison, options.out.empty() ? 0 : kMostPictures);
    test = report::test_images(comparison, shown);
    io::write_atomically(options.images, report::images_csv(comparison, test.names));
  }
  if (!options.out.empty())
    io::write_atomically(options.out, report::comparison_page(comparison, test));
  print_text("{}", report::to_text(comparison, table_format(options.format)));
  if (!options.images.empty()) print_text(stderr, "images  {}\n", options.images);
  if (!options.out.empty()) print_text(stderr, "page  {}\n", options.out);
}

}  // namespace

void add_compare(const Command& app) {
  const auto command = app.command(
      "compare", "Compare runs: recipes, results, and which images only one of them gets right");
  auto options = std::make_shared<Options>();
  command.option("runs", options->runs, "two or more run directories").called("RUN").required();
  command.option("--out", options->out, "also write a page with the learning curves: an HTML file")
      .called("FILE");
  command
      .option(
          "--images", options->images,
          "also write a CSV file of the images that some runs classify rightly and others wrongly, "
          "with what each predicts; their names are read from the data set, and for the page of "
          "--out pictures, too")
      .called("FILE");
  add_table_format(command, options->format);
  command.footer(
      "Runs must have been tested on the same images. Runs that have not finished are compared by "
      "their\nrecipes and curves alone. Whether a recipe is better, and not only one run of it, is "
      "a question for\ntemper ablate.\n\n"
      "Examples:\n"
      "  temper compare runs/mine runs/mine-2\n"
      "  temper compare runs/* --out compare.html --images disputed.csv\n"
      "  temper compare runs/a runs/b --format markdown");
  command.run([options] { compare(*options); });
}

}  // namespace temper::cli
