// A custom network, data source and image operation in temper's trainer, which writes checkpoints
// and log for them as for the built-in ones; `temper report DIRECTORY` makes the report.
#include <ATen/Context.h>
#include <ATen/ops/relu.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <cstdio>
#include <memory>

#include "stripes.h"
#include "temper/core/error.h"
#include "temper/model/module.h"
#include "temper/run/run.h"

namespace {

/// Any torch::nn::Module whose forward() maps images to logits can be used.
struct Network : torch::nn::Module {
  explicit Network(const temper::model::Task& task)
      : first(register_module(
            "first", torch::nn::Conv2d(
                         torch::nn::Conv2dOptions(task.channels, 16, 3).padding(1).bias(false)))),
        norm(register_module("norm", torch::nn::BatchNorm2d(16))),
        second(register_module("second",
                               torch::nn::Conv2d(torch::nn::Conv2dOptions(16, 32, 3).stride(2)))),
        classify(register_module("classify", torch::nn::Linear(32, task.classes))) {}

  at::Tensor forward(const at::Tensor& images) {
    const auto features = at::relu(second(at::relu(norm(first(images)))));
    return classify(features.mean({2, 3}));
  }

  torch::nn::Conv2d first;
  torch::nn::BatchNorm2d norm;
  torch::nn::Conv2d second;
  torch::nn::Linear classify;
};

std::unique_ptr<temper::model::Network> make_network(const temper::model::Task& task,
                                                     std::uint64_t seed) {
  at::manual_seed(seed);  // LibTorch's modules initialize their weights from its global generator
  return temper::model::wrap(std::make_shared<Network>(task));
}

/// Replaces an image by its negative with probability 0.5.
void invert(temper::io::Image& image, temper::Random& random) {
  if (!random.chance(0.5)) return;
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
}

temper::recipe::Recipe make_recipe() {
  temper::recipe::Recipe recipe;
  recipe.name = "stripes";
  recipe.epochs = 3;
  recipe.data.batch = 32;
  recipe.data.augment = {temper::augment::Custom{.name = "invert", .function = invert}};
  recipe.model = temper::model::Custom{.name = "two convolutions", .function = make_network};
  recipe.optimizer = temper::optim::Sgd{.lr = 0.1, .nesterov = true};
  return recipe;
}

}  // namespace

int main(int argc, char** argv) {
  const char* directory = argc > 1 ? argv[1] : "runs/stripes";
  try {
    const temper::data::Dataset data{.train = std::make_shared<Stripes>("training", 2000, 1),
                                     .validation = nullptr,
                                     .test = std::make_shared<Stripes>("test", 500, 2),
                                     .height = Stripes::kSide,
                                     .width = Stripes::kSide};
    const auto plan = temper::train::plan(make_recipe(), data);
    const auto outcome = temper::run::run(plan, {.directory = directory});
    if (outcome.test)
      std::printf("test accuracy %.3f, run in %s\n", outcome.test->score.accuracy, directory);
  } catch (const temper::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
