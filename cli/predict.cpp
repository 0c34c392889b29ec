#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "temper/io/image.h"
#include "temper/io/read_file.h"
#include "temper/train/saved_model.h"

namespace temper::cli {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 30U;

struct Options {
  std::string run;
  std::vector<std::string> images;
  std::int64_t top = 3;
  std::string weights;
  bool as_json = false;
};

void print(const std::string& image, const std::vector<train::Guess>& guesses) {
  std::string line;
  for (const auto& guess : guesses)
    line +=
        fmt::format("{}{} {:.1f}%", line.empty() ? "" : ", ", guess.name, 100 * guess.probability);
  fmt::print("{}: {}\n", image, line);
}

nlohmann::json to_json(const std::string& image, const std::vector<train::Guess>& guesses) {
  auto list = nlohmann::json::array();
  for (const auto& guess : guesses)
    list.push_back({{"class", guess.name}, {"probability", guess.probability}});
  return {{"image", image}, {"top", std::move(list)}};
}

void predict(const Options& options) {
  auto model = train::load_model(options.run, options.weights);
  for (const auto& path : options.images) {
    const auto image = io::decode_image(io::read_file(path, kMaxFile), path,
                                        static_cast<int>(model.task.channels));
    const auto guesses = train::classify(model, image, options.top);
    if (options.as_json)
      fmt::print(
          "{}\n",
          to_json(path, guesses).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    else
      print(path, guesses);
  }
}

}  // namespace

void add_predict(CLI::App& app) {
  auto* command =
      app.add_subcommand("predict", "Say what is on pictures, with a finished run's network");
  auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "the run directory")->required();
  command->add_option("images", options->images, "PNG, JPEG or WebP files")
      ->required()
      ->type_name("IMAGE");
  command->add_option("--top", options->top, "how many classes to name")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--weights", options->weights,
                   "of the finished run, or of its best or last checkpoint (default: those the run "
                   "was tested with)")
      ->check(CLI::IsMember({"raw", "averaged", "best", "last"}));
  command->add_flag("--json", options->as_json, "print one JSON object a line");
  command->footer("Example:\n  temper predict runs/fashion-mnist shoe.png coat.jpg --top 5");
  command->callback([options] { predict(*options); });
}

}  // namespace temper::cli
