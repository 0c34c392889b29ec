// Training steps, forward passes and attacks of one network, on request through standard input;
// bench/step.py, bench/inference.py and bench/attack.py drive it, in alternation with its peers.
// Commands, and the line of JSON that each prints:
//
//   threads N                          {}
//   recipe NETWORK                     {"recipe": TOML text with every key}
//   automatic NETWORK                  {"precision": what precision = "auto" selects}
//   begin NETWORK FORMAT BATCH FILE    the proof of a step's work, see bench/proof.py; the weights
//                                      and the batch are written to FILE
//   step N                             {"milliseconds": [...]} for N more steps
//   infer NETWORK FORMAT BATCH FILE    the proof of a forward pass in evaluation mode: as that of a
//                                      step, with "logits" in place of the losses
//   onnx FILE                          {}; writes infer's network with a batch of any size
//   pass N                             {"milliseconds": [...]} for N forward passes
//   attack FILE                        the proof of an evaluation of infer's network under FGSM:
//                                      {"multiply_adds": ..., "fooled": images}; the attacked
//                                      images, in [0, 1], are written to FILE
//   attacks N                          {"milliseconds": [...]} for N such evaluations
//
// A command that fails prints {"error": the reason}.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "executed.h"
#include "temper/adversarial/attack.h"
#include "temper/core/error.h"
#include "temper/core/process.h"
#include "temper/core/random.h"
#include "temper/deploy/onnx.h"
#include "temper/io/format/onnx_file.h"
#include "temper/loss/label_smoothing.h"
#include "temper/train/plan.h"
#include "temper/train/precision.h"
#include "temper/train/step.h"
#include "temper/train/tensors.h"

namespace {

using nlohmann::json;
using temper::Error;
using temper::bench::Executed;
namespace adversarial = temper::adversarial;
namespace model = temper::model;
namespace recipe = temper::recipe;
namespace train = temper::train;

/// A constant learning rate, because the recipe's starts at 0; small, so that the losses of two
/// implementations stay close enough to compare.
constexpr double kLearningRate = 0.01;

// Of the images of batch_of(), and of the attack, in [0, 1]; bench/peers/attack.py has them, too.
constexpr double kMean = 0.5;
constexpr double kDeviation = 64.0 / 255;
constexpr double kRadius = 8.0 / 255;

struct Network {
  recipe::Recipe recipe;
  model::Task task;
  temper::schedule::Horizon horizon = {};
};

constexpr std::string_view kResNet18 = R"(
model = { kind = "resnet", depth = 18, stem = "cifar" }
optimizer = { kind = "sgd", momentum = 0.9, nesterov = true, weight_decay = 5e-4 }
)";

constexpr std::string_view kResNet50 = R"(
model = { kind = "resnet", depth = 50, stem = "imagenet" }
optimizer = { kind = "sgd", momentum = 0.9, nesterov = true, weight_decay = 1e-4 }
loss = { label_smoothing = { smoothing = 0.1, form = "uniform" } }
)";

/// 54,000 images: nine tenths of Fashion-MNIST's training set.
Network quickstart() {
  Network network{.recipe = recipe::load("recipes/fashion-mnist.toml"),
                  .task = {.channels = 1, .height = 28, .width = 28, .classes = 10}};
  network.horizon = recipe::horizon_of(network.recipe, 54'000 / network.recipe.data.batch);
  recipe::resolve(network.recipe, network.horizon);
  return network;
}

Network network_named(const std::string& name) {
  if (name == "quickstart") return quickstart();
  if (name == "resnet18")
    return {.recipe = recipe::parse(kResNet18, name),
            .task = {.channels = 3, .height = 32, .width = 32, .classes = 10}};
  if (name == "resnet50")
    return {.recipe = recipe::parse(kResNet50, name),
            .task = {.channels = 3, .height = 160, .width = 160, .classes = 1000}};
  throw Error(temper::Code::usage,
              fmt::format("unknown network '{}'; expected quickstart, resnet18 or resnet50", name));
}

recipe::Precision precision_named(const std::string& name) {
  if (name == "fp32") return recipe::Precision::fp32;
  if (name == "bf16") return recipe::Precision::bf16;
  throw Error(temper::Code::usage, fmt::format("unknown format '{}'; expected fp32 or bf16", name));
}

/// The format in which a run of this network trains if its recipe sets `precision`.
recipe::Precision resolved(const Network& network, recipe::Precision precision) {
  return train::resolve_precision(precision, train::resolve_device(network.recipe.device));
}

/// Random images and labels, the same on every machine.
temper::data::Batch batch_of(const model::Task& task, std::int64_t size) {
  temper::Random random(1, temper::Purpose::inspect);
  const auto images = at::empty({size, task.channels, task.height, task.width}, at::kFloat);
  auto* pixel = images.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < images.numel(); ++i)
    pixel[i] = (static_cast<float>(random.below(256)) - 127.5F) / 64;
  const auto labels = at::empty({size}, at::kLong);
  auto* label = labels.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < size; ++i)
    label[i] = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(task.classes)));
  return {.views = {images.contiguous(at::MemoryFormat::ChannelsLast)},
          .labels = labels,
          .targets = temper::loss::one_hot(labels, task.classes),
          .labelled = at::full({size}, true, at::kBool),
          .ids = at::arange(size, at::kLong)};
}

