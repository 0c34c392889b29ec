#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/core/error.h"
#include "temper/core/grouped.h"
#include "temper/core/processors.h"
#include "temper/data/sources/unreadable_image.h"
#include "temper/data/tools/pack.h"
#include "temper/io/format/json_text.h"
#include "temper/train/check_data.h"
#include "temper/train/installed_weights.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Check {
  std::string source;
  std::vector<std::string> sets;
  std::string weights;
  bool as_json = false;
  bool digest = false;
};

struct Pack {
  std::string source;
  std::string out;
  std::int64_t shard_size = 256;  ///< MiB
  std::int64_t short_side = 0;
  std::int64_t quality = 90;
  bool skip_bad = false;
};

void check(const Check& options) {
  const auto threads = processors();
  const auto result = train::check_data(options.source, options.sets,
                                        {.threads = threads, .digest = options.digest},
                                        train::starting_weights(options.weights));
  if (options.as_json)
    print_text("{}\n", io::json_text(train::to_json(result), 2));
  else
    print_text("{}", train::to_text(result));
  if (!result.check.good()) end_with(static_cast<int>(Code::data));
}

void pack(const Pack& options) try {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto progress = [terminal](std::int64_t done, std::int64_t all) {
    if (terminal)
      fmt::print(stderr, "\r{} of {} images{}", grouped(done), grouped(all),
                 done == all ? "\n" : "");
  };
  const auto packed = data::pack(options.source, options.out,
                                 {.shard_bytes = options.shard_size << 20,
                                  .short_side = options.short_side,
                                  .quality = static_cast<int>(options.quality),
                                  .skip_bad = options.skip_bad},
                                 progress);
  print_text("{}", data::to_text(packed, options.out));
} catch (const data::UnreadableImage& error) {
  throw error.with_advice("--skip-bad");
}

}  // namespace

void add_data(const Command& app) {
  const auto data = app.command("data", "Check a data set, pack it into shards");
  data.needs_command();

  const auto checked = data.command(
      "check",
      "Read every image and report counts, sizes, classes, damaged files and duplicates. Exit "
      "status 3 if there is an error");
  auto check_options = std::make_shared<Check>();
  checked
      .option("source", check_options->source,
              "any value of data.source: a folder of images, a table, shards, ...; or a recipe "
              "(.toml), whose data is checked, with warnings where its augmentation harms it")
      .called("SOURCE")
      .required();
  checked.edits(check_options->sets);
  add_starting_weights(checked, check_options->weights);
  checked.flag("--digest", check_options->digest,
               "print the hashes of the data that a run records in environment.json: of names, "
               "labels and sizes, and of the bytes of the images");
  checked.flag("--json", check_options->as_json, "print as JSON");
  checked.run([check_options] { check(*check_options); });

  const auto packed = data.command(
      "pack", "Write a data set as tar shards, readable by temper and Python's webdataset");
  auto options = std::make_shared<Pack>();
  packed.option("source", options->source, "any value of data.source").called("SOURCE").required();
  packed.option("out", options->out, "the folder to create").called("FOLDER").required();
  packed.option("--shard-size", options->shard_size, "maximum size of a shard")
      .called("MIB")
      .within(1, 1 << 20)
      .with_default();
  packed
      .option("--short-side", options->short_side,
              "shrink images whose shorter side is longer than this, and store them as JPEG, "
              "which is faster to read (default: no image is changed)")
      .called("PIXELS")
      .within(1, 65500);
  packed.option("--quality", options->quality, "quality of these JPEG files")
      .called("1-100")
      .within(1, 100)
      .with_default();
  packed.flag("--skip-bad", options->skip_bad, "skip images that cannot be decoded, and list them");
  packed.run([options] { pack(*options); });

  data.footer(
      "Examples:\n"
      "  temper data check pictures/\n"
      "  temper data check pictures/ --digest\n"
      "  temper data check mine.toml\n"
      "  temper data pack pictures/ packed/ --short-side 320\n"
      "  temper train packed/");
}

}  // namespace temper::cli
