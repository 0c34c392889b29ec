#include "training.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "executed.h"
#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/distributed/ranks.h"
#include "temper/loss/label_smoothing.h"
#include "temper/train/data_parallel.h"
#include "temper/train/plan.h"
#include "temper/train/precision.h"
#include "temper/train/step.h"
#include "temper/train/tensors.h"

namespace temper::bench {
namespace {

using nlohmann::json;

/// A constant learning rate, because the recipe's starts at 0; small, so that the losses of two
/// implementations stay close enough to compare.
constexpr double kLearningRate = 0.01;

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

json shown(const std::vector<Message>& messages) {
  auto list = json::array();
  for (const auto& message : messages)
    list.push_back(json{
        {"operation", message.operation}, {"format", message.format}, {"bytes", message.bytes}});
  return list;
}

}  // namespace

Network network_named(const std::string& name) {
  if (name == "quickstart") return quickstart();
  if (name == "resnet18")
    return {.recipe = recipe::parse(kResNet18, name),
            .task = {.channels = 3, .height = 32, .width = 32, .classes = 10}};
  if (name == "resnet50")
    return {.recipe = recipe::parse(kResNet50, name),
            .task = {.channels = 3, .height = 160, .width = 160, .classes = 1000}};
  throw Error(Code::usage,
              fmt::format("unknown network '{}'; expected quickstart, resnet18 or resnet50", name));
}

recipe::Precision precision_named(const std::string& name) {
  if (name == "fp32") return recipe::Precision::fp32;
  if (name == "bf16") return recipe::Precision::bf16;
  throw Error(Code::usage, fmt::format("unknown format '{}'; expected fp32 or bf16", name));
}

recipe::Precision resolved(const Network& network, recipe::Precision precision) {
  return train::resolve_precision(precision, train::resolve_device(network.recipe.device));
}

data::Batch batch_of(const model::Task& task, std::int64_t size) {
  Random random(1, Purpose::inspect);
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
          .targets = loss::one_hot(labels, task.classes),
          .labelled = at::full({size}, true, at::kBool),
          .ids = at::arange(size, at::kLong)};
}

void show_every_block(const model::Network& network) {
  const at::NoGradGuard guard;
  for (const auto& parameter : network.parameters())
    if (parameter.kind == model::ParameterKind::norm_weight && !parameter.value.any().item<bool>())
      parameter.value.fill_(0.5);
}

void write(const std::string& file, const model::Network& network, const data::Batch& batch) {
  auto tensors = train::weights(network);
  tensors.emplace_back("batch.images", batch.views.front());
  tensors.emplace_back("batch.labels", batch.labels);
  train::save_tensors(file, tensors);
}

Training::Training(const Network& network, recipe::Precision precision, std::int64_t batch,
                   std::shared_ptr<distributed::Group> group)
    : recipe_(network.recipe),
      group_(std::move(group)),
      whole_(batch_of(network.task, batch)),
      own_(whole_) {
  recipe_.precision = resolved(network, precision);
  std::get<optim::Sgd>(recipe_.optimizer).lr = kLearningRate;
  const auto seed = static_cast<std::uint64_t>(recipe_.seed);
  state_ = train::start(recipe_, model::build(recipe_.model, network.task, seed), network.horizon);
  state_.network->train(true);
  show_every_block(*state_.network);
  if (!group_) return;
  state_.ranks = std::make_shared<train::DataParallel>(group_, *state_.network, state_.targets,
                                                       recipe_.comm_hook);
  const auto rows = distributed::rows_of(batch, group_->rank(), group_->size());
  own_ = whole_.rows(rows.first, rows.count);
  own_.all_rows = batch;
}

void Training::write(const std::string& file) const {
  bench::write(file, *state_.network, whole_);
}

json Training::proof() {
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
  if (group_) {
    const Executed executed;
    step();
    result["messages"] = shown(executed.messages());
    result["rank"] = group_->rank();
    result["ranks"] = group_->size();
    result["rows"] = own_.views.front().size(0);
  }
  return result;
}

double Training::step() {
  train::Times ignored;
  return train::step(state_, recipe_, own_, ignored).loss.item<double>();
}

}  // namespace temper::bench
