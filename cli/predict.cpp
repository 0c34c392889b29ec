#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "temper/io/image.h"
#include "temper/io/read_file.h"
#include "temper/train/monte_carlo.h"
#include "temper/train/saved_model.h"

namespace temper::cli {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 30U;

struct Options {
  std::string run;
  std::vector<std::string> images;
  std::int64_t top = 3;
  std::string weights;
  std::string temperature = "saved";
  std::optional<std::int64_t> mc_dropout;
  bool as_json = false;
};

void print(const std::string& image, const std::vector<train::ClassPrediction>& guesses) {
  std::string line;
  for (const auto& guess : guesses)
    line +=
        fmt::format("{}{} {:.1f}%", line.empty() ? "" : ", ", guess.name, 100 * guess.probability);
  fmt::print("{}: {}\n", image, line);
}

void print(const std::string& image, const train::McDropoutPredictions& guesses) {
  std::string line;
  for (const auto& guess : guesses.top)
    line += fmt::format("{}{} {:.1f}% (sd {:.1f})", line.empty() ? "" : ", ", guess.name,
                        100 * guess.probability, 100 * guess.deviation);
  fmt::print("{}: {}; predictive entropy {:.3f} nats, mutual information {:.3f} nats\n", image,
             line, guesses.entropy, guesses.information);
}

nlohmann::json to_json(const std::string& image, const train::McDropoutPredictions& guesses) {
  auto list = nlohmann::json::array();
  for (const auto& guess : guesses.top)
    list.push_back({{"class", guess.name},
                    {"probability", guess.probability},
                    {"deviation", guess.deviation}});
  return {{"image", image},
          {"top", std::move(list)},
          {"entropy", guesses.entropy},
          {"information", guesses.information}};
}

void print(const std::string& image, const std::vector<train::PredictedValue>& values) {
  std::string line;
  for (const auto& one : values)
    line += fmt::format("{}{} {:.6g}", line.empty() ? "" : ", ", one.name, one.value);
  fmt::print("{}: {}\n", image, line);
}

nlohmann::json to_json(const std::string& image, const std::vector<train::PredictedValue>& values) {
  auto object = nlohmann::json::object();
  for (const auto& one : values) object[one.name] = one.value;
  return {{"image", image}, {"values", std::move(object)}};
}

nlohmann::json to_json(const std::string& image,
                       const std::vector<train::ClassPrediction>& guesses) {
  auto list = nlohmann::json::array();
  for (const auto& guess : guesses)
    list.push_back({{"class", guess.name}, {"probability", guess.probability}});
  return {{"image", image}, {"top", std::move(list)}};
}

void tell(const std::string& image, const auto& guesses, bool as_json) {
  if (as_json)
    fmt::print(
        "{}\n",
        to_json(image, guesses).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  else
    print(image, guesses);
}

void predict(const Options& options) {
  auto model = train::load_model(options.run, options.weights);
  if (options.temperature == "none") model.temperature.reset();
  if (model.temperature)
    fmt::print(
        stderr,
        "note: probabilities at temperature {:.4g}, fitted on {} validation images (--temperature "
        "none turns this off)\n",
        model.temperature->fit.value, model.temperature->images);
  for (const auto& path : options.images) {
    const auto image = io::decode_image(io::read_file(path, kMaxFile), path,
                                        static_cast<int>(model.task.channels));
    if (options.mc_dropout)
      tell(path, train::classify_monte_carlo(model, image, options.top, *options.mc_dropout),
           options.as_json);
    else if (!model.value_names.empty())
      tell(path, train::predict_values(model, image), options.as_json);
    else
      tell(path, train::classify(model, image, options.top), options.as_json);
  }
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
  command
      .option("--mc-dropout", options->mc_dropout,
              "Monte Carlo dropout: number of stochastic forward passes; prints mean probabilities "
              "and their standard deviation in percentage points")
      .called("N");
  command.flag("--json", options->as_json, "print one JSON object per line");
  command.footer("Example:\n  temper predict runs/fashion-mnist shoe.png coat.jpg --top 5");
  command.run([options] { predict(*options); });
}

}  // namespace temper::cli
