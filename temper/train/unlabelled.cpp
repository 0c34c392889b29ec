#include "temper/train/unlabelled.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/mix/apply.h"
#include "temper/mix/plan.h"
#include "temper/model/saved_buffers.h"
#include "temper/train/data_parallel.h"

namespace temper::train {
namespace {

constexpr std::int64_t kFirstPass = 4;  ///< of those that give targets

[[noreturn]] void refuse(const std::string& option, const std::string& message) {
  throw Error(Code::usage, {.option = option}, message);
}

const data::Batch& unlabelled_of(const recipe::Recipe& recipe, const data::Batch& batch) {
  const auto& method = recipe.semi->method;
  const auto views = semi::views_of(method).count();
  if (!batch.unlabelled || std::ssize(batch.unlabelled->views) != views)
    refuse("semi", fmt::format("semi.method needs unlabeled images with {} view{} each, and the "
                               "batch has {}; fill Batch::unlabelled, as TrainingBatches does",
                               views, views == 1 ? "" : "s",
                               batch.unlabelled ? fmt::format("{}", batch.unlabelled->views.size())
                                                : std::string("none")));
  return *batch.unlabelled;
}

/// The logits of a network in training mode for one view of all unlabeled images, in as many passes
/// as the step has, with the network's buffers left as they are.
/// @param batch  of the step, whose unlabeled images these are
at::Tensor answers(model::Network& network, const State& state, const recipe::Recipe& recipe,
                   const data::Batch& batch, const at::Tensor& images, std::int64_t pass) {
  const auto rows = batch.size();
  const auto first_row = batch.unlabelled->first_row;
  const at::NoGradGuard guard;
  const model::SavedBuffers buffers(network);
  if (const auto* random = model::random_options(recipe.model)) network.update_rates(*random);
  const auto size = images.size(0) / recipe.semi->ratio;
  const auto parts = micro_batches(recipe, rows, state.ranks.get());
  std::vector<at::Tensor> logits;
  for (std::int64_t i = 0; i < parts; ++i) {
    const auto first = i * size / parts * recipe.semi->ratio;
    const auto end = (i + 1) * size / parts * recipe.semi->ratio;
    network.begin({.seed = unlabelled_seed(recipe),
                   .step = state.step,
                   .pass = kFirstPass + pass,
                   .first_row = first_row + first});
    logits.push_back(network.forward(images.narrow(0, first, end - first)));
  }
  buffers.restore();
  return at::cat(logits).to(at::kFloat);
}

model::Network& teacher_of(const State& state) {
  if (!state.mean_teacher)
    refuse("semi.method",
           "semi.method needs a teacher and the state has none; let begin() make it");
  state.mean_teacher->train(true);
  return *state.mean_teacher;
}

mix::Plan mixing_of(const mix::Mixing& mixing, const recipe::Recipe& recipe, std::int64_t step,
                    const at::Tensor& images) {
  return mix::plan(
      mixing, {.seed = unlabelled_seed(recipe), .step = step},
      {.rows = images.size(0), .images = {.height = images.size(2), .width = images.size(3)}});
}

/// A batch like this one, with other views and with targets of each.
std::shared_ptr<const data::Batch> changed(const data::Batch& unlabelled,
                                           std::vector<at::Tensor> views, at::Tensor targets) {
  auto copy = unlabelled;
  copy.views = std::move(views);
  copy.targets = std::move(targets);
  return std::make_shared<const data::Batch>(std::move(copy));
}

/// The step, as each method has it.
struct Step {
  const State& state;
  const recipe::Recipe& recipe;
  const data::Batch& batch;
  const data::Batch& unlabelled;

  data::Batch operator()(const semi::PseudoLabel& /*options*/) const { return batch; }
  data::Batch operator()(const semi::FixMatch& /*options*/) const { return batch; }

  data::Batch operator()(const semi::MeanTeacher& /*options*/) const {
    const auto& views = unlabelled.views;
    const auto logits = answers(teacher_of(state), state, recipe, batch, views[1], 0);
    auto result = batch;
    result.unlabelled =
        changed(unlabelled, {views.front()}, at::softmax(logits, 1, at::kFloat).unsqueeze(1));
    return result;
  }

