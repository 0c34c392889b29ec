// Training steps, forward passes and attacks of one network, on request through standard input;
// bench/step.py, bench/ranks.py, bench/inference.py and bench/attack.py drive it, in alternation
// with its peers. Commands, and the line of JSON that each prints:
//
//   threads N                          {}
//   join                               {"rank": ..., "ranks": ...}; joins the processes that the
//                                      environment names, see temper/distributed/ranks.h: all of
//                                      them get the same commands from then on, and share batches
//   recipe NETWORK                     {"recipe": TOML text with every key}
//   automatic NETWORK                  {"precision": what precision = "auto" selects}
//   begin NETWORK FORMAT BATCH FILE    the proof of a step's work, see bench/proof.py and, of a
//                                      rank, bench/ranks_proof.py; the weights and the batch are
//                                      written to FILE, by rank 0
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
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <chrono>
#include <exception>
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
#include "temper/deploy/onnx.h"
#include "temper/distributed/group.h"
#include "temper/distributed/ranks.h"
#include "temper/io/format/onnx_file.h"
#include "temper/train/plan.h"
#include "temper/train/precision.h"
#include "temper/train/tensors.h"
#include "training.h"

namespace {

using nlohmann::json;
using temper::Error;
using temper::bench::batch_of;
using temper::bench::Executed;
using temper::bench::Network;
using temper::bench::network_named;
using temper::bench::precision_named;
using temper::bench::resolved;
using temper::bench::Training;
namespace adversarial = temper::adversarial;
namespace bench = temper::bench;
namespace distributed = temper::distributed;
namespace model = temper::model;
namespace recipe = temper::recipe;
namespace train = temper::train;

// Of the images of batch_of(), and of the attack, in [0, 1]; bench/peers/attack.py has them, too.
constexpr double kMean = 0.5;
constexpr double kDeviation = 64.0 / 255;
constexpr double kRadius = 8.0 / 255;

/// A network in evaluation mode, and its batch.
class Inference {
 public:
  Inference(const Network& network, recipe::Precision precision, std::int64_t batch)
      : task_(network.task), batch_(batch_of(network.task, batch)) {
    network_ = model::build(network.recipe.model, network.task, network.recipe.seed);
    bench::show_every_block(*network_);
    network_->set_format(train::format_of(resolved(network, precision)));
    network_->train(false);
  }

  void write(const std::string& file) const { bench::write(file, *network_, batch_); }

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
    if (command == "join") return join();
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

  /// Parts from the other ranks, if there are any, once all of them are done.
  void close() {
    training_.reset();
    if (group_) group_->close();
  }

 private:
  static json set_threads(std::istringstream& words) {
    train::Plan plan;
    words >> plan.recipe.threads.value.emplace();
    train::prepare_thread(plan);
    return json::object();
  }

  json join() {
    const auto ranks = distributed::ranks_of(distributed::process_environment());
    if (!ranks)
      throw Error(
          temper::Code::usage,
          "join needs the variables RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT of one of "
          "several processes");
    group_ = std::make_shared<distributed::Group>(*ranks);
    return {{"rank", group_->rank()}, {"ranks", group_->size()}};
  }

  json begin(std::istringstream& words) {
    std::string name, format, file;
    std::int64_t batch = 0;
    words >> name >> format >> batch >> file;
    training_.reset();  // two of them may not fit into memory
    training_ =
        std::make_unique<Training>(network_named(name), precision_named(format), batch, group_);
    if (!group_ || group_->leads()) training_->write(file);
    auto proof = training_->proof();
    proof["network"] = name;
    proof["batch"] = batch;
    return proof;
  }

  json step(std::istringstream& words) {
    if (!training_) throw Error(temper::Code::usage, "step needs begin first");
    std::int64_t count = 0;
    words >> count;
    if (group_) group_->barrier();  // the ranks begin together
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

  std::shared_ptr<distributed::Group> group_;  ///< null for a process on its own
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
  try {
    program.close();
  } catch (const std::exception& error) {
    std::cerr << "bench_step: " << error.what() << '\n';
    return 1;
  }
}
