#include "temper/train/perturb.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/softmax.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "temper/adversarial/losses.h"
#include "temper/adversarial/pgd.h"
#include "temper/adversarial/start.h"
#include "temper/core/error.h"
#include "temper/model/saved_buffers.h"

namespace temper::train {
namespace {

using adversarial::AttackMode;

constexpr std::int64_t kFirstPass = 4;  ///< of an attack in training mode; see attacked_pass()
constexpr double kTradesStart = 0.001;  ///< deviation of the start, as in the authors' code

constexpr const char* kRadius = "adversarial.radius";

[[noreturn]] void refuse(const std::string& option, const std::string& message) {
  throw Error(Code::usage, {.option = option}, message);
}

/// @param option   that gives the radius
/// @param samples  of an image
void check_radius(const std::string& option, double radius, adversarial::Norm norm,
                  std::int64_t samples) {
  const auto largest = adversarial::largest_radius(norm, samples);
  if (radius > largest)
    refuse(option,
           fmt::format("{} = {:.6g}, but images are at most {:.6g} apart in the norm {}; samples "
                       "are in [0, 1], so write 8/255 as 0.0314",
                       option, radius, largest, name_of(norm)));
}

/// The network in the mode of an attack.
class Attacked {
 public:
  Attacked(State& state, const recipe::Recipe& recipe, std::int64_t first_row)
      : state_(state), seed_(static_cast<std::uint64_t>(recipe.seed)), first_row_(first_row) {
    const auto* const attack = adversarial::attack_of(*recipe.adversarial);
    if (attack == nullptr || attack->mode == AttackMode::evaluation) {
      state.network->train(false);
      return;
    }
    buffers_.emplace(*state.network);
    if (const auto* random = model::random_options(recipe.model))
      state.network->update_rates(*random);
  }
  ~Attacked() {
    if (buffers_)
      buffers_->restore();
    else
      state_.network->train(true);
  }
  Attacked(const Attacked&) = delete;
  Attacked& operator=(const Attacked&) = delete;
  Attacked(Attacked&&) = delete;
  Attacked& operator=(Attacked&&) = delete;

  at::Tensor forward(const at::Tensor& images) {
    state_.network->begin(
        {.seed = seed_, .step = state_.step, .pass = pass_++, .first_row = first_row_});
    return state_.network->forward(images);
  }

 private:
  State& state_;
  std::uint64_t seed_;
  std::int64_t first_row_;
  std::int64_t pass_ = kFirstPass;
  std::optional<model::SavedBuffers> buffers_;
};

/// The images before their normalization, and how they are attacked.
struct Images {
  const adversarial::Training& options;
  adversarial::Classifier classifier;
  at::Tensor pixels;
  adversarial::Address address;
};

adversarial::Pgd pgd_of(const adversarial::TrainingAttack& attack) {
  return {.norm = attack.norm,
          .radius = attack.radius,
          .step_size = attack.step_size,
          .steps = attack.steps};
}

at::Tensor points_of(const adversarial::PgdTraining& options, const Images& task,
                     const at::Tensor& targets) {
  const auto start = options.random_start
                         ? start_within(task.pixels, options.norm, options.radius,
                                        draw_noise(options.norm, task.pixels, task.address))
                         : task.pixels;
  return pgd(pgd_of(options), task.classifier, adversarial::cross_entropy_rows, task.pixels,
             targets, start);
}

/// The attack increases the divergence from the predictions for the images.
at::Tensor points_of(const adversarial::Trades& options, const Images& task,
                     const at::Tensor& /*targets*/) {
  const auto predictions = at::softmax(task.classifier(task.pixels), 1, at::kFloat);
  const auto normal = draw_noise(adversarial::Norm::l2, task.pixels, task.address).values;
  const auto start =
      project(task.pixels.add(normal, kTradesStart), task.pixels, options.norm, options.radius);
  return pgd(pgd_of(options), task.classifier, adversarial::divergence_rows, task.pixels,
             predictions, start);
}

at::Tensor points_of(const adversarial::FreeTraining& /*options*/, const Images& /*task*/,
                     const at::Tensor& /*targets*/) {
  throw Error(Code::internal, "free adversarial training has no attack before a step");
}

std::vector<std::int64_t> rows_from(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

}  // namespace

void check_adversarial(const recipe::Recipe& recipe, const model::Task& task,
                       const schedule::Horizon& horizon) {
  if (!recipe.adversarial) return;
  const auto limit = adversarial::limit_of(*recipe.adversarial);
  const auto driven = recipe.schedules.find(kRadius);
  const auto radius = driven == recipe.schedules.end()
                          ? limit.radius
                          : schedule::range(driven->second, horizon).second;
  check_radius(kRadius, radius, limit.norm, task.channels * task.height * task.width);
}

void check_evaluation_attack(const recipe::Recipe& recipe, std::int64_t samples, bool validated) {
  const auto& attack = recipe.evaluation.attack;
  if (!attack) return;
  if (!validated)
    refuse("evaluation.attack",
           "evaluation.attack measures the accuracy on validation images, and with data.validation "
           "= 0 there are none; hold out images, as in data.validation = 0.1, or leave it out");
  check_radius("evaluation.attack.radius", attack->radius, attack->norm, samples);
}

at::Tensor attacked_images(const Objective& objective, const recipe::Recipe& recipe, State& state,
                           const data::Batch& batch, std::int64_t first_row) {
  const at::NoGradGuard guard;
  const auto& images = batch.views.front();
  Attacked network(state, recipe, first_row);
  const Images task{
      .options = *recipe.adversarial,
      .classifier =
          [&](const at::Tensor& pixels) { return network.forward(objective.normalised(pixels)); },
      .pixels = objective.pixels(images).clamp_(0, 1),
      .address = {.seed = static_cast<std::uint64_t>(recipe.seed),
                  .round = static_cast<std::uint64_t>(state.step),
                  .rows = rows_from(first_row, images.size(0))}};
  const auto points = std::visit(
      [&](const auto& options) { return points_of(options, task, batch.targets); }, task.options);
  return objective.normalised(points);
}

}  // namespace temper::train
