#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/core/error.h"
#include "temper/imports/args_file.h"
#include "temper/imports/timm.h"
#include "temper/imports/torchvision.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/read_file.h"

namespace temper::cli {
namespace {

struct Options {
  std::string source;
  std::vector<std::string> command;
  std::optional<std::int64_t> processes;
  std::string out;
};

imports::Imported imported(const Options& options) {
  if (options.source == "timm") return imports::import_timm(options.command, options.processes);
  if (options.source == "torchvision")
    return imports::import_torchvision(options.command, options.processes);
  const std::filesystem::path file = options.source;
  const bool named = file.extension() == ".yaml" || file.extension() == ".yml";
  if (!named && !std::filesystem::exists(file))
    throw Error(Code::usage, fmt::format("'{}' is no file; expected an args.yaml of timm's, or "
                                         "timm or torchvision with a command line after --",
                                         options.source));
  const auto text = io::read_text(file, imports::kMostArgsBytes);
  return imports::import_timm_file(text, options.source, options.command, options.processes);
}

void print_remarks(const imports::Imported& imported) {
  for (const auto& remark : imported.remarks)
    print_text(stderr, "{}: {}{}{}\n",
               remark.fate == imports::Fate::differs ? "differs" : "not carried over",
               remark.option, remark.option.empty() ? "" : ": ", remark.text);
}

void run_import(const Options& options) {
  const auto made = imported(options);
  if (options.out.empty()) {
    print_text("{}", made.recipe);
  } else {
    io::write_new_file(options.out, made.recipe);
    print_text("wrote {}; train it with: temper train {}\n", options.out, options.out);
  }
  print_remarks(made);
}

}  // namespace

void add_import(const Command& app) {
  const auto command = app.command(
      "import",
      "Make a recipe from timm's args.yaml, or from a command line of timm's train.py or "
      "torchvision's references/classification/train.py");
  auto options = std::make_shared<Options>();
  command
      .option("source", options->source,
              "an args.yaml that timm's train.py wrote, or timm or torchvision for a command line")
      .called("FILE")
      .required();
  command
      .option("command", options->command,
              "the command line, after --, from its launcher or from its options on; after a file: "
              "options that replace the file's")
      .called("WORDS");
  command
      .option("--processes", options->processes,
              "number of processes that train together, where no launcher says it (default: 1)")
      .called("N")
      .positive();
  command.option("--out", options->out, "the file to write (default: standard output)")
      .called("FILE");
  command.footer(
      "Examples:\n"
      "  temper import output/train/mine/args.yaml --processes 8 --out mine.toml\n"
      "  temper import timm -- torchrun --nproc_per_node=8 train.py /data --model resnet50 --amp\n"
      "  temper import timm -- --model resnet50 -b 256 --sched cosine --lr 0.5\n"
      "  temper import torchvision -- torchrun --nproc_per_node=8 train.py --model resnet50\n"
      "What temper does differently, and what it lacks, is written to standard error and into the "
      "recipe.");
  command.run([options] { run_import(*options); });
}

}  // namespace temper::cli