/// With gammas that start at 0, the loss of the first step would not depend on their blocks.
void show_every_block(const model::Network& network) {
  const at::NoGradGuard guard;
  for (const auto& parameter : network.parameters())
    if (parameter.kind == model::ParameterKind::norm_weight && !parameter.value.any().item<bool>())
      parameter.value.fill_(0.5);
}

/// A network in training mode, and its batch.
class Training {
 public:
  Training(const Network& network, recipe::Precision precision, std::int64_t batch)
      : recipe_(network.recipe), batch_(batch_of(network.task, batch)) {
    recipe_.precision = resolved(network, precision);
    std::get<temper::optim::Sgd>(recipe_.optimizer).lr = kLearningRate;
    const auto seed = static_cast<std::uint64_t>(recipe_.seed);
    state_ =
        train::start(recipe_, model::build(recipe_.model, network.task, seed), network.horizon);
    state_.network->train(true);
    show_every_block(*state_.network);
  }

  void write(const std::string& file) const {
    auto tensors = train::weights(*state_.network);
    tensors.emplace_back("batch.images", batch_.views.front());
    tensors.emplace_back("batch.labels", batch_.labels);
    train::save_tensors(file, tensors);
  }

  /// Makes two steps: returns the work of the first and the losses of both. The second loss depends
  /// on the gradients and the update of the first step.
  json proof() {
    json losses;
    json result{{"parameters", json::object()}, {"threads", at::get_num_threads()}};
    for (const auto& parameter : state_.network->parameters())
      result["parameters"][parameter.name] = parameter.value.sizes().vec();
    {
      const Executed executed;
      losses.push_back(step());
      const auto& count = executed.multiply_adds();
      result["multiply_adds"] = {{"forward", count.forward}, {"backward", count.backward}};
      result["format"] = executed.format();
      result["layout"] = executed.layout();
    }
    losses.push_back(step());
    result["losses"] = losses;
    return result;
  }

  /// @return the loss
  double step() {
    train::Times ignored;
    return train::step(state_, recipe_, batch_, ignored).loss.item<double>();
  }

 private:
  recipe::Recipe recipe_;
  train::State state_;
  temper::data::Batch batch_;
};

/// A network in evaluation mode, and its batch.
class Inference {
 public:
  Inference(const Network& network, recipe::Precision precision, std::int64_t batch)
      : task_(network.task), batch_(batch_of(network.task, batch)) {
    network_ = model::build(network.recipe.model, network.task, network.recipe.seed);
    show_every_block(*network_);
    network_->set_format(train::format_of(resolved(network, precision)));
    network_->train(false);
  }

  void write(const std::string& file) const {
    auto tensors = train::weights(*network_);
    tensors.emplace_back("batch.images", batch_.views.front());
    tensors.emplace_back("batch.labels", batch_.labels);
    train::save_tensors(file, tensors);
  }

  void write_onnx(const std::string& file) {
    const auto graph = temper::deploy::to_onnx(*network_, task_, {});
    temper::io::write_onnx(file, graph.model);
  }

  json proof() {
    json result{{"parameters", json::object()}, {"threads", at::get_num_threads()}};
    for (const auto& parameter : network_->parameters())
      result["parameters"][parameter.name] = parameter.value.sizes().vec();
    const Executed executed;
    const auto logits = pass().to(at::kDouble).contiguous();
    result["multiply_adds"] = {{"forward", executed.multiply_adds().forward}};
    result["format"] = executed.format();
    result["layout"] = executed.layout();
    const std::span values(logits.const_data_ptr<double>(),
                           static_cast<std::size_t>(logits.numel()));
    result["logits"] = std::vector<double>(values.begin(), values.end());
    return result;
  }

  at::Tensor pass() {
    const c10::InferenceMode inference;
    return network_->forward(batch_.views.front());
  }