  data::Batch operator()(const semi::Interpolation& options) const {
    const auto& images = unlabelled.views.front();
    const auto logits = answers(teacher_of(state), state, recipe, batch, images, 0);
    const auto plan =
        mixing_of({.methods = {mix::Mixup{.alpha = options.alpha}}}, recipe, state.step, images);
    const auto mixed = images.clone();
    mix::mix_images(plan, mixed);
    const auto targets = semi::interpolated_targets(
        options, logits, [&plan](const at::Tensor& rows) { return mix::mix_targets(plan, rows); });
    auto result = batch;
    result.unlabelled = changed(unlabelled, {mixed}, targets.unsqueeze(1));
    return result;
  }

  data::Batch operator()(const semi::MixMatch& options) const {
    std::vector<at::Tensor> logits;
    for (const auto& view : unlabelled.views)
      logits.push_back(answers(*state.network, state, recipe, batch, view, std::ssize(logits)));
    const auto guessed = semi::guessed_labels(options, at::stack(logits, 1));
    std::vector<at::Tensor> images{batch.views.front()};
    images.insert(images.end(), unlabelled.views.begin(), unlabelled.views.end());
    std::vector<at::Tensor> targets(images.size(), guessed);
    targets.front() = batch.targets;
    const auto all = at::cat(images).contiguous(at::MemoryFormat::ChannelsLast);
    const auto plan = mixing_of(
        {.methods = {mix::Mixup{.alpha = options.alpha, .fold = true}}, .mode = mix::Mode::elem},
        recipe, state.step, all);
    mix::mix_images(plan, all);
    return parted(all, mix::mix_targets(plan, at::cat(targets)));
  }

 private:
  /// The mixed images, first the labeled ones, then those of each view.
  [[nodiscard]] data::Batch parted(const at::Tensor& images, const at::Tensor& targets) const {
    const auto rows = batch.ids.size(0);
    const auto others = unlabelled.ids.size(0);
    std::vector<at::Tensor> views;
    std::vector<at::Tensor> of_views;
    for (auto first = rows; first < images.size(0); first += others) {
      views.push_back(images.narrow(0, first, others));
      of_views.push_back(targets.narrow(0, first, others));
    }
    auto result = batch;
    result.views = {images.narrow(0, 0, rows)};
    result.targets = targets.narrow(0, 0, rows);
    result.unlabelled = changed(unlabelled, std::move(views), at::stack(of_views, 1));
    return result;
  }
};

}  // namespace

void resolve_semi(recipe::Recipe& recipe) {
  if (recipe.semi) recipe.semi->batch_norm = statistics_of(*recipe.semi);
}

void begin_mean_teacher(const Plan& plan, State& state) {
  const auto& recipe = plan.recipe;
  if (!recipe.semi || semi::teacher_of(recipe.semi->method) == nullptr) return;
  state.mean_teacher = build_network(plan);
  if (recipe.pretrained && recipe.pretrained->norm_eval) state.mean_teacher->set_norm_eval(true);
  reset_mean_teacher(state);
}

void reset_mean_teacher(State& state) {
  if (!state.mean_teacher) return;
  const at::NoGradGuard guard;
  const auto from = weights(*state.network);
  const auto to = weights(*state.mean_teacher);
  for (std::size_t i = 0; i < to.size(); ++i) to[i].second.copy_(from[i].second);
}

void update_mean_teacher(State& state, const recipe::Recipe& recipe) {
  if (!state.mean_teacher || !recipe.semi) return;
  const auto* const options = semi::teacher_of(recipe.semi->method);
  if (options == nullptr) return;
  const auto decay = semi::decay_at(*options, state.step);
  const auto& from = state.network->parameters();
  const auto& to = state.mean_teacher->parameters();
  for (std::size_t i = 0; i < to.size(); ++i)
    semi::update_teacher(to[i].value, from[i].value, decay);
}

data::Batch with_targets(const State& state, const recipe::Recipe& recipe,
                         const data::Batch& batch) {
  if (!recipe.semi) return batch;
  return std::visit(Step{state, recipe, batch, unlabelled_of(recipe, batch)}, recipe.semi->method);
}

}  // namespace temper::train
