#pragma once
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/io/disk/read_file.h"
#include "temper/io/format/safetensors.h"
#include "temper/measure/accuracy.h"
#include "temper/measure/likelihood.h"
#include "temper/measure/mistakes.h"
#include "temper/report/report.h"

/// A run directory as written by training, with only the files that a test needs.
namespace temper::report::fake {

using Json = nlohmann::json;
namespace fs = std::filesystem;

struct Directory {
  Directory() {
    std::string name = (fs::temp_directory_path() / "temper-report-XXXXXX").string();
    path = fs::path(mkdtemp(name.data())) / "a run";
    fs::create_directory(path);
  }
  ~Directory() { fs::remove_all(path.parent_path()); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  void write(const char* file, const std::string& text) const {
    std::ofstream(path / file, std::ios::binary) << text;
  }
  void log(const Json& line) const {
    std::ofstream(path / "metrics.jsonl", std::ios::app) << line.dump() << '\n';
  }
  fs::path path;
};

inline Json score(double loss, double accuracy, int count) {
  return {{"loss", loss}, {"accuracy", accuracy}, {"count", count}};
}

inline std::vector<std::string> class_names(int classes) {
  std::vector<std::string> names;
  for (int i = 0; i < classes; ++i) names.push_back("name-" + std::to_string(i));
  return names;
}

inline void log_start(const Directory& run, const std::vector<std::string>& classes) {
  run.log({{"event", "start"},
           {"time", "2026-01-31T12:00:00Z"},
           {"name", "trial"},
           {"fingerprint", "00c0ffee"},
           {"step", 0},
           {"steps_per_epoch", 10},
           {"total_steps", 20},
           {"epochs", 2},
           {"parameters", 258426},
           {"multiply_adds", 14230272},
           {"train_images", 900},
           {"validation_images", 100},
           {"test_images", 200},
           {"classes", classes},
           {"channels", 1},
           {"height", 8},
           {"width", 8},
           {"batch", 90}});
}

inline void log_training(const Directory& run, int epochs = 2, bool averaged = true) {
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (int step = 10 * epoch - 9; step <= 10 * epoch; ++step)
      run.log({{"event", "step"},
               {"step", step},
               {"epoch", step / 10.0},
               {"loss", 2.0 / step},
               {"lr", 0.1},
               {"images_per_second", 500.0},
               {"seconds", step * 1.5}});
    run.log(
        {{"event", "norms"},
         {"step", 10 * epoch},
         {"layers",
          {{{"name", "conv1.weight"}, {"weight", 1.25}, {"gradient", 0.5}, {"update", 0.01}}}}});
    Json line = {{"event", "epoch"},
                 {"epoch", epoch},
                 {"step", 10 * epoch},
                 {"seconds", 15.0 * epoch},
                 {"raw", {{"train", score(0.5, 0.8, 100)}, {"validation", score(0.75, 0.7, 100)}}}};
    if (averaged)
      line["averaged"] = {{"train", score(0.4, 0.85, 100)}, {"validation", score(0.5, 0.81, 100)}};
    run.log(line);
  }
}

struct Tested {
  at::Tensor logits;
  at::Tensor labels;
};

inline io::TensorView view(const char* name, io::Dtype dtype, const at::Tensor& t) {
  return {
      name,
      dtype,
      t.sizes().vec(),
      {static_cast<const std::byte*>(t.const_data_ptr()), static_cast<std::size_t>(t.nbytes())}};
}

/// Test score, predictions and mistakes, and the end of the log.
inline Tested log_test(const Directory& run, int classes, int images = 200, int channels = 1) {
  auto generator = at::detail::createCPUGenerator(7);
  Tested test{at::randn({images, classes}, generator, at::kFloat),
              at::randint(classes, {images}, generator, at::kLong)};
  test.logits.scatter_add_(1, test.labels.unsqueeze(1), at::empty({images, 1}).fill_(3));
  const auto ids = at::empty({images}, at::kLong);
  for (int i = 0; i < images; ++i) ids.mutable_data_ptr<std::int64_t>()[i] = 1000 + i;
  io::write_safetensors(
      run.path / "predictions.safetensors",
      std::vector{view("logits", io::Dtype::f32, test.logits),
                  view("labels", io::Dtype::i64, test.labels), view("ids", io::Dtype::i64, ids)});
  const auto wrong = measure::most_confident_mistakes(test.logits, test.labels, 24);
  const auto count = static_cast<std::int64_t>(wrong.size());
  const auto pixels = at::empty({count, 8, 8, channels}, at::kByte).fill_(99);
  const auto rows = at::empty({count}, at::kLong);
  for (std::size_t i = 0; i < wrong.size(); ++i)
    rows.mutable_data_ptr<std::int64_t>()[i] = wrong[i].row;
  io::write_safetensors(
      run.path / "mistakes.safetensors",
      std::vector{view("images", io::Dtype::u8, pixels), view("rows", io::Dtype::i64, rows)});
  Json line = score(measure::negative_log_likelihood(test.logits, test.labels),
                    measure::top_k_accuracy(test.logits, test.labels), images);
  line["event"] = "test";
  line["weights"] = "averaged";
  run.log(line);
  run.log({{"event", "end"},
           {"seconds", 31.5},
           {"time",
            {{"data", 1.0},
             {"forward", 10.0},
             {"backward", 18.0},
             {"update", 1.5},
             {"evaluate", 0.5},
             {"save", 0.25}}}});
  return test;
}

inline void write_recipe(const Directory& run) {
  run.write("recipe.toml", "name = \"trial\"\nseed = 42\n");
  run.write("environment.json",
            R"({"temper":"0.1.0","libtorch":"2.11.0","command":["temper","train","it's.toml"]})");
}

inline std::string render(const Directory& run) {
  return io::read_text(write_report(run.path).path);
}

/// The data of a page's plots.
inline Json plotted(const std::string& page) {
  const std::string open = "id=\"plots\">";
  const auto begin = page.find(open) + open.size();
  return Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

}  // namespace temper::report::fake