  /// FGSM on the batch, and the predictions for its result.
  adversarial::Attacked attack() {
    const std::vector<double> mean(static_cast<std::size_t>(task_.channels), kMean);
    const std::vector<double> deviation(mean.size(), kDeviation);
    const auto classifier = adversarial::in_pixels(
        [this](const at::Tensor& images) { return network_->forward(images); }, mean, deviation);
    const auto pixels = batch_.views.front().mul(kDeviation).add_(kMean);
    const std::vector<std::int64_t> ids(static_cast<std::size_t>(pixels.size(0)), 0);
    return adversarial::run({.method = adversarial::Method::fgsm, .radius = kRadius}, classifier,
                            pixels, batch_.labels, ids);
  }

  json attack_proof(const std::string& file) {
    const Executed executed;
    const auto found = attack();
    const std::vector<train::Named> attacked{{"attacked", found.pixels.contiguous()}};
    train::save_tensors(file, attacked);
    const auto& count = executed.multiply_adds();
    return {{"multiply_adds", {{"forward", count.forward}, {"backward", count.backward}}},
            {"fooled", found.fooled.sum().item<std::int64_t>()}};
  }

 private:
  model::Task task_;
  std::unique_ptr<model::Network> network_;
  temper::data::Batch batch_;
};

/// The milliseconds of each of `count` calls.
template <class Call>
json timed(std::int64_t count, const Call& call) {
  auto times = json::array();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - begin;
    times.push_back(spent.count());
  }
  return {{"milliseconds", times}};
}

class Program {
 public:
  json answer(std::istringstream& words) {
    std::string command;
    words >> command;
    if (command == "begin") return begin(words);
    if (command == "step") return step(words);
    if (command == "infer") return infer(words);
    if (command == "onnx") return onnx(words);
    if (command == "pass") return pass(words);
    if (command == "attack") return attack(words);
    if (command == "attacks") return attacks(words);
    if (command == "threads") return set_threads(words);
    std::string name;
    words >> name;
    const auto network = network_named(name);
    if (command == "recipe") return {{"recipe", recipe::to_toml(network.recipe)}};
    if (command == "automatic")
      return {{"precision", temper::name_of(resolved(network, recipe::Precision::automatic))}};
    throw Error(temper::Code::usage, fmt::format("unknown command '{}'", command));
  }

 private:
  static json set_threads(std::istringstream& words) {
    train::Plan plan;
    words >> plan.recipe.threads.value.emplace();
    train::prepare_thread(plan);
    return json::object();
  }

  json begin(std::istringstream& words) {
    std::string name, format, file;
    std::int64_t batch = 0;
    words >> name >> format >> batch >> file;
    training_.reset();  // two of them may not fit into memory
    training_ = std::make_unique<Training>(network_named(name), precision_named(format), batch);
    training_->write(file);
    auto proof = training_->proof();
    proof["network"] = name;
    proof["batch"] = batch;
    return proof;
  }

  json step(std::istringstream& words) {
    if (!training_) throw Error(temper::Code::usage, "step needs begin first");
    std::int64_t count = 0;
    words >> count;
    return timed(count, [&] { training_->step(); });
  }

  json infer(std::istringstream& words) {
    std::string name, format, file;
    std::int64_t batch = 0;
    words >> name >> format >> batch >> file;
    inference_ = std::make_unique<Inference>(network_named(name), precision_named(format), batch);
    inference_->write(file);
    auto proof = inference_->proof();
    proof["network"] = name;
    proof["batch"] = batch;
    return proof;
  }

  json onnx(std::istringstream& words) {
    std::string file;
    words >> file;
    begun().write_onnx(file);
    return json::object();
  }

  json pass(std::istringstream& words) {
    std::int64_t count = 0;
    words >> count;
    return timed(count, [&] { begun().pass(); });
  }

  json attack(std::istringstream& words) {
    std::string file;
    words >> file;
    return begun().attack_proof(file);
  }

  json attacks(std::istringstream& words) {
    std::int64_t count = 0;
    words >> count;
    return timed(count, [&] { begun().attack(); });
  }

  Inference& begun() {
    if (!inference_) throw Error(temper::Code::usage, "pass, onnx and attack need infer first");
    return *inference_;
  }

  std::unique_ptr<Training> training_;
  std::unique_ptr<Inference> inference_;
};

json answer_to(Program& program, const std::string& line) {
  try {
    std::istringstream words(line);
    return program.answer(words);
  } catch (const std::exception& error) {
    return {{"error", error.what()}};
  }
}

}  // namespace

int main(int, char** argv) {
  temper::restart_with_huge_pages(argv);
  Program program;
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer_to(program, line).dump() << '\n' << std::flush;
}
